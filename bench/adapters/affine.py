"""Linear transformations of columns, found out by trying: scalers, rotations, selections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.adapters.estimators import Values

_ROWS = 200
_ROUNDING = 1e-12
_CLOSE = 1e-7


@dataclass(frozen=True)
class AffineMap:
    """``z = factors @ x + offsets``: shapes (k, d), (k,)."""

    factors: Values
    offsets: Values

    def __call__(self, X: Values) -> Values:
        """Rows (n, d) as rows (n, k)."""
        mapped: Values = X @ self.factors.T + self.offsets
        return mapped

    @classmethod
    def of(cls, transform: Callable[[Values], Any], X: Values) -> AffineMap | None:
        """What ``transform`` does to rows like those of ``X``, (n, d); None where it is more."""
        X = np.array(X[:_ROWS], dtype=np.float64)
        middle = np.mean(X, axis=0)
        steps = np.std(X, axis=0)
        steps = np.where(steps > 0, steps, np.where(middle != 0, np.abs(middle), 1.0))
        try:
            at = np.asarray(transform(np.vstack([middle, middle + np.diag(steps)])), np.float64)
            seen = np.asarray(transform(X), np.float64)
        except Exception:  # takes no such rows: it is nothing that can be undone
            return None
        if at.ndim != 2 or seen.ndim != 2 or not np.all(np.isfinite(at)):
            return None
        factors = ((at[1:] - at[0]) / steps[:, None]).T
        # What is left of another column is rounding.
        share = np.abs(factors * steps)
        factors = np.where(share > _ROUNDING * np.max(share, axis=1, keepdims=True), factors, 0.0)
        offsets = at[0] - factors @ middle
        cancelled = np.abs(offsets) <= _ROUNDING * (np.abs(factors) @ np.abs(middle))
        found = cls(factors, np.where(cancelled, 0.0, offsets))
        rounding = _ROUNDING * (np.abs(factors) @ (np.abs(middle) + steps))
        size = np.maximum(np.std(seen, axis=0), np.abs(at[0]))
        return found if np.all(np.abs(found(X) - seen) <= _CLOSE * size + rounding) else None


def affine_rows(mapped: AffineMap, names: Sequence[str]) -> Iterator[str]:
    """Each of the map's columns as text in the ``names`` of those it is made from."""
    for factors, offset in zip(mapped.factors, mapped.offsets, strict=True):
        terms = [
            name if factor == 1 else f"{float(factor)!r}*{name}"
            for factor, name in zip(factors, names, strict=True)
            if factor
        ]
        if offset or not terms:
            terms.append(repr(float(offset)))
        yield " + ".join(terms).replace("+ -", "- ")
