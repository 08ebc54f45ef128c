"""From a pool to one prediction: a linear fit and boosted trees, as in arXiv:2505.11122."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.kinds.panel.measures import standard

Array = NDArray[np.float64]

_MOST_ROWS = 10_000
"""What the trees are grown on: whole days, evenly chosen."""
_RIDGE = 1e-3


def linear(pool: Array, returns: Array, cut: int) -> Array:
    """Least squares on the days before ``cut``: ``pool`` (factors, days, assets) -> (days, assets).

    Factors and returns are in standard deviations of each day; ``returns`` after ``cut`` are not
    looked at. A small ridge holds factors that are alike.
    """
    X, y = _rows(pool, returns, range(cut))
    weights = np.linalg.solve(X.T @ X + _RIDGE * len(X) * np.eye(X.shape[1]), X.T @ y)
    return np.asarray(np.tensordot(weights, pool, 1))


def trees(pool: Array, returns: Array, cut: int) -> Array:
    """The same by gradient-boosted trees: 200 of 32 leaves, as in the paper (there LightGBM's)."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    step = -(-cut * pool.shape[2] // _MOST_ROWS)
    X, y = _rows(pool, returns, range(0, cut, step))
    grown = HistGradientBoostingRegressor(
        max_iter=200, max_leaf_nodes=32, max_depth=8, learning_rate=0.05, l2_regularization=0.1,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    with threadpool_limits(1):  # more of them wait for one another where others work, too
        grown.fit(X, y)
    factors, days, assets = pool.shape
    rows = pool[:, cut:].reshape(factors, -1).T
    found = np.full((days, assets), np.nan)
    with threadpool_limits(1):
        found[cut:] = grown.predict(rows).reshape(days - cut, assets)
    return found


def _rows(pool: Array, returns: Array, days: range) -> tuple[Array, Array]:
    chosen = list(days)
    known = ~np.isnan(returns[chosen])
    return pool[:, chosen][:, known].T, standard(returns[chosen])[known]
