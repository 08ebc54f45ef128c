"""Pairs about structure: what looks equal on the domain and is not, and what is equal."""

from __future__ import annotations

import random
from collections.abc import Mapping
from math import comb, log

from bench.problems import Domain, Sampling, Variable
from benchmarks.judge.constants import Maker, box, either_sign, names
from benchmarks.judge.pairs import LAW, Labels, OwnPair

OTHER = Labels("no", "no", "no", "no")
_IDENTITY = Labels("yes", "yes", "yes", "yes")
_BY_DOMAIN = Labels("yes", "yes", "yes", "")


def _domain(**ranges: tuple[float, float]) -> Domain:
    return Domain(
        tuple(Variable(name, sampling=Sampling("uniform", *ends)) for name, ends in ranges.items())
    )


def _either_way(rng: random.Random, written: OwnPair, share: float = 0.4) -> OwnPair:
    """Sides swapped, now and then: where neither has constants, the answer is the same."""
    if rng.random() < share:
        return OwnPair(written.truth, written.prediction, written.domain, written.labels)
    return written


def expanded(rng: random.Random) -> OwnPair:
    """A power of a sum, multiplied out."""
    a, b = names(rng, 2)
    n, sign, k = rng.randint(8, 30), rng.choice([-1, 1]), rng.randint(1, 3)
    two = rng.random() < 0.5
    terms = []
    for power in range(n + 1):
        number = comb(n, power) * (sign * k) ** power
        left = [f"{a}**{n - power}"] if n > power else []
        right = [f"{b}**{power}"] if two and power else []
        terms.append("*".join([str(number), *left, *right]))
    other = f"{k}*{b}" if two else str(k)
    law = f"({a} {'+' if sign > 0 else '-'} {other})**{n}"
    columns = [a, b] if two else [a]
    domain = either_sign(columns) if rng.random() < 0.5 else box(rng, columns, 0.5, 4.0)
    return _either_way(
        rng, OwnPair(" + ".join(terms).replace("+ -", "- "), law, domain, _IDENTITY), 0.3
    )


def extreme(rng: random.Random) -> OwnPair:
    """What leaves the range of float64 on its way, and comes back."""
    a, b = names(rng, 2)
    k = 2 * rng.randint(150, 400)
    prediction, truth = rng.choice(
        [
            (f"sign(({a}*{b})**{k})*{a}", a),
            (f"{b}*sign(exp(-{3 * k}*{a}**2))", b),
            (f"{b}*{a} + log(exp({4 * k}*{a}))/{4 * k}", f"{a}*{b} + {a}"),
            (f"{a}*exp({3 * k}*{b})*exp(-{3 * k}*{b})", a),
            (f"{b}*abs(({a}**{k})**(1/{k}))", f"{b}*abs({a})"),
            (f"{a}*cosh({3 * k}*{b})/cosh(-{3 * k}*{b})", a),
        ]
    )
    return OwnPair(prediction, truth, either_sign([a, b]), LAW)


_ON_INTEGERS: tuple[tuple[str, str, Labels], ...] = (
    ("(1 - (-1)**{n})/2", "sin(pi*{n}/2)**2", LAW),
    ("{a}*(1 - (-1)**{n})/2", "{a}*sin(pi*{n}/2)**2", LAW),
    ("{a}*(1 + (-1)**{n})", "2*{a}*cos(pi*{n}/2)**2", LAW),
    ("(-1)**{n}*{a}", "cos(pi*{n})*{a}", LAW),
    ("{a} + sin(2*pi*{n})", "{a}", LAW),
    ("{a}*(1 - cos(pi*{n}))/2 + {n}", "{a}*sin(pi*{n}/2)**2 + {n}", LAW),
    ("{a}*(1 - (-1)**{n})", "2*{a}*cos(pi*{n}/2)**2", OTHER),
    ("{a}*sin(pi*{n}/3)**2", "{a}*sin(pi*{n}/2)**2", OTHER),
    ("{a}*(1 - (-1)**(2*{n})) + {a}", "{a}*(1 - (-1)**{n}) + {a}", OTHER),
)


def on_integers(rng: random.Random) -> OwnPair:
    """Laws of a whole number that are 0 at some of them."""
    n, a = names(rng, 2)
    prediction, truth, labels = rng.choice(_ON_INTEGERS)
    low = rng.randint(0, 3)
    columns = [Variable(n, sampling=Sampling("integer", low, low + rng.randint(6, 40)))]
    if "{a}" in truth + prediction:
        columns += box(rng, [a]).variables
    sides = [side.format(n=n, a=a) for side in (prediction, truth)]
    return _either_way(rng, OwnPair(sides[0], sides[1], Domain(tuple(columns)), labels))


