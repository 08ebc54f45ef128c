"""FIND's families of functions of one variable, drawn from their stated priors.

Schwettmann et al., "FIND: A Function Description Benchmark for Evaluating Interpretability
Methods" (NeurIPS 2023, arXiv:2309.03886), section 3.1: the forms, their ranges, and how often each
occurs among the 1,000 numeric functions released. Parameters have one decimal, as there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

Draw = Callable[[Random], str]

X = "x0"
WIDEST = 100.0
"""Functions live on [-100, 100]; roots on [0, 100], logarithms on [1, 100]."""


def _number(random: Random, low: float, high: float, barred: tuple[float, ...] = ()) -> str:
    """A number with one decimal from [low, high], in brackets where it is negative."""
    while True:
        value = random.randint(round(10 * low), round(10 * high)) / 10
        if value not in barred:
            return repr(value) if value >= 0 else f"({value!r})"


def _within(random: Random, size: float) -> str:
    """A number from [-size, size] that is not 0."""
    return _number(random, -size, size, (0.0,))


def _powers(random: Random, degree: int, size: float) -> str:
    """A polynomial of that very degree, by rising powers."""
    terms = [_number(random, -size, size) for _ in range(degree)] + [_within(random, size)]
    names = ["", f"*{X}", *(f"*{X}**{power}" for power in range(2, degree + 1))]
    return " + ".join(term + name for term, name in zip(terms, names, strict=False))


def _constant(random: Random) -> str:
    return f"({random.randint(-100, 100)})"


def _linear(random: Random) -> str:
    return f"{_within(random, 10)}*{X} + {_number(random, -10, 10)}"


def _absolute(random: Random) -> str:
    return f"{_within(random, 30)}*abs({X}) + {_number(random, -30, 30)}"


def _polynomial(random: Random) -> str:
    return _powers(random, random.randint(2, 5), 5)


def _reciprocal(random: Random) -> str:
    return f"1/({_within(random, 30)}*{X})"


def _root(random: Random) -> str:
    root = random.choice((X, f"sqrt({X})"))
    return f"{_within(random, 30)}*{root} + {_number(random, -30, 30)}"


def _rational(random: Random) -> str:
    below = random.randint(1, 5)
    above = random.randint(0, below - 1)
    return f"({_powers(random, above, 10)})/({_powers(random, below, 10)})"


def _logarithm(random: Random) -> str:
    base = _number(random, 1.1, 10)
    return f"{_within(random, 30)}*log({X})/log({base}) + {_number(random, -30, 30)}"


def _wave(function: str) -> Draw:
    def draw(random: Random) -> str:
        period, shift = _number(random, 0.1, 6.3), _number(random, 0.1, 6.3)
        inside = f"2*pi*({X} - {shift})/{period}"
        return f"{_within(random, 10)}*{function}({inside}) + {_number(random, -30, 30)}"

    return draw


def _gaussian(random: Random) -> str:
    mean, width = _number(random, -50, 50), _number(random, 1, 10)
    return f"exp(-({X} - {mean})**2/(2*{width}**2))/({width}*sqrt(2*pi))"


def _rectangle(random: Random) -> str:
    return f"piecewise(1, le(abs({X}), {_number(random, 1, 10)}/2), 0)"


def _step(random: Random) -> str:
    height, base = _within(random, 30), _number(random, -30, 30)
    return f"piecewise({base}, lt({X}, 0), {height} + {base})"


def _square_wave(random: Random) -> str:
    shift, period = _number(random, -5, 5), _number(random, 1, 10)
    return f"piecewise(1, gt(sin(2*pi*({X} - {shift})/{period}), 0), -1)"


def _relu(random: Random) -> str:
    scale, leak = _within(random, 30), _number(random, 0, 1)
    bent = f"piecewise({X}, gt({X}, 0), {leak}*{X})"
    return f"{scale}*{bent} + {_number(random, -30, 30)}"


_PARTS: tuple[Draw, ...] = (
    _linear, _polynomial, _step, _relu, _constant, lambda random: f"ceil({X})",
    lambda random: f"floor({X})", _rectangle, _square_wave,
)  # fmt: skip


def _composite(random: Random) -> str:
    """A product or a sum of two, as often as among the 150 released: 78 and 72."""
    sign = " * " if random.randrange(150) < 78 else " + "
    one, other = (random.choice(_PARTS)(random) for _ in range(2))
    return f"({one}){sign}({other})"


FAMILIES: Mapping[str, tuple[Draw, int]] = {
    "constant": (_constant, 66),
    "cosine": (_wave("cos"), 65),
    "sine": (_wave("sin"), 61),
    "rectangle": (_rectangle, 59),
    "absolute": (_absolute, 56),
    "polynomial": (_polynomial, 56),
    "gaussian": (_gaussian, 54),
    "reciprocal": (_reciprocal, 53),
    "root": (_root, 52),
    "tanh": (_wave("tanh"), 52),
    "rational": (_rational, 52),
    "step": (_step, 48),
    "square_wave": (_square_wave, 48),
    "logarithm": (_logarithm, 47),
    "linear": (_linear, 44),
    "relu": (_relu, 37),
    "composite": (_composite, 150),
}
"""How a law of each family is drawn, and how many of the 1,000 released are of it."""

_LOW = {"root": 0.0, "logarithm": 1.0}


def drawn(random: Random) -> tuple[str, str]:
    """A family, and a law of it in ``x0``."""
    names = list(FAMILIES)
    family = random.choices(names, [count for _, count in FAMILIES.values()])[0]
    return family, FAMILIES[family][0](random)


def range_of(family: str) -> tuple[float, float]:
    """Where functions of ``family`` live."""
    return _LOW.get(family, -WIDEST), WIDEST
