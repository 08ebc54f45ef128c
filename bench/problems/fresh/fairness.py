"""What makes a generated law a fair problem: values on its data, and nothing idle in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Expression, Number, evaluate
from bench.expression.compiled.fit import fit_constants
from bench.problems.sources.terms import signal_shares, spread, without_each_term

LEAST_SHARE = 0.01
"""The least part of the signal that must hang on every term and on every input."""
WIDEST_RANGE = 1e6
"""The largest magnitude of the target, in units of its median magnitude."""

_SAME = 1e-7
_ITERATIONS = 50
_REFIT_ROWS = 200


def is_bounded(value: NDArray[np.float64]) -> bool:
    """Whether all values are finite, differ, and stay within ``WIDEST_RANGE`` of their middle."""
    if len(value) == 0 or not np.isfinite(value).all() or np.ptp(value) == 0.0:
        return False
    middle = float(np.median(np.abs(value)))
    return float(np.max(np.abs(value))) <= WIDEST_RANGE * middle


def everything_matters(law: Expression, names: Sequence[str], X: NDArray[np.float64]) -> bool:
    """Whether each term of ``law``, and each input, is needed for its values on the rows of ``X``.

    A term is not if its part of the signal is below ``LEAST_SHARE``, or if the law without it can
    be refitted to the law with it. An input's part is what changes when its column moves by a row.
    """
    if min(signal_shares(law, names, X)) < LEAST_SHARE:
        return False
    value = evaluate(law, names, X)
    for column in range(X.shape[1]):
        moved = X.copy()
        moved[:, column] = np.roll(X[:, column], 1)
        change = evaluate(law, names, moved) - value
        if spread(change[np.isfinite(change)]) < LEAST_SHARE * spread(value):
            return False
    some = slice(None, None, 1 + len(X) // _REFIT_ROWS)
    return not any(
        can_become(shorter, value[some], names, X[some]) for shorter in without_each_term(law)
    )


def can_become(
    law: Expression, value: NDArray[np.float64], names: Sequence[str], X: NDArray[np.float64]
) -> bool:
    """Whether ``law``, its floats and a factor before it refitted, has these values on ``X``.

    To 1e-7 of their spread.
    """
    scaled = Call("mul", (Number(1.0), law))
    fit = fit_constants(scaled, names, X, value, max_iterations=_ITERATIONS)
    return fit.residual <= _SAME * spread(value)
