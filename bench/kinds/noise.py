"""Random draws for noise: the same bits on every machine, for every method."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import AnyProblem, Conditions, noise_text


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
