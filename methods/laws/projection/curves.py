"""TermLists with one constant of their own, on a coarse grid of it, each with its slope.

The pair (c, dc/dk) at a node of the grid spans the term at every k near it to second order: so a
set that holds the pair leaves over nearly what the term at its best k would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench import Call, Expression, Number, Symbol, complexity
from methods.laws.projection.columns import TermColumn
from methods.mcts.language.tokens import Floats

_NODES = 20
_WAVES = 40
"""Nodes of a frequency: between two lies 0.4 of half a wave over the range of the variable."""
_FASTEST = 4
"""Frequencies beyond the grid: each costs as much as one on it, and a law has one or two."""
_SLOW = np.array([0.2, 0.5, 1.0, 2.0])
"""Of a wave of which the data show less than a half, frequency times the largest value."""
_STEP = 1e-5
_TRUSTED = 0.6
"""Share of a constant by which a slope may move it."""

Value = Callable[[float, Floats], Floats]
Write = Callable[[Expression, Expression], Expression]


@dataclass(frozen=True)
class CurveFamily:
    """A function of ``k`` and one variable: what it is, how it is written, where it is asked."""

    needs: frozenset[str]
    value: Value
    write: Write
    grid: Callable[[Floats], Floats]
    positive: bool = False
    waves: bool = False


@dataclass(frozen=True)
class Curve:
    """A term at one node: ``factor`` times the family's function of variable ``name``."""

    family: CurveFamily
    factor: TermColumn
    name: str
    variable: Floats
    k: float

    def values(self, k: float) -> Floats:
        """The term at ``k``, (n,)."""
        with np.errstate(all="ignore"):
            return self.factor.values * self.family.value(k, self.variable)

    def pair(self) -> Floats:
        """The term at its node, and its slope by k: (2, n)."""
        step = _STEP * max(abs(self.k), 1e-3)
        slope = (self.values(self.k + step) - self.values(self.k - step)) / (2 * step)
        return np.stack([self.values(self.k), slope])

    def expression(self, k: float) -> Expression:
        """The term as it is written with ``k``."""
        inner = self.family.write(Number(k), Symbol(self.name))
        if isinstance(self.factor.expression, Number):
            return inner
        return Call("mul", (self.factor.expression, inner))

    def moved(self, by: float) -> Expression:
        """The term with ``k`` moved, as far as the slope can be trusted."""
        most = _TRUSTED * abs(self.k)
        return self.expression(self.k + min(max(by, -most), most))

    @property
    def nodes(self) -> int:
        """What it costs: a node for each operator, and one for the constant."""
        return complexity(self.expression(self.k))


def curves(
    variables: Sequence[tuple[str, Floats]],
    factors: Callable[[str], Iterable[TermColumn]],
    operators: frozenset[str],
    y: Floats,
) -> Iterator[Curve]:
    """All terms with one constant: of every variable, times each of its ``factors``.

    Frequencies that only many waves tell are those at which the target ``y`` (n,) has a peak.
    """
    for name, values in variables:
        for family in _FAMILIES:
            if not family.needs <= operators or (family.positive and not (values >= 0).all()):
                continue
            for factor in factors(name):
                fast = _peaks(factor.values, values, y) if family.waves else ()
                for k in (*family.grid(values), *fast):
                    yield Curve(family, factor, name, values, float(k))


def _call(op: str) -> Write:
    return lambda k, x: Call(op, (Call("mul", (k, x)),))


def _sizes(v: Floats) -> Floats:
    """From a hardly bent curve to one that has ended at a twentieth of the range."""
    return np.asarray(np.geomspace(0.05, 20.0, _NODES) / max(float(np.max(np.abs(v))), 1e-12))


