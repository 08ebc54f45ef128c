"""A share of the rows to search on; the others judge what the search finds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def choose_rows(count: int, most: int, seed: int) -> NDArray[np.intp]:
    """Indices of at most ``most`` of ``count`` rows, drawn by ``seed``, in rising order."""
    if most < 1:
        raise ValueError(f"rows is {most}; it must be 1 or more")
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
