"""How sure a mean over problems is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

_RESAMPLED = 2000


def mean_with_interval(values: ArrayLike) -> str:
    """The mean of shares (n,) in per cent, with its 95 % interval, resampled by problem."""
    shares = np.asarray(values, np.float64)
    random = np.random.default_rng(0)
    rows = random.integers(0, len(shares), (_RESAMPLED, len(shares)))
    low, high = np.quantile(shares[rows].mean(axis=1), [0.025, 0.975])
    return f"{shares.mean():.1%} [{low:.1%}, {high:.1%}]"
