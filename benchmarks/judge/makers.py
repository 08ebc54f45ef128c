"""Every way to make a pair for the judge's suite, and the labels that follow from the making."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Constant, Expression, Number, Symbol, evaluate, parse
from bench.expression.tree import fold, substitute
from bench.problems import Problem, sample_domain
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise
from benchmarks.judge.identities import Ground, nodes_with_paths, replaced, rewritten
from benchmarks.judge.near_misses import EDITS
from benchmarks.judge.pairs import LAW, OTHER, Labels
from benchmarks.judge.published import r2_of_samples

Array = NDArray[np.float64]

_VERY_MANY = 20_000


@dataclass(frozen=True)
class Made:
    """A prediction, and its labels."""

    expression: Expression
    labels: Labels


@dataclass(frozen=True)
class Origin:
    """A truth to make pairs from."""

    problem: Problem
    truth: Expression
    ground: Ground
    y: Array

    def values(self, expression: Expression) -> Array:
        """Values at the points of ``ground``, as shares of the truth's size."""
        return evaluate(expression, self.ground.names, self.ground.X)

    def deviation(self, expression: Expression) -> Array:
        """|p - t| / |t| at each point, inf where p has no value."""
        with np.errstate(all="ignore"):
            share = np.abs(self.values(expression) - self.y) / np.abs(self.y)
        return np.where(np.isfinite(share), share, np.inf)

    def everywhere_close(self, expression: Expression) -> bool:
        """Whether p is t within half the tolerance at very many points of the domain.

        Distances near zeros of t are measured in the 10 % quantile of its size. What is nothing
        at most points may be all there is next to a pole, or where two large terms cancel.
        """
        X = sample_domain(self.problem.domain, _VERY_MANY, 17)
        p, t = (evaluate(one, self.ground.names, X) for one in (expression, self.truth))
        size = np.abs(t[np.isfinite(t) & (t != 0)])
        with np.errstate(all="ignore"):
            away = np.abs(p - t) / np.maximum(np.abs(t), np.quantile(size, 0.1))
        return not np.any(away[np.isfinite(t)] > 5e-4)

    def precisely(self, expression: Expression) -> tuple[Array, Array]:
        """p/t and (p - t)/typical |t| at thirty points, to 50 digits: float64 may cancel."""
        found, true = Precise(expression, 50), Precise(self.truth, 50)
        typical = float(np.median(np.abs(self.y)))
        ratios, shifts = [], []
        for row in self.ground.X[:30].tolist():
            point = true.point(self.ground.names, row)
            try:
                p, t = found(point), true(point)
            except NotFinite:
                continue
            ratios.append(float(p / t))
            shifts.append(float((p - t) / typical))
        return np.array(ratios), np.array(shifts)

    def has(self, name: str) -> bool:
        """Whether a variable is written so."""
        return any(name in (one.name, one.symbol) for one in self.problem.variables)

    def r2(self, expression: Expression) -> tuple[float, float]:
        """The least and the greatest R2 of ten samples of the domain."""
        found = r2_of_samples(str(expression), self.problem.truth or "", self.problem.domain)
        return found[0], found[-1]


Maker = Callable[[Origin, random.Random], Made | None]


def identity(source: Origin, rng: random.Random) -> Made | None:
    """A chain of one to six true identities."""
    made = rewritten(source.truth, rng.randint(1, 6), source.ground, rng)
    return Made(made, LAW) if made != source.truth else None


def rounded(source: Origin, rng: random.Random) -> Made | None:
    """Every constant as a decimal of 4 to 10 digits, after an identity or two."""
    digits = rng.randint(4, 10)

    def decimal(value: float) -> Expression:
        return Number(float(f"{value:.{digits - 1}e}"))

    def leaf(node: Expression) -> Expression:
        if isinstance(node, Constant):
            return decimal({"pi": np.pi, "e": np.e}[node.name])
        return decimal(node.value) if isinstance(node, Number) and _is_float(node) else node

    tree = _coefficients(rewritten(source.truth, rng.randint(0, 2), source.ground, rng))
    made = fold(tree, leaf, lambda node, args: Call(node.op, tuple(args)))
    return Made(made, LAW) if made != source.truth else None


def _is_float(node: Number) -> bool:
    return type(node.value) is float and not node.value.is_integer()


