"""Noise on the training target: Gaussian, in units of the target's root mean square."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import AnyProblem, Conditions
from bench.kinds.noise import noise_seed, root_mean_square
from bench.problems.portable.normal import standard_normal


def noisy_target(
    problem: AnyProblem, conditions: Conditions, y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``y`` (n,) with noise of standard deviation ``conditions.noise * RMS(y)``.

    The draws depend on the problem and its version, the data seed, the run's seed and the level,
    and on nothing else: every method sees the same noise, on every machine.
    """
    if conditions.noise == 0.0:
        return y
    rms = root_mean_square(y)
    return y + conditions.noise * rms * standard_normal(len(y), noise_seed(problem, conditions))
