"""Pairs in which the letter of SRBench's rule decides: the order of a product, R2 beside a pole."""

from __future__ import annotations

import random
from collections.abc import Mapping

from bench.problems import Domain, Sampling, Variable
from benchmarks.judge.constants import NEAR, Maker, either_sign, names, somewhere
from benchmarks.judge.pairs import LAW, OwnPair

_SUMS = ("(1 - {a}/{k})", "({a} + {k})", "({k} - {a}*{b})", "({k}*{a} + {b})", "({a} - {b}/{k})")
_FACTORS = ("{a}", "{b}", "{a}**2", "{b}**0.5", "sin({a})", "exp(-{b})", "({b} + {k})")
_RESTS = ("", " + {k}*{b}**3", " + {k}*{a}", " - {k}*sin({k}*{b})", " + {k}*{a}**0.3333333333")


def reordered(rng: random.Random) -> OwnPair:
    """A law with a number, a sum and further factors in a product, and the product reordered.

    SymPy multiplies a number into a sum that stands right beside it, and then rounds others.
    """
    a, b = names(rng, 2)

    def filled(form: str) -> str:
        while "{k}" in form:
            form = form.replace("{k}", f"{rng.uniform(0.4, 3.0):.{rng.randint(3, 16)}g}", 1)
        return form.format(a=a, b=b)

    total, rest = filled(rng.choice(_SUMS)), filled(rng.choice(_RESTS))
    others = [filled(one) for one in rng.sample(_FACTORS, rng.choice([1, 1, 2]))]
    factors = [filled("{k}"), total, *others]
    sides: list[str] = []
    while len(set(sides)) < 2:
        rng.shuffle(factors)
        sides = [*sides[-1:], "*".join(factors)]
    terms = [side + rest for side in sides]
    return OwnPair(terms[0], terms[1], somewhere(rng, [a, b], 0.3, 4.0), LAW)


_POLES = ("{b}/({a} - {c})", "{b}/({c} - {a}) + {b}", "{b}*{a}/({a} - {c})", "{b}/({a} - {c})**2")
_POLES_AT_MINUS_1 = ("{b}/(1 + {k}*{a})", "{a}*{b}/(1 + {k}*{a})", "{b} - 1/(1 + {k}*{a})")


def steep_r2(rng: random.Random) -> OwnPair:
    """A law with a pole amid its range, and the pole moved by less than what the rounding drops.

    In nearly every sample of the range R2 is 1, and in a few one point makes it anything.
    """
    a, b = names(rng, 2)
    if rng.random() < 0.3:
        form, k = rng.choice(_POLES_AT_MINUS_1), 1 + rng.choice([-1, 1]) * rng.uniform(1e-5, NEAR)
        sides = [form.format(a=a, b=b, k=one) for one in ("1", f"{k:.9g}")]
        sides[0] = sides[0].replace("1*", "")
        return OwnPair(sides[0], sides[1], either_sign([a, b]), LAW)
    form, where = rng.choice(_POLES), round(rng.uniform(1.3, 4.0), 3)
    moved = where + rng.choice([-1, 1]) * rng.uniform(1e-5, 3e-4)
    sides = [form.format(a=a, b=b, c=c) for c in (f"{where:.3f}", f"{moved:.7f}")]
    if rng.random() < 0.5:
        sides.reverse()
    width = rng.uniform(4.0, 20.0)
    low = where - width * rng.uniform(0.2, 0.8)
    domain = Domain(
        (
            Variable(a, sampling=Sampling("uniform", low, low + width)),
            Variable(b, sampling=Sampling("uniform", 1.0, 5.0)),
        )
    )
    return OwnPair(sides[0], sides[1], domain, LAW)


LETTER: Mapping[str, Maker] = {
    "order of a product": reordered,
    "R2 amid a pole": steep_r2,
}
