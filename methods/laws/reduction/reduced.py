"""A problem of fewer variables, and the way back from its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from bench import Call, Expression, Number, Symbol, substitute
from methods.laws.reduction.surface import Surface, fitted_surface
from methods.mcts.language.tokens import Floats

_ALIKE, _SURE, _ROUGHER = 0.15, 0.03, 3.0
"""What two slopes may differ by, as a share of them, to be taken for those of one variable: between
the first two, so many times what the surface leaves, as slopes are rougher than values. A wrong
guess costs time, and no truth."""
_ROWS = 10
"""For each variable: fewer make no surface."""
_SHARE = 0.9
"""What a surface may leave of the target, for its slopes to say anything."""
_PARTS = 2
"""A power of a factor is a multiple of one over this."""


@dataclass(frozen=True)
class Reduced:
    """``y = factor * f(z)``: columns ``Z`` (n, k) are ``meanings`` of the variables."""

    Z: Floats
    y: Floats
    names: tuple[str, ...]
    meanings: tuple[Expression, ...]
    factor: Expression | None = None

    @classmethod
    def whole(cls, names: tuple[str, ...], X: Floats, y: Floats) -> Reduced:
        """The problem as it is."""
        return cls(X, y, names, tuple(map(Symbol, names)))

    @property
    def finite(self) -> bool:
        """Whether all its values are numbers."""
        return bool(np.isfinite(self.Z).all() and np.isfinite(self.y).all())

    def back(self, answer: Expression) -> Expression:
        """An answer in the variables that the problem was given in."""
        inner = substitute(answer, dict(zip(self.names, self.meanings, strict=True)))
        return inner if self.factor is None else Call("mul", (self.factor, inner))

    def without_factor(self, j: int, power: float) -> Reduced:
        """The target divided by a power of variable ``j``, which is then no variable any more."""
        with np.errstate(all="ignore"):
            y = self.y / self.Z[:, j] ** power
        exponent = Number(int(power) if power == int(power) else power)
        more: Expression = Call("pow", (self.meanings[j], exponent))
        factor = more if self.factor is None else Call("mul", (self.factor, more))
        return replace(self._without(j), y=y, factor=factor)

    def merged(self, i: int, j: int, op: str) -> Reduced:
        """Variables ``i`` and ``j`` in the place of which stands what ``op`` makes of them."""
        a, b = self.Z[:, i], self.Z[:, j]
        with np.errstate(all="ignore"):
            column = {"add": a + b, "sub": a - b, "mul": a * b, "div": a / b}[op]
        rest = self._without(max(i, j))._without(min(i, j))
        return replace(
            rest,
            Z=np.column_stack([rest.Z, column]),
            names=tuple(f"z{k}" for k in range(len(rest.names) + 1)),
            meanings=(*rest.meanings, Call(op, (self.meanings[i], self.meanings[j]))),
        )

    def _without(self, j: int) -> Reduced:
        kept = [k for k in range(len(self.names)) if k != j]
        names = tuple(f"z{k}" for k in range(len(kept)))
        meanings = tuple(self.meanings[k] for k in kept)
        return replace(self, Z=self.Z[:, kept], names=names, meanings=meanings)


def reductions(problem: Reduced) -> Iterator[Reduced]:
    """The problem with fewer and fewer variables, as the slopes of a surface suggest it."""
    while len(problem.names) > 1 and len(problem.y) >= _ROWS * len(problem.names):
        surface = fitted_surface(problem.Z, problem.y)
        if surface.left > _SHARE:
            return
        alike = min(max(_ROUGHER * surface.left, _SURE), _ALIKE)
        steps = [step for step in _steps(problem, surface) if step[0] < alike]
        smaller = [one for _, one in sorted(steps, key=lambda step: step[0]) if one.finite]
        if not smaller:
            return
        problem = smaller[0]
        yield problem


def _steps(problem: Reduced, surface: Surface) -> Iterator[tuple[float, Reduced]]:
    """Every single reduction, and how far from true it is on the surface."""
    slopes, Z = surface.slopes, problem.Z.T
    for j, (slope, column) in enumerate(zip(slopes, Z, strict=True)):
        relative = column * slope
        if surface.logarithmic:
            power, whole = float(np.mean(relative)), np.ones(len(relative))
        else:
            whole = surface.values
            power = float(relative @ whole) / max(float(whole @ whole), 1e-300)
        near = round(_PARTS * power) / _PARTS
        if near and not (near % 1 and (column <= 0).any()) and (column != 0).all():
            yield _apart(relative, near * whole), problem.without_factor(j, near)
    for i, j in combinations(range(len(Z)), 2):
        a, b = slopes[i], slopes[j]
        yield _apart(a, b), problem.merged(i, j, "add")
        yield _apart(a, -b), problem.merged(i, j, "sub")
        a, b = Z[i] * a, Z[j] * b
        yield _apart(a, b), problem.merged(i, j, "mul")
        over, under = (i, j) if _evenness(Z[j]) >= _evenness(Z[i]) else (j, i)
        yield _apart(a, -b), problem.merged(over, under, "div")


def _evenness(column: Floats) -> float:
    """Smallest over largest size: of two columns, the one to divide by has more of it."""
    sizes = np.abs(column)
    crosses = column.min() < 0 < column.max()
    return 0.0 if crosses else float(sizes.min() / max(float(sizes.max()), 1e-300))


def _apart(a: Floats, b: Floats) -> float:
    """How far apart two slopes are, as a share of both; 1 for what is no number."""
    size = float(np.linalg.norm(a) + np.linalg.norm(b))
    apart = float(np.linalg.norm(a - b)) / size if 0 < size < np.inf else 1.0
    return apart if np.isfinite(apart) else 1.0
