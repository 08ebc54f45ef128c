"""A sampling rule for a variable of which only values are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.problems.variable import Sampling

_DECADES = 2.0
"""Values of one sign that span more than this are taken to be spread over magnitudes."""


def observed_sampling(values: NDArray[np.float64]) -> Sampling:
    """A rule that covers the range of ``values``: integer, log-uniform or uniform."""
    low, high = float(values.min()), float(values.max())
    if np.all(values == np.rint(values)) and 2 < high - low + 1 <= 2**31:
        return Sampling("integer", low, high + 1)
    if low > 0 and high / low > 10**_DECADES:
        return Sampling("log_uniform", low, high)
    if high < 0 and low / high > 10**_DECADES:
        return Sampling("log_uniform", -high, -low, "negative")
    return Sampling("uniform", low, high)