def _coefficients(expression: Expression) -> Expression:
    """Quotients of whole numbers, as 1/2 and 4*pi are, evaluated to floats, but in exponents."""

    def call(node: Call, args: list[Expression]) -> Expression:
        if node.op in ("mul", "div") and len(args) == 2:
            values = [_value(arg) for arg in args]
            if None not in values and not all(isinstance(arg, Number) for arg in args):
                a, b = values  # a constant with a name, and what stands by it
                return Number(float(a * b if node.op == "mul" else a / b))  # type: ignore[operator]
        return Call(node.op, tuple(args))

    return fold(expression, lambda leaf: leaf, call)


def _value(node: Expression) -> float | None:
    if isinstance(node, Constant):
        return {"pi": np.pi, "e": np.e}.get(node.name)
    return float(node.value) if isinstance(node, Number) else None


def next_to_nothing(source: Origin, rng: random.Random) -> Made | None:
    """Terms and factors that an optimiser leaves: 0 and 1 to five or eight digits."""
    made = rewritten(source.truth, rng.randint(0, 2), source.ground, rng)
    for _ in range(rng.randint(1, 3)):
        path, node = rng.choice(nodes_with_paths(made))
        if isinstance(node, Number | Constant) or _in_exponent(made, path):
            continue
        v = Symbol(rng.choice(source.ground.names))
        unit = float(np.median(np.abs(evaluate(v, source.ground.names, source.ground.X)))) or 1.0
        typical = np.abs(evaluate(node, source.ground.names, source.ground.X))
        small = rng.choice([-1, 1]) * 10 ** rng.uniform(-8, -5)
        scale = float(np.min(typical[typical > 0], initial=np.inf))
        if not np.isfinite(scale):
            continue
        one = float(f"{1 + rng.uniform(-1, 1) * 10.0 ** rng.randint(-8, -5):.9g}")
        form = rng.choice(["a + c", "a + d*v", "k*a", "a*exp(s*v)", "a*(k + s*v)", "k*a + d*v"])
        parts = {"c": small * scale, "d": small * scale / unit, "s": small / unit, "k": one}
        numbers: dict[str, Expression] = {
            name: Number(float(f"{value:.7g}")) for name, value in parts.items()
        }
        new = substitute(parse(form), {"a": node, "v": v, **numbers})
        made = replaced(made, path, new)
    if made == source.truth or not source.everywhere_close(made):
        return None
    return Made(made, LAW)


def _in_exponent(expression: Expression, path: tuple[int, ...]) -> bool:
    node = expression
    for index in path:
        assert isinstance(node, Call)
        if node.op == "pow" and index == 1:
            return True
        node = node.args[index]
    return False


def redundant(source: Origin, rng: random.Random) -> Made | None:
    """More constants than the law has, that cancel to six or eight digits."""
    made = rewritten(source.truth, rng.randint(0, 2), source.ground, rng)
    for _ in range(rng.randint(1, 3)):
        path, node = rng.choice(nodes_with_paths(made))
        if isinstance(node, Number | Constant) or _in_exponent(made, path):
            continue
        digits = rng.randint(6, 8)
        a, b = (rng.uniform(0.3, 3.0) for _ in range(2))
        parts = {"p": a, "q": 1 / a, "r": b, "m": a * b - 1, "h": 1 + b}
        numbers: dict[str, Expression] = {
            name: Number(float(f"{value:.{digits - 1}e}")) for name, value in parts.items()
        }
        forms = [
            "p*(q*x)",
            "p*x*q",
            "p*x*r - m*x",
            "h*x - r*x",
            "(p*x)/p",
            "x/(p*q)",
            "p*x/(r*p/r)",
        ]
        made = replaced(made, path, substitute(parse(rng.choice(forms)), {"x": node, **numbers}))
    return Made(made, LAW) if made != source.truth else None


def other_constants(source: Origin, rng: random.Random) -> Made | None:
    """The right structure with constants that are far off."""
    factor = float(f"{rng.choice([rng.uniform(0.55, 0.95), rng.uniform(1.05, 1.8)]):.6g}")
    floats = [
        (path, node)
        for path, node in nodes_with_paths(source.truth)
        if isinstance(node, Number) and _is_float(node) and not _in_exponent(source.truth, path)
    ]
    if floats and rng.random() < 0.7:
        path, node = rng.choice(floats)
        made = replaced(source.truth, path, Number(float(node.value * factor)))
    else:
        made = Call("mul", (Number(factor), source.truth))
    made = rewritten(made, rng.randint(0, 2), source.ground, rng)
    away = source.deviation(made)
    exact = "no" if np.median(away) > 0.02 else ""
    return Made(made, Labels(_up_to_a_constant(source, made), exact, "yes"))


