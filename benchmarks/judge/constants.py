"""Pairs about constants: how they are spelled, how far they may move, and what may vanish."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import e, log, pi, sqrt

from bench.problems import Domain, Sampling, Variable
from benchmarks.judge.pairs import LAW, OTHER, Labels, OwnPair

Maker = Callable[[random.Random], OwnPair]

_POOL = ("x", "y", "z", "a", "b", "c", "q", "r", "m", "v", "t", "u", "w", "k")
NEAR = 4e-4
"""How far a constant is at most from the one that is meant, where the label is yes: the tolerance
of ``exact`` is 1e-3."""


def names(rng: random.Random, count: int) -> list[str]:
    """Different names for variables."""
    return rng.sample(_POOL, count)


def box(rng: random.Random, columns: list[str], low: float = 0.3, high: float = 8.0) -> Domain:
    """Positive uniform ranges that differ from variable to variable, within these bounds."""
    variables = []
    for name in columns:
        first = round(rng.uniform(low, low + 0.3 * (high - low)), 2)
        last = round(rng.uniform(low + 0.5 * (high - low), high), 2)
        variables.append(Variable(name, sampling=Sampling("uniform", first, last)))
    return Domain(tuple(variables))


def either_sign(columns: list[str]) -> Domain:
    """Two decades around one, either sign."""
    rule = Sampling("log_uniform", 0.1, 10.0, "both")
    return Domain(tuple(Variable(name, sampling=rule) for name in columns))


def somewhere(
    rng: random.Random, columns: list[str], low: float = 0.3, high: float = 8.0
) -> Domain:
    """``box`` or ``either_sign``."""
    return box(rng, columns, low, high) if rng.random() < 0.6 else either_sign(columns)


_CLOSED: tuple[tuple[str, float], ...] = (
    ("1/3", 1 / 3), ("2/3", 2 / 3), ("5/7", 5 / 7), ("3/8", 3 / 8), ("49/5", 9.8),
    ("pi", pi), ("2*pi", 2 * pi), ("pi/4", pi / 4), ("1/(4*pi)", 1 / (4 * pi)), ("pi**2", pi**2),
    ("sqrt(2)", sqrt(2)), ("sqrt(3)/2", sqrt(3) / 2), ("1/sqrt(pi)", 1 / sqrt(pi)), ("e", e),
    ("log(2)", log(2)), ("355/113", 355 / 113), ("4/3*pi", 4 / 3 * pi), ("3", 3.0), ("12", 12.0),
)  # fmt: skip
_APPROXIMATED: tuple[tuple[str, str], ...] = (
    ("355/113", "pi"), ("1393/985", "sqrt(2)"), ("99/70", "sqrt(2)"), ("97/56", "sqrt(3)"),
    ("1457/536", "e"), ("1/3", "333/1000*1001/1000"), ("22/7", "pi"),
)  # fmt: skip
_TERMS = (
    "{a} + {k}*{b}", "sin({k}*{a})*{b}", "{b}*exp(-({k})*{a}/5)", "{a}**2 + {k}*{a}*{b}",
    "sqrt({a}**2 + {k}*{b}**2)", "{a}/({b} + {k})", "{a} - {b}/({k})", "{a}*{b} + {k}",
    "log({a} + {k}*{b})", "{a}*cos({k}*{b}) + {b}", "{b}/(1 + ({k})*{a}**2)",
    "log({k} + {a}**2)*{b}", "({k})**abs({a}) + {b}", "abs({a})**({k})*{b}", "atan({k}*{a}/{b})",
    "({a} + {k})*({b} - {k})", "{b}*tanh({k}*{a})",
)  # fmt: skip
_FACTORS = (
    "({k})*{a}*{b}", "({k})*{a}/{b}**2", "{a}*{b}**2/({k})", "({k})*{a}*sin({b})",
    "{a}/(({k})*{b}**2)",
)  # fmt: skip


def _decimal(rng: random.Random, value: float) -> str:
    """``value`` to 5 to 10 digits; 4, where that is near enough."""
    digits = rng.choice([4, 5, 6, 8, 10])
    text = f"{value:.{digits}g}"
    return text if abs(float(text) / value - 1) < NEAR else f"{value:.6g}"


def _as_float(text: str) -> str:
    return text if any(mark in text for mark in ".e") else f"{text}.0"


def spelled(rng: random.Random) -> OwnPair:
    """A constant in closed form on one side and in decimals on the other."""
    closed, value = rng.choice(_CLOSED)
    a, b = names(rng, 2)
    form = rng.choice(_TERMS + _FACTORS)
    number = _as_float(_decimal(rng, value * (1 + rng.choice([0, 1, -1]) * rng.uniform(0, 2e-4))))
    sides = [form.format(a=a, b=b, k=k) for k in (f"({closed})", number)]
    if rng.random() < 0.3:
        sides.reverse()
    return OwnPair(sides[0], sides[1], somewhere(rng, [a, b]), LAW)


def approximated(rng: random.Random) -> OwnPair:
    """Two closed forms of nearly the same value."""
    first, second = rng.choice(_APPROXIMATED)
    a, b = names(rng, 2)
    form = rng.choice(_TERMS)
    sides = [form.format(a=a, b=b, k=f"({k})") for k in rng.sample([first, second], 2)]
    return OwnPair(sides[0], sides[1], somewhere(rng, [a, b]), LAW)


_UNWRITTEN = (
    ("{a} + {b}", "{a} + {k}*{b}"), ("1 - {a}", "1 - {k}*{a}"), ("{a}*{b}", "{k}*{a}*{b}"),
    ("sin({a})*{b}", "sin({k}*{a})*{b}"), ("{a}/(1 + {b})", "{a}/(1 + {k}*{b})"),
    ("exp(-{a})", "exp(-{k}*{a})"), ("{a} + {b}", "{a} + {b}**{k}"), ("sqrt({a} + {b})",
    "sqrt({a} + {k}*{b})"), ("{a}*{b} - {a}", "{a}*{b} - {k}*{a}"), ("{a}**2", "{a}**({k}*2)"),
)  # fmt: skip


def unwritten(rng: random.Random) -> OwnPair:
    """A factor or exponent 1 that is not written on one side, and nearly 1 on the other."""
    a, b = names(rng, 2)
    plain, other = rng.choice(_UNWRITTEN)
    k = repr(round(1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-8, -3.6), 10))
    sides = [plain.format(a=a, b=b), other.format(a=a, b=b, k=k)]
    if rng.random() < 0.3:
        sides.reverse()
    columns = [a, b]
    on = box(rng, columns) if "**" in other else somewhere(rng, columns)
    return OwnPair(sides[0], sides[1], on, LAW)


def based(rng: random.Random) -> OwnPair:
    """A power of a whole base beside an exponential, and roots beside decimal exponents."""
    a, b = names(rng, 2)
    if rng.random() < 0.5:
        base = rng.choice([2, 3, 5, 10])
        rate = _as_float(f"{log(base):.{rng.randint(6, 10)}g}")
        sides = [f"{base}**{a}*{b}", f"exp({rate}*{a})*{b}"]
    else:
        above, below = rng.choice([(1, 3), (2, 3), (1, 2), (3, 2), (1, 4), (4, 3)])
        power = f"{above / below * (1 + rng.uniform(-3e-4, 3e-4)):.6g}"
        sides = [f"{a}**({above}/{below}) + {b}", f"{a}**{_as_float(power)} + {b}"]
    if rng.random() < 0.3:
        sides.reverse()
    return OwnPair(sides[0], sides[1], box(rng, [a, b], 0.3, 4.0), LAW)


def held(rng: random.Random) -> OwnPair:
    """Constants that may move within the tolerance only, and would have to move further.

    Named constants, fractions and factors that are not written are as far as 8 to 60 % off.
    """
    a, b = names(rng, 2)
    closed, value = rng.choice([pair for pair in _CLOSED if pair[0] not in ("3", "12", "2*pi")])
    off = value * (1 + rng.choice([-1, 1]) * rng.uniform(0.08, 0.6))
    form = rng.choice(["{a} + ({k})*{b}", "{a}*{b} + ({k})", "{a} + ({k})*{b}**2"])
    pairs = [
        (form.format(a=a, b=b, k=closed), form.format(a=a, b=b, k=f"{off:.4g}")),
        (f"{a} + {b}", f"{rng.uniform(1.2, 4):.3g}*{a} - {rng.randint(2, 5)}*{b}"),
        (f"{a}**2 + 1", f"{a}**2 + {rng.uniform(0.1, 0.8):.3g}"),
        (f"{a}*{b} + {a}", f"{a}*{b} + {rng.uniform(1.3, 3):.3g}*{a}"),
        (f"{a} + {rng.randint(2, 6)}", f"{a} + {rng.uniform(7, 9):.3g}"),
        (f"{a}*{b} + {b}/{rng.randint(2, 5)}", f"{a}*{b} + {rng.uniform(0.7, 0.9):.3g}*{b}"),
    ]
    prediction, truth = rng.choice(pairs)
    labels = Labels("", "no", "no")
    return OwnPair(prediction, truth, somewhere(rng, [a, b]), labels)


def freed(rng: random.Random) -> OwnPair:
    """Decimals and whole factors that are far off, on their side of 0: ``skeleton`` frees them."""
    a, b = names(rng, 2)
    whole = rng.randint(2, 9)
    far = f"{whole * rng.choice([0.6, 0.8, 1.3, 1.7]) * rng.uniform(0.95, 1.05):.4g}"
    pairs = [
        (f"{whole}*{a} + {b}", f"{far}*{a} + {b}"),
        (f"{rng.uniform(0.2, 0.9):.4g}*{a} + {b}**2", f"{far}*{a} + {b}**2"),
        (f"{a}*exp(-{rng.uniform(0.1, 0.9):.3g}*{b})", f"{a}*exp(-{far}*{b})"),
        (f"{a} + {rng.uniform(0.3, 0.9):.3g}*sin({b})", f"{a} + {far}*sin({b})"),
        (f"{a}/({b} + {rng.uniform(0.3, 0.9):.3g})", f"{a}/({b} + {far})"),
    ]
    prediction, truth = rng.choice(pairs)
    return OwnPair(prediction, truth, somewhere(rng, [a, b]), Labels("", "no", "yes"))


def through_zero(rng: random.Random) -> OwnPair:
    """Constants that would have to change their sign."""
    a, b = names(rng, 2)
    p, q, s = (f"{rng.uniform(0.4, 3):.4g}" for _ in range(3))
    prediction, truth = rng.choice(
        [
            (f"{p}*{a}*{b} - {q}", f"{p}*{a}*{b} + {s}"),
            (f"-{p}*{a}*{b}", f"{s}*{a}*{b}"),
            (f"{a} - {p}*{b}", f"{a} + {q}*{b}"),
            (f"{a}*exp({p}*{b})", f"{a}*exp(-{q}*{b})"),
            (f"-{p}*{a} + {b}**2", f"{a}*{q} + {b}**2"),
        ]
    )
    return OwnPair(prediction, truth, somewhere(rng, [a, b], 0.3, 4.0), Labels("", "no", "no"))


def like_terms(rng: random.Random) -> OwnPair:
    """Many terms that are one, with constants of their own."""
    a, b = names(rng, 2)
    what = rng.choice([a, f"{a}*{b}", f"{a}**2", f"sin({a})", f"{b}*exp(-{a}/4)", f"sqrt({a})/{b}"])
    parts = [round(rng.uniform(0.01, 1.0), 4) for _ in range(rng.randint(25, 200))]
    total = sum(parts)
    close = rng.random() < 0.5
    factor = rng.uniform(-NEAR, NEAR) if close else rng.choice([-0.4, 0.5, 1.3])
    truth = f"{total * (1 + factor):.6f}*{what}"
    prediction = " + ".join(f"{part}*{what}" for part in parts)
    labels = LAW if close else Labels("yes", "no", "yes")
    return OwnPair(prediction, truth, somewhere(rng, [a, b]), labels)


def even_vanishing(rng: random.Random) -> OwnPair:
    """A factor that is far off, and a term that vanishes with the square of its constant."""
    a, b = names(rng, 2)
    tiny = f"{rng.uniform(1, 9) * 10 ** rng.randint(-8, -6):.3g}"
    near = f"{1 + rng.uniform(1e-7, 1e-5):.9g}"
    one = rng.choice(
        [f"1/cos({tiny}*{b}**2)", f"cosh({tiny}*{a})", f"sqrt({near} + ({tiny}*{b})**2)",
         f"cos({tiny}*{a}*{b})", f"1/({near} + {tiny}*{b}**2)"]
    )  # fmt: skip
    what = rng.choice([a, f"{a}*{b}", f"{a}/{b}", f"{a}**2"])
    far = rng.random() < 0.7
    first = rng.uniform(0.3, 0.9)
    second = first * (rng.uniform(1.05, 1.3) if far else 1 + rng.uniform(-2e-4, 2e-4))
    prediction, truth = f"{first:.4f}*{what}*({one})", f"{second:.6f}*{what}"
    labels = Labels("yes", "no" if far else "yes", "yes")
    return OwnPair(prediction, truth, box(rng, [a, b], 1.0, 5.0), labels)


_NOISY = (
    "{0}*{a}*{b}*cos({1}*{c} - {2})", "{0}*{a} + {1}*{b}*{c} + {2}*{c}", "{0}*{a}/({1}*{b} + {2})",
    "{0}*sqrt({a}**2 + {1}*{b}**2 + {2}*{c})", "{0}*{a}*exp(-{1}*{b}/{c}) + {2}",
    "{0}*({a} + {2})*({b} - {1}*{c})",
)  # fmt: skip


def noisy(rng: random.Random) -> OwnPair:
    """Constants as noise leaves them: within 4.5e-4 of what is meant, or of 0 where nothing is."""
    a, b, c = names(rng, 3)
    form = rng.choice(_NOISY)
    meant = [rng.choice([1.0, 2.0, 0.5, 1.5, 3.0]) for _ in range(2)]
    seen = [f"{value + rng.uniform(-4.5e-4, 4.5e-4):.5f}" for value in meant]
    left = f"{rng.uniform(1.1e-4, 4.5e-4):.5f}"
    prediction = form.format(*seen, left, a=a, b=b, c=c)
    truth = form.format(*meant, "0", a=a, b=b, c=c)
    return OwnPair(prediction, truth, box(rng, [a, b, c], 1.0, 5.0), Labels("", "", ""))


def dispensable(rng: random.Random) -> OwnPair:
    """A decimal's term below or above the tolerance: under 3e-4 of the value, or 2 % of it."""
    a, b = names(rng, 2)
    small = rng.random() < 0.5
    share = rng.uniform(1e-6, 1e-4) if small else rng.uniform(0.05, 0.2)
    what = rng.choice([b, f"{b}**2", f"sin({b})", f"{a}*{b}", f"1/{b}"])
    prediction = f"{a}*{b} + {share:.3g}*{what}"
    labels = LAW if small else Labels("" if what == f"{a}*{b}" else "no", "no", "no")
    return OwnPair(prediction, f"{a}*{b}", box(rng, [a, b], 2.0, 3.0), labels)


