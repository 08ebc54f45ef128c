"""How finely data are written, and so how well the law itself can fit them.

Data that were stored in float32 are off by up to half a step of its grid, the inputs as well as
the target. A formula whose residuals are no larger than that makes of them, by its own slopes,
fits to rounding: nothing in the data speaks against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, evaluate

Floats = NDArray[np.float64]

_AT_MOST = 1.5
"""Squares of residuals over those that rounding makes, up to which a formula fits to rounding."""
_SLOPE = 1e-6
_SINGLE = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Rounding:
    """The grid's step at each value of ``X`` (n, d) and ``y`` (n,): 0 where it is float64's own."""

    X: Floats
    y: Floats

    @classmethod
    def of(cls, X: Floats, y: Floats) -> Rounding:
        """The rounding of columns and target, as their values show it."""
        columns = [_steps(X[:, j]) for j in range(X.shape[1])]
        return cls(np.column_stack(columns) if columns else np.zeros_like(X), _steps(y))

    @classmethod
    def at_least_single(cls, X: Floats, y: Floats) -> Rounding:
        """The same, the target no finer than float32: whoever computes it anew rounds otherwise."""
        found = cls.of(X, y)
        return found if found.y.any() else replace(found, y=_SINGLE * np.abs(y))

    def at(self, rows: NDArray[np.intp]) -> Rounding:
        """That of some of the rows."""
        return Rounding(self.X[rows], self.y[rows])

    @property
    def coarse(self) -> bool:
        """Whether anything is written more coarsely than in float64."""
        return bool(self.y.any() or self.X.any())

    def level(self, X: Floats, y: Floats) -> float:
        """The largest error that rounding makes of a column or the target, as a share of it."""
        return max(_share(self.y, y), *(_share(self.X[:, j], X[:, j]) for j in range(X.shape[1])))

    def reached(
        self, expression: Expression, names: Sequence[str], X: Floats, residual: Floats
    ) -> bool:
        """Whether residuals (n,) of ``expression`` are those that rounding makes."""
        if not self.coarse:
            return False
        variance = self.variance(expression, names, X)
        with np.errstate(all="ignore"):  # sums, as least squares has fitted them
            return bool(np.sum(residual**2) <= _AT_MOST * np.sum(variance))

    def variance(self, expression: Expression, names: Sequence[str], X: Floats) -> Floats:
        """The variance (n,) that rounding gives to residuals of ``expression``, by its slopes."""
        variance = self.y**2 / 12
        for j in range(X.shape[1]):
            if self.X[:, j].any():
                variance = variance + (_slope(expression, names, X, j) * self.X[:, j]) ** 2 / 12
        return variance


def _share(steps: Floats, values: Floats) -> float:
    size = float(np.linalg.norm(values))
    return float(np.linalg.norm(steps)) / (12**0.5 * size) if size > 0 else 0.0


def _steps(values: Floats) -> Floats:
    with np.errstate(over="ignore"):  # float64 reaches further, and what is further is its own
        single = values.astype(np.float32)
        if np.array_equal(single.astype(np.float64), values) and not _few_digits(values):
            return np.spacing(np.abs(single)).astype(np.float64)
    return np.zeros_like(values)


def _few_digits(values: Floats) -> bool:
    """Whether values are whole numbers or such: then float32 holds them without rounding."""
    return bool(np.all(values * 1024 == np.round(values * 1024)))


def _slope(expression: Expression, names: Sequence[str], X: Floats, j: int) -> Floats:
    moved = X.copy()
    step = _SLOPE * np.maximum(np.abs(X[:, j]), 1e-3 * np.max(np.abs(X[:, j])) + 1e-300)
    with np.errstate(all="ignore"):
        moved[:, j] = X[:, j] + step
        above = evaluate(expression, names, moved)
        moved[:, j] = X[:, j] - step
        slope = (above - evaluate(expression, names, moved)) / (2 * step)
    return np.where(np.isfinite(slope), slope, 0.0)
