"""Random draws for noise: the same bits on every machine, for every method."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import AnyProblem, Conditions, noise_text


def standard_normal(count: int, seed: int) -> NDArray[np.float64]:
    """``count`` standard normal draws, the same bits everywhere.

    Marsaglia's polar method on PCG64's raw output, its logarithm from ``bench.problems.portable``
    (NumPy's differs in the last bit between machines, and its ``normal`` between versions).
    """
    from bench.problems import portable

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
        factor = np.sqrt(-2.0 * portable.log(s) / s)
        pairs = np.empty(2 * len(s))
        pairs[::2], pairs[1::2] = u * factor, v * factor
        parts.append(pairs)
        have += len(pairs)
    return np.concatenate(parts)[:count]


def root_mean_square(y: NDArray[np.float64]) -> float:
    """Of ``y`` (n,), 0 where it is zero everywhere."""
    # Scaled first, so that targets near 1e200 do not overflow; summed one by one, because the
    # order of NumPy's pairwise sum depends on the machine.
    largest = float(np.max(np.abs(y), initial=0.0))
    if largest == 0.0:
        return 0.0
    scaled = y / largest
    return largest * float(np.sqrt(np.add.accumulate(scaled * scaled)[-1] / len(y)))


def noise_seed(problem: AnyProblem, conditions: Conditions, what: str = "noise") -> int:
    """The seed of the draws for ``what``.

    It follows from the problem and its version, the data seed, the run's seed and the level.
    """
    owner = (problem.dataset, problem.version, problem.name)
    parts = (*owner, conditions.data_seed, conditions.seed)
    text = "\n".join([what, *map(str, parts), noise_text(conditions.noise)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