def pole(rng: random.Random) -> OwnPair:
    """A tiny term with a pole in the domain."""
    a, b, c = names(rng, 3)
    tiny = f"{rng.uniform(1, 4.9) * 10 ** rng.choice([-4, -5, -7, -9]):.4g}"
    where = f"{rng.uniform(1.5, 4.0):.4f}"
    term = rng.choice(["{r}/({c} - {p})", "{r}/({c} - {p})**2", "{r}*tan({c} - {p} + pi/2)"])
    ending = term.format(r=tiny, c=c, p=where)
    whole = rng.choice([f"{a}*{b}*({c} + 1.0004 + {ending})", f"{a}*{b} + {ending}"])
    truth = f"{a}*{b}*({c} + 1)" if "1.0004" in whole else f"{a}*{b}"
    domain = Domain(
        tuple(Variable(name, sampling=Sampling("uniform", 1.0, 5.0)) for name in (a, b, c))
    )
    # R2, which SRBench asks for as well, is anything near a pole that is not tiny.
    labels = OTHER if float(tiny) < 1e-6 else replace(OTHER, srbench="")
    return OwnPair(whole, truth, domain, labels)


CONSTANTS: Mapping[str, Maker] = {
    "closed form": spelled,
    "two closed forms": approximated,
    "unwritten factor": unwritten,
    "base and exponent": based,
    "held constant": held,
    "freed constant": freed,
    "through zero": through_zero,
    "like terms": like_terms,
    "even vanishing term": even_vanishing,
    "noise in constants": noisy,
    "dispensable term": dispensable,
    "pole in the domain": pole,
}