def dropped_structure(rng: random.Random) -> OwnPair:
    """A limit of the law for the law: a term of whole numbers or variables is left out."""
    a, b, c = names(rng, 3)
    far, high = rng.uniform(7, 14), rng.uniform(16, 40)
    tiny, small = 10 ** rng.uniform(-6, -3.5), 10 ** rng.uniform(-3.2, -1.7)
    one = rng.choice(["1", "1.0"])
    prediction, truth, ranges = rng.choice(
        [
            (f"{b}/(exp({a}) - {one})", f"{b}*exp(-{a})", {a: (far, high), b: (1.0, 5.0)}),
            (f"{b}/(exp({a}) + {one})", f"{b}*exp(-{a})", {a: (far, high), b: (1.0, 5.0)}),
            (f"{one}/(exp({a}/{b}) - {one})", f"exp(-{a}/{b})", {a: (far, high), b: (0.4, 0.9)}),
            (f"{a}*{b}/sqrt(1 - {b}**2/{c}**2)", f"{a}*{b}",
             {a: (1.0, 5.0), b: (tiny, small), c: (1.0, 3.0)}),
            (f"{a}*{c}**2/sqrt(1 - {b}**2/{c}**2)", f"{a}*{c}**2",
             {a: (1.0, 5.0), b: (tiny, small), c: (1.0, 3.0)}),
            (f"sqrt({one} + {a}**2)*{b}", f"{a}*{b}", {a: (1e2, 1e4), b: (1.0, 5.0)}),
            (f"{a}*{b}/(1 + {b})", f"{a}*{b}", {a: (1.0, 5.0), b: (tiny, small)}),
            (f"{a}*log(1 + {b})", f"{a}*{b}", {a: (1.0, 5.0), b: (tiny, small)}),
            (f"{a}*sin({b})", f"{a}*{b}", {a: (1.0, 5.0), b: (tiny, small)}),
            (f"{a}*(exp({b}) - 1)", f"{a}*{b}", {a: (1.0, 5.0), b: (tiny, small)}),
            (f"{a} + {b} + {a}*{b}/{c}", f"{a} + {b}",
             {a: (1.0, 3.0), b: (1.0, 3.0), c: (1e4, 1e6)}),
            (f"sqrt({a}**2 + {b}**2)", a, {a: (1e3, 1e4), b: (0.01, 1.0)}),
        ]
    )  # fmt: skip
    return _either_way(rng, OwnPair(prediction, truth, _domain(**ranges), OTHER))


def same_on_the_box(rng: random.Random) -> OwnPair:
    """Two functions that agree on the domain to more digits than are carried."""
    a, b = names(rng, 2)
    steep, low = rng.randint(700, 5000), rng.randint(40, 120)
    span = (float(low), low + rng.uniform(20, 60))
    huge = 10 ** rng.uniform(19, 30)
    both = either_sign([a])
    prediction, truth, domain = rng.choice(
        [
            (f"tanh({steep}*{a})", f"sign({a})", both),
            (f"abs({a}) - {log(2):.6f}", f"log(cosh({a}))", _domain(**{a: span})),
            (f"{b}*tanh({a})", b, _domain(**{a: span, b: (1.0, 5.0)})),
            (f"{b}/(1 + exp(-2*{a}))", b, _domain(**{a: span, b: (1.0, 5.0)})),
            (f"sqrt({a}**2 + {b}**2)", a, _domain(**{a: (huge, 3 * huge), b: (1.0, 5.0)})),
            (f"{a} + {b}", a, _domain(**{a: (huge**2, 3 * huge**2), b: (1.0, 5.0)})),
            (f"{a}*{b}/({a} + {b})", b, _domain(**{a: (huge**2, 3 * huge**2), b: (1.0, 5.0)})),
            (f"log(exp(3*{a}) + {b})/3", a, _domain(**{a: span, b: (1.0, 5.0)})),
            (f"{b} + exp(-{a}**2)", b, _domain(**{a: (12.0, 20.0), b: (1.0, 5.0)})),
            (f"max({a}, {b})", a, _domain(**{a: span, b: (1.0, 5.0)})),
            (f"{b}*atan({huge:.3g}*{a})", f"pi*{b}/2", _domain(**{a: (huge, 9 * huge), b: (1, 5)})),
            (f"{b}*cosh({a})", f"{b}*exp({a})/2", _domain(**{a: span, b: (1.0, 5.0)})),
        ]
    )
    return _either_way(rng, OwnPair(prediction, truth, domain, OTHER))


