"""Pairs about what is hard to see: tiny terms, steep poles, sums in pieces, identities far out."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from math import log

import numpy as np

from bench.expression import evaluate, parse
from bench.problems import Domain, Sampling, Variable, sample_domain
from benchmarks.judge.constants import Maker, box, names
from benchmarks.judge.pairs import LAW, OTHER, Labels, OwnPair

_BY_NO_RULE = Labels("no", "no", "no", "no")
_BY_VALUES = Labels("", "", "yes")


def _log_box(**ranges: tuple[float, float]) -> Domain:
    return Domain(
        tuple(
            Variable(name, sampling=Sampling("log_uniform", low, high))
            for name, (low, high) in ranges.items()
        )
    )


_OF_SMALL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("1/sqrt(1 - {u})", ("1 + {u}/2", "1/(1 - {u}/2)", "1/((1 + (1 - {u}))/2)", "exp({u}/2)")),
    ("sqrt(1 + {u})", ("1 + {u}/2", "(2 + {u})/2", "1/(1 - {u}/2)", "exp({u}/2)")),
    ("exp(-{u})", ("1 - {u}", "1/(1 + {u})", "(2 - {u})/(2 + {u})", "1 - {u} + {u}**2/2")),
    ("cos({v})", ("1 - {u}/2", "1/(1 + {u}/2)", "exp(-{u}/2)")),
    ("1/(1 + {u})", ("1 - {u}", "exp(-{u})", "1 - {u} + {u}**2")),
    ("1 + log(1 + {u})", ("1 + {u}", "exp({u})", "1/(1 - {u})")),
)


def series_of_small(rng: random.Random) -> OwnPair:
    """A law that departs from 1 by less than the tolerance, and its series or what is like it."""
    a, b, c = names(rng, 3)
    form, others = rng.choice(_OF_SMALL)
    most = 10 ** rng.uniform(-4.5, -3.1)
    high = 10 ** rng.uniform(-3, 8)
    number = f"{most / high**2:.{rng.randint(3, 14)}e}"
    parts = {"u": f"{number}*{c}**2", "v": f"sqrt({number})*{c}"}
    whole = rng.choice(["{a}*{b}*({f})", "{a}*({f})/{b}", "{a}*({f})"])
    texts = [whole.format(a=a, b=b, f=one.format(**parts)) for one in (form, rng.choice(others))]
    if rng.random() < 0.4:
        texts.reverse()
    ends = {c: (high / 100, high), a: (1.0, 5.0)} | ({b: (1.0, 5.0)} if "{b}" in whole else {})
    return OwnPair(texts[0], texts[1], _log_box(**ends), OTHER)


_FIRST = ("1", "{c}*{a}", "{a}/{c}", "{c}*{b}**2", "exp(-{c}*{a})", "sin({c}*{b})")
_SECOND = ("{a}/{c}", "{a}**2/{c}", "{c}*sqrt({b})", "{b}/({a} + {c})", "cos({c}*{a})")
_COMMON = ("(1 - {a}/{c})*{b}", "{a}*{b}", "({b} + {c})", "{b}/({c} + {a})", "exp(-{c}*{a})")
_APART = ("(1 - exp(-{c}*{a}))*{b}", "{b}**2/({c} + {a})", "{a}*cos({c}*{b})", "sqrt({a} + {c})")


def in_pieces(rng: random.Random) -> OwnPair:
    """A product with a sum multiplied out, each term with constants of its own, one far off."""
    a, b = names(rng, 2)

    def filled(form: str) -> str:
        return form.format(a=a, b=b, c=f"{rng.uniform(0.3, 3.0):.{rng.randint(3, 12)}g}")

    common, first, second, apart = map(filled, map(rng.choice, (_COMMON, _FIRST, _SECOND, _APART)))
    inner, outer = rng.uniform(0.2, 2.0), rng.uniform(0.2, 2.0)
    factors = rng.choice([(1.0, 1.0, 0.7), (1.0, 1.0, 1.35), (0.8, 0.8, 1.0), (1.3, 0.7, 0.75)])
    signs = [rng.choice(["", "-"]), rng.choice(["+", "-"])]
    law = f"{inner:.6g}*({signs[0]}{first} + {second})*{common} {signs[1]} {outer:.6g}*{apart}"
    k = [f"{value * off:.6g}" for value, off in zip((inner, inner, outer), factors, strict=True)]
    terms = (
        f"{signs[0]}{k[0]}*{first}*{common} + {k[1]}*{second}*{common} {signs[1]} {k[2]}*{apart}"
    )
    domain = box(rng, [a, b])
    far = _median_away(terms, law, domain) > 0.02
    return OwnPair(terms, law, domain, replace(_BY_VALUES, exact="no" if far else ""))


def _median_away(prediction: str, truth: str, domain: Domain) -> float:
    columns = [variable.name for variable in domain.variables]
    X = sample_domain(domain, 400, 3)
    p, t = (evaluate(parse(text), columns, X) for text in (prediction, truth))
    return float(np.median(np.abs(p - t) / np.abs(t)))


def tiny_term(rng: random.Random) -> OwnPair:
    """A law with a term that hardly matters on the domain: it is kept, or it is missing."""
    a, b, c, d = names(rng, 4)
    tiny = 10 ** rng.uniform(-25, -7)
    size = 10 ** rng.uniform(-12, 12)
    main, factor = f"{rng.uniform(1, 9):.4g}*{a}*{b}**2", f"{tiny / size * rng.uniform(1, 9):.6e}"
    term = rng.choice([f"{factor}*{c}", f"{factor}*{c}*{b}", f"{factor}*{c}*sin({b})"])
    form = rng.choice(
        ["{main} + {term}", "sqrt({main} + {term})", "{d}*exp(-({main} + {term})/99)"]
    )
    law = form.format(main=main, term=term, d=d)
    small = f"{10 ** rng.uniform(-8, -5):.4e}"
    over = f"{10 ** rng.uniform(-8, -5) / size:.4e}"
    kind = rng.choice(
        ["factor of the term", "factor of the law", "exponential", "missing", "other"]
    )
    labels = OTHER if kind in ("missing", "other") else LAW
    prediction = {
        "factor of the term": form.format(main=main, term=f"({term})*(1.0 + {over}*{c})", d=d),
        "factor of the law": form.format(main=f"{main}*(1.0 + {small}*{a})", term=term, d=d),
        "exponential": form.format(main=f"{main}*exp(-{over}*{c})", term=term, d=d),
        "missing": form.format(main=main, term="0", d=d).replace(" + 0", ""),
        "other": form.format(main=main, term=term.replace(c, f"{c}**2"), d=d),
    }[kind]
    ranges = {a: (1.0, 5.0), b: (0.5, 3.0), c: (size, 9 * size)} | (
        {d: (1.0, 5.0)} if "{d}" in form else {}
    )
    return OwnPair(prediction, law, _log_box(**ranges), labels)


def beside_a_pole(rng: random.Random) -> OwnPair:
    """The law plus a constant, its range ending next to a pole: R2 follows from integrals."""
    a, b = names(rng, 2)
    power = rng.choice([1, 2])
    where, length = rng.choice([-1.5, 0.5, 2.25]), rng.uniform(1.0, 4.0)
    gap = length * rng.uniform(0.01, 0.08)
    spread = _spread(power, gap, length)
    passes = rng.random() < 0.5
    shift = spread * (rng.uniform(0.1, 0.3) if passes else rng.uniform(2.0, 6.0))
    below = f"({a} - {where})" if where > 0 else f"({a} + {-where})"
    law = f"{b}/{below}" if power == 1 else f"{b}/{below}**2"
    domain = Domain(
        (
            Variable(a, sampling=Sampling("uniform", where + gap, where + length)),
            Variable(b, sampling=Sampling("uniform", 1.0, 2.0)),
        )
    )
    answer = "yes" if passes else "no"
    labels = Labels(answer, "no", "", answer)
    return OwnPair(f"{law} + {shift:.4f}", law, domain, labels)


def _spread(power: int, gap: float, length: float) -> float:
    """The standard deviation of b/u**power, u uniform on [gap, length] and b on [1, 2]."""
    width = length - gap
    if power == 1:
        mean, square = log(length / gap) / width, (1 / gap - 1 / length) / width
    else:
        mean, square = (1 / gap - 1 / length) / width, (gap**-3 - length**-3) / (3 * width)
    return float(np.sqrt(7 / 3 * square - (1.5 * mean) ** 2))


_STEPS: tuple[tuple[str, str], ...] = (
    ("{b}*atan({k}*{a})", "{b}*pi/2"), ("{b}*tanh({k}*{a})", "{b}"), ("{b}*erf({k}*{a})", "{b}"),
    ("{b}*2/pi*atan({k}*{a})", "{b}"),
    ("{b}**2*tanh({k}*{a}**2)", "{b}**2*sign({a})"),
)  # fmt: skip


def steep(rng: random.Random) -> OwnPair:
    """A step so steep, by a number of any size, that no value on the domain tells it from one."""
    a, b = names(rng, 2)
    form, other = rng.choice(_STEPS)
    k = f"{rng.uniform(1, 9):.3g}e{rng.randint(32, 120)}"
    texts = [form.format(a=a, b=b, k=k), other.format(a=a, b=b)]
    if rng.random() < 0.5:
        texts.reverse()
    return OwnPair(texts[0], texts[1], _log_box(**{a: (0.5, 5.0), b: (1.0, 4.0)}), _BY_NO_RULE)


_PHASES: tuple[tuple[str, str], ...] = (
    ("sin({u})", "cos(pi/2 - ({u}))"), ("sin({u})", "-cos({u} + pi/2)"),
    ("cos({u})", "sin({u} + pi/2)"), ("cos({u})", "-sin({u} - pi/2)"),
    ("sin({u})**2", "(1 - cos(2*({u})))/2"), ("sin({u})", "sin(({u})/2 + pi)*-2*cos(({u})/2)"),
    ("tan({u})", "-1/tan({u} + pi/2)"), ("exp({u}/99)", "sqrt(exp({u}/99)**2.0)"),
    ("({u})**2", "({u})**2.0"), ("exp({u}/99)", "1/exp(-({u})/99)"),
    ("sqrt(({u})**2)", "(({u})**2.0)**(1/2)"), ("log({u})", "log(({u})**2)/2"),
)  # fmt: skip
_ANGLES = ("{a}*{n}/2", "{n}*{a}", "{k}*{a}", "{a}/{k}", "{a}*{b}", "{k}*{a}*{n}")


def to_the_letter(rng: random.Random) -> OwnPair:
    """An identity with phases, whole angles or powers as floats; now and then plus a constant."""
    a, b, n = names(rng, 3)
    k = f"{rng.uniform(1, 5):.{rng.randint(3, 6)}g}"
    (one, other), (third, fourth) = rng.choice(_PHASES), rng.choice(_PHASES)
    u, w = (rng.choice(_ANGLES).format(a=a, b=b, n=n, k=k) for _ in range(2))
    form = rng.choice(["{b}*{f}/({g})", "{b}*{f}**2/({g})**2", "{b} + {f}*{g}", "{b}*{f}"])
    law = form.format(b=b, f=one.format(u=u), g=third.format(u=w))
    prediction = form.format(b=b, f=f"({other.format(u=u)})", g=f"({fourth.format(u=w)})")
    rule = Sampling("log_uniform", 0.1, 6.0, "positive")
    domain = Domain(
        (
            Variable(a, sampling=rule), Variable(b, sampling=Sampling("uniform", 1.0, 5.0)),
            Variable(n, sampling=Sampling("integer", 1, rng.choice([9, 90, 900]))),
        )
    )  # fmt: skip
    steady = "/(" not in form and "tan" not in law + prediction  # next to a pole R2 is anything
    if steady and rng.random() < 0.5:
        shift = f"{rng.uniform(1, 9) * 10 ** rng.randint(-1, 3):.4g}"
        return OwnPair(f"{prediction} + {shift}", law, domain, Labels("yes", "", ""))
    return OwnPair(prediction, law, domain, LAW)


SUBTLE: Mapping[str, Maker] = {
    "series of what is small": series_of_small,
    "product in pieces": in_pieces,
    "tiny term of the law": tiny_term,
    "beside a pole": beside_a_pole,
    "identity far out": to_the_letter,
    "step of any size": steep,
}
