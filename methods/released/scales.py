"""How columns are shown to a released network, and how its formulas are told of them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Symbol, substitute
from methods.tidy import gather

Array = NDArray[np.float64]

_WIDEST, _NARROWEST = 10.0, 0.1
"""NeSymReS was trained on columns within -10 .. 10."""
_ROUNDING = 1e-12
"""A smaller deviation, beside the largest value, is that of sums of equal numbers."""
_LARGEST, _SMALLEST = 5e4, 1e-3
"""And on targets within 5e4; half precision has no more than 65,504."""


@dataclass(frozen=True)
class Scales:
    """Columns are shown as ``slope*x + offset``, both (columns,); the target times a factor."""

    slopes: Array
    offsets: Array
    target: float = 1.0

    def shown(self, X: Array) -> Array:
        """Columns (n, columns) as the network sees them."""
        moved: Array = X * self.slopes + self.offsets
        return moved

    def undone(self, expression: Expression, names: Sequence[str]) -> Expression:
        """A formula of the columns as shown as one of the columns as they are."""
        moved: dict[str, Expression] = {}
        for name, slope, offset in zip(names, self.slopes, self.offsets, strict=True):
            if slope == 0.0:
                moved[name] = Number(0.0)
            elif slope != 1.0 or offset != 0.0:
                product = Call("mul", (Number(float(slope)), Symbol(name)))
                moved[name] = Call("add", (product, Number(float(offset)))) if offset else product
        return gather(substitute(expression, moved)) if moved else expression


def within_range(X: Array, y: Array) -> Scales:
    """Columns and target as NeSymReS was trained on them; no column is moved."""
    sizes = np.abs(X).max(axis=0)
    factors = np.clip(sizes, _NARROWEST, _WIDEST) / np.where(sizes > 0, sizes, 1.0)
    slopes = np.where(sizes > 0, factors, 1.0)
    largest = float(np.abs(y).max())
    target = 1.0 if _SMALLEST <= largest <= _LARGEST else _WIDEST / largest
    return Scales(slopes, np.zeros(X.shape[1]), target)


def standardised(X: Array, y: Array) -> Scales:
    """Columns of mean 0 and deviation 1, as E2E has them; a column that never changes is 0."""
    deviations = X.std(axis=0)
    changes = deviations > _ROUNDING * np.abs(X).max(axis=0)
    slopes = np.where(changes, 1.0, 0.0) / np.where(changes, deviations, 1.0)
    return Scales(slopes, -X.mean(axis=0) * slopes)
