"""How far an answer to a system is from its trajectories, when it is integrated again."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from bench import SystemTask

_WORST = 2.0
_SECONDS = 0.5


def integrated_error(task: SystemTask, answer: Mapping[str, str]) -> float:
    """The mean squared error over the variances of the trajectories, each at most 2.

    It is integrated from the first state, smoothed: from a noisy one no law leads far.
    """
    errors = []
    for one, smooth in zip(task.trajectories, task.smoothed, strict=True):
        path = task.integrated(answer, smooth, _SECONDS)
        spread = np.maximum(one.x.var(axis=0), 1e-12 * float(np.abs(one.x).max()) ** 2 + 1e-300)
        with np.errstate(all="ignore"):
            error = np.mean((path - one.x) ** 2, axis=0) / spread
        errors.append(np.where(error < _WORST, error, _WORST).mean())
    return float(np.mean(errors)) if errors else math.inf
