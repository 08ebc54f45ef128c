"""Uncertainty of a mean over runs: the percentile bootstrap over problems."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_SEED = 0
_AT_ONCE = 2_000_000  # numbers held for one chunk of resamples: 16 MB


def interval(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % interval of the mean of all runs of a set of problems.

    ``sums`` and ``counts`` (> 0), of shape (p,), are the sum over the runs of each problem and
    their number. Whole problems are resampled, with all their seeds and levels of noise: they
    are what a benchmark samples, and runs of one problem are alike (Efron and Tibshirani, An
    Introduction to the Bootstrap, 1993, chapters 8 and 13). The seed is fixed, so the same runs
    have the same interval. nan for fewer than two problems: one says nothing about others.
    """
    if len(sums) < 2:
        return float("nan"), float("nan")
    chunks = [
        sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1) for drawn in _resamples(len(sums))
    ]
    low, high = np.quantile(np.concatenate(chunks), [0.025, 0.975])
    return float(low), float(high)


def _resamples(problems: int) -> Iterator[NDArray[np.int32]]:
    """Indices of ``RESAMPLES`` samples of ``problems`` problems, some rows at a time."""
    rng = np.random.Generator(np.random.PCG64(_SEED))
    rows = max(1, _AT_ONCE // problems)
    for start in range(0, RESAMPLES, rows):
        size = (min(rows, RESAMPLES - start), problems)
        yield rng.integers(problems, size=size, dtype=np.int32)