def _both(v: Floats) -> Floats:
    return np.concatenate([-_sizes(v), _sizes(v)[: _NODES // 2]])


def _frequencies(v: Floats) -> Floats:
    span, largest = max(float(np.ptp(v)), 1e-12), max(float(np.max(np.abs(v))), 1e-12)
    fast = np.asarray(0.4 * np.pi / span * (np.arange(_WAVES) + 0.5))
    return np.concatenate([_SLOW[fast[0] * largest > _SLOW] / largest, fast])


def _peaks(factor: Floats, v: Floats, y: Floats) -> Floats:
    """Frequencies beyond those of the grid that take most of ``y``: a periodogram's peaks.

    Least squares of the two waves at each frequency (Lomb, Astrophysics and Space Science 39,
    1976), up to one wave for every four rows, and for every two steps where ``v`` is on a grid:
    beyond them a faster wave looks like a slower one.
    """
    step = 0.4 * np.pi / max(float(np.ptp(v)), 1e-12)
    apart = np.diff(np.unique(v))
    fastest = np.pi / (step * float(np.median(apart))) if len(apart) else 0.0
    k = step * (np.arange(_WAVES, max(_WAVES, int(min(5 * len(v) / 4, fastest)))) + 0.5)
    if len(k) < 3:
        return np.zeros(0)
    base = np.linalg.qr(np.stack([np.ones(len(v)), factor], axis=1))[0]
    rest = y - base @ (base.T @ y)
    c, s = (factor * wave(np.outer(k, v)) for wave in (np.cos, np.sin))
    cc, ss, cs = (np.sum(one * other, axis=1) for one, other in ((c, c), (s, s), (c, s)))
    a, b = c @ rest, s @ rest
    with np.errstate(all="ignore"):
        taken = np.nan_to_num((ss * a**2 - 2 * cs * a * b + cc * b**2) / (cc * ss - cs**2))
    peak = np.flatnonzero((taken[1:-1] > taken[:-2]) & (taken[1:-1] >= taken[2:])) + 1
    return np.asarray(k[peak[np.argsort(-taken[peak])[:_FASTEST]]])


def _exponents(v: Floats) -> Floats:
    """From a power that is hardly a logarithm to one that is steep, as the values are spread."""
    positive = v[v > 0]
    low, high = np.quantile(positive, (0.1, 0.9)) if len(positive) else (1.0, 1.0)
    sizes = np.geomspace(0.4, 12.0, _NODES // 2) / max(float(np.log(high / low)), 1e-3)
    return np.concatenate([-sizes, sizes])


def _saturation(power: int) -> CurveFamily:
    """``1/(1 + k*x**power)``: the powers are those of the polynomials beside it."""

    def write(k: Expression, x: Expression) -> Expression:
        raised = x if power == 1 else Call("pow", (x, Number(power)))
        return Call("div", (Number(1), Call("add", (Call("mul", (k, raised)), Number(1)))))

    return CurveFamily(
        frozenset({"div"}), lambda k, v: 1 / (1 + k * v**power), write,
        lambda v: _sizes(v**power), positive=power % 2 == 1,
    )  # fmt: skip


_FAMILIES = (
    CurveFamily(frozenset({"exp"}), lambda k, v: np.exp(k * v), _call("exp"), _both),
    CurveFamily(
        frozenset({"exp", "mul"}),
        lambda k, v: np.exp(-k * v * v),
        lambda k, x: Call("exp", (Call("neg", (Call("mul", (k, Call("pow", (x, Number(2))))),)),)),
        lambda v: _sizes(v * v),
    ),
    CurveFamily(
        frozenset({"sin"}), lambda k, v: np.sin(k * v), _call("sin"), _frequencies, waves=True
    ),
    CurveFamily(
        frozenset({"cos"}), lambda k, v: np.cos(k * v), _call("cos"), _frequencies, waves=True
    ),
    CurveFamily(frozenset({"tanh"}), lambda k, v: np.tanh(k * v), _call("tanh"), _sizes),
    CurveFamily(
        frozenset({"log"}),
        lambda k, v: np.log1p(k * v),
        lambda k, x: Call("log", (Call("add", (Call("mul", (k, x)), Number(1))),)),
        _sizes,
        positive=True,
    ),
    *(_saturation(power) for power in (1, 2, 3, 4)),
    CurveFamily(
        frozenset({"pow"}),
        lambda k, v: v**k,
        lambda k, x: Call("pow", (x, k)),
        _exponents,
        positive=True,
    ),
)  # fmt: skip
