"""Standard normal numbers from a seed: the same bits on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.problems.portable.exponential import log


def standard_normal(count: int, seed: int) -> NDArray[np.float64]:
    """``count`` standard normal draws, the same bits everywhere.

    Marsaglia's polar method on PCG64's raw output, its logarithm from here (NumPy's differs in the
    last bit between machines, and its ``normal`` between versions).
    """
    generator = np.random.PCG64(seed)
    parts: list[NDArray[np.float64]] = []
    have = 0
    while have < count:
        raw = generator.random_raw(2 * max(16, count - have)).astype(np.uint64)
        uniform = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0
        u, v = uniform[::2], uniform[1::2]
        s = u * u + v * v
        inside = (s > 0.0) & (s < 1.0)
        u, v, s = u[inside], v[inside], s[inside]
        factor = np.sqrt(-2.0 * log(s) / s)
        pairs = np.empty(2 * len(s))
        pairs[::2], pairs[1::2] = u * factor, v * factor
        parts.append(pairs)
        have += len(pairs)
    return np.concatenate(parts)[:count]
