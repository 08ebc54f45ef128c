"""What makes a generated law a fair problem: values on its data, and nothing idle in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, evaluate
from bench.problems.terms import signal_shares

LEAST_SHARE = 0.01
"""The least part of the signal that must hang on every term and on every input."""
WIDEST_RANGE = 1e6
"""The largest magnitude of the target, in units of its median magnitude."""


def everything_matters(law: Expression, names: Sequence[str], X: NDArray[np.float64]) -> bool:
    """Whether every term of ``law``, and every input, moves its value on the rows of ``X``.

    An input moves the value by what changes when its column is shifted by one row.
    """
    if min(signal_shares(law, names, X)) < LEAST_SHARE:
        return False
    value = evaluate(law, names, X)
    for column in range(X.shape[1]):
        shifted = X.copy()
        shifted[:, column] = np.roll(X[:, column], 1)
        change = evaluate(law, names, shifted) - value
        if np.std(change[np.isfinite(change)]) < LEAST_SHARE * np.std(value):
            return False
    return True


def is_bounded(value: NDArray[np.float64]) -> bool:
    """Whether all values are finite, differ, and stay within ``WIDEST_RANGE`` of their middle."""
    if not np.isfinite(value).all() or np.ptp(value) == 0.0:
        return False
    middle = float(np.median(np.abs(value)))
    return float(np.max(np.abs(value))) <= WIDEST_RANGE * middle
