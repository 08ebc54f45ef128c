"""A share of the rows: few to search on, more to fit the constants of what was found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ENOUGH = 20_000
"""Rows beyond that add nothing to a formula's constants but time."""


def choose_rows(count: int, most: int, seed: int) -> NDArray[np.intp]:
    """Indices of at most ``most`` of ``count`` rows, drawn by ``seed``, in rising order."""
    if most < 1:
        raise ValueError(f"rows is {most}; it must be 1 or more")
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