def equal_on_the_domain(rng: random.Random) -> OwnPair:
    """Equal on the domain by its signs and ranges, and not beyond: that is equal."""
    a, b = names(rng, 2)
    k = rng.randint(1, 3)
    forms: list[tuple[str, str, tuple[float, float]]] = [
        (f"{b}*sqrt({a}**2)", f"{a}*{b}", (0.5, 4.0)),
        (f"{b}*abs({a} - {k})", f"{b}*({a} - {k})", (k + 0.5, k + 4.0)),
        (f"{b}*max({a}, {k})", f"{a}*{b}", (k + 0.3, k + 5.0)),
        (f"asin(sin({a}))*{b}", f"{a}*{b}", (0.1, 1.4)),
        (f"{b}*sqrt(({a} - {k})**2)", f"{b}*({k} - {a})", (0.1, k - 0.2)),
        (f"{b}*log(({a} - {k})**2)", f"2*{b}*log({a} - {k})", (k + 0.5, k + 4.0)),
        (f"acos(cos({a}))*{b}", f"{a}*{b}", (0.2, 3.0)),
        (f"{b}*({a}**2 - {k}**2)/({a} - {k})", f"{b}*({a} + {k})", (0.5, 8.0)),
        (f"{b}*exp(log({a} - {k}))", f"{b}*({a} - {k})", (k + 0.5, k + 4.0)),
    ]
    prediction, truth, ends = rng.choice(forms)
    domain = _domain(**{a: ends, b: (1.0, 5.0)})
    return _either_way(rng, OwnPair(prediction, truth, domain, _BY_DOMAIN))


def underflowing_literal(rng: random.Random) -> OwnPair:
    """A number that float64 takes for 0."""
    a, b = names(rng, 2)
    number = f"{rng.uniform(1, 9):.2f}e-{rng.randint(400, 5000)}"
    prediction, truth = rng.choice(
        [
            (f"{a}*{b} + {number}*exp(1e4/{a})", f"{a}*{b}"),
            (f"{number}*{a}", f"{a}"),
            (f"{a} + {number}", f"{a}"),
            (f"{a}**2*(1 + {number}/{b})", f"{a}**2"),
        ]
    )
    return OwnPair(prediction, truth, box(rng, [a, b]), Labels("no", "no", "no", "no"))


def data_that_cannot_tell(rng: random.Random) -> OwnPair:
    """A column that does not vary: the law and something else agree on all there is."""
    a, b, c = names(rng, 3)
    fixed = round(rng.uniform(0.5, 6.0), 2)
    undecided = Labels(*["undecided"] * 4)
    prediction, truth, labels = rng.choice(
        [
            (f"{a} + {fixed}", f"{a} + {b}", undecided),
            (f"{fixed:.2f}*{a}", f"{a}*{b}", undecided),
            (f"{a}*{b}", f"{a}*{fixed}", undecided),
            (f"{a}*{b}**2/{fixed}", f"{a}*{b}", undecided),
            (f"{a} + {b} + {c} - {c}", f"{b} + {a}", LAW),
            (f"{a}*({b} + 1)", f"{a} + {a}*{b}", LAW),
            (f"{a}**2 + {b}", f"{a} + {b}", OTHER),
            (f"{c}*{a} + {b}", f"{a} + {b}", OTHER),
        ]
    )
    columns = [
        Variable(name, sampling=Sampling("uniform", *ends))
        for name, ends in ((a, (1.0, 5.0)), (b, (fixed, fixed)), (c, (2.0, 6.0)))
    ]
    return OwnPair(prediction, truth, Domain(tuple(columns)), labels)


STRUCTURE: Mapping[str, Maker] = {
    "power multiplied out": expanded,
    "extreme on the way": extreme,
    "zero at integers": on_integers,
    "dropped structure": dropped_structure,
    "same on the box": same_on_the_box,
    "equal on the domain": equal_on_the_domain,
    "underflowing literal": underflowing_literal,
    "data that cannot tell": data_that_cannot_tell,
}