def _up_to_a_constant(source: Origin, made: Expression) -> str:
    """The label of ``srbench`` where the structure is right: by the values alone."""
    ratio, difference = _spread(source, made)
    least, most = source.r2(made)
    if most < 0.3:
        return "no"
    if least < 0.7:
        return ""
    if min(ratio, difference) < 1e-7:
        return "yes"
    return "no" if min(ratio, difference) > 0.04 else ""


def _spread(source: Origin, made: Expression) -> tuple[float, float]:
    """How far p/t, and p - t, are from constant: median departure, relative to p and to t."""
    p = source.values(made)
    with np.errstate(all="ignore"):
        ratio = p / source.y
        departure = np.abs(ratio / np.median(ratio) - 1)
        shift = p - source.y
        offset = np.abs(shift - np.median(shift)) / np.abs(source.y)
    return float(np.median(departure)), float(np.median(offset))


def shifted(source: Origin, rng: random.Random) -> Made | None:
    """The truth plus a constant: SRBench's rule accepts it, R2 permitting."""
    spread = float(np.std(source.y))
    addend = Number(float(f"{spread * rng.uniform(0.1, 0.5):.5g}"))
    truth = rewritten(source.truth, rng.randint(0, 2), source.ground, rng)
    made = Call("add", (truth, addend))
    if np.median(source.deviation(made)) < 0.02 or spread == 0:
        return None
    return Made(made, Labels("yes" if source.r2(made)[0] > 0.7 else "", "no", ""))


def negated(source: Origin, rng: random.Random) -> Made | None:
    """The truth with the other sign."""
    made = rewritten(Call("neg", (source.truth,)), rng.randint(0, 1), source.ground, rng)
    return Made(made, Labels("no" if source.r2(made)[1] < 0.3 else "", "no", ""))


def near_miss(kind: str) -> Maker:
    """The maker for one kind of near miss."""

    def make(source: Origin, rng: random.Random) -> Made | None:
        made = EDITS[kind](source.truth, source.ground, rng)
        if made is None or (kind == "imaginary" and source.has("I")):
            return None
        if kind in ("imaginary", "undefined"):
            return Made(made, replace(OTHER, srbench="no"))  # it asks for real values
        finite = source.deviation(made)
        if not np.all(np.isfinite(finite)):
            return None  # another reason to say no than the one that is meant
        ratio, shift = source.precisely(made)
        if not len(ratio):
            return None
        apart = (
            np.max(np.abs(ratio - 1)),
            np.max(np.abs(ratio / np.median(ratio) - 1)),
            np.max(np.abs(shift - np.median(shift))),
        )
        if not min(apart) > 1e-7:
            return None
        if kind in _ABSORBABLE and _has_constants(made):
            exact = "no" if np.median(np.abs(ratio - 1)) > 0.02 else ""
            return Made(made, Labels("no" if min(_spread(source, made)) > 0.04 else "", exact, ""))
        return Made(made, OTHER)

    return make


_ABSORBABLE = ("dropped term", "swapped variables", "sign flip", "another exponent")
"""Edits that the prediction's own constants could undo."""


def _has_constants(expression: Expression) -> bool:
    return any(
        isinstance(node, Number)
        and (type(node.value) is float or abs(node.value) > 1)
        and not _in_exponent(expression, path)
        for path, node in nodes_with_paths(expression)
    )


MAKERS: dict[str, tuple[Maker, float]] = {
    "identity": (identity, 3.0),
    "rounded": (rounded, 1.0),
    "next to nothing": (next_to_nothing, 1.5),
    "redundant": (redundant, 1.5),
    "other constants": (other_constants, 1.0),
    "shifted": (shifted, 0.5),
    "negated": (negated, 0.3),
    "approximant": (near_miss("approximant"), 2.0),
    "series": (near_miss("series"), 2.0),
    "dropped term": (near_miss("dropped term"), 1.5),
    "swapped variables": (near_miss("swapped variables"), 1.5),
    "another exponent": (near_miss("another exponent"), 1.0),
    "sign flip": (near_miss("sign flip"), 1.0),
    "imaginary": (near_miss("imaginary"), 0.3),
    "undefined": (near_miss("undefined"), 0.5),
}
"""Every way to make a pair, and how often it is tried."""
