"""Arguments of sin, cos and tan brought to within pi/4 of a multiple of pi/2."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.problems.portable.constants import cut, fixed_pi
from bench.problems.portable.doubled import Array, two_sum

_BITS = 1400
_PARTS = cut(fixed_pi(200) // 2, 200, 33, 33, 33)
_TWO_OVER_PI = 2.0 / (fixed_pi(200) / (1 << 200))
_MODERATE = 2.0**20


def reduce(x: Array) -> tuple[NDArray[np.int64], Array, Array]:
    """The quadrant (0..3) and the rest as a pair of doubles, for finite ``x``.

    Up to 2**20 quarter turns pi/2 is subtracted in parts of 33 bits, whose products with the
    count are exact (Cody and Waite, Software Manual for the Elementary Functions, 1980); beyond,
    each distinct value is divided as a whole number (Payne and Hanek's question, asked of
    Python's integers).
    """
    turns = np.rint(np.where(np.abs(x) < _MODERATE, x, 0.0) * _TWO_OVER_PI)
    rest, error = two_sum(x, -turns * _PARTS[0])
    for part in _PARTS[1:]:
        rest, lost = two_sum(rest, -turns * part)
        error = error + lost
    high, low = two_sum(rest, error)
    quadrant = turns.astype(np.int64) & 3
    large = np.abs(x) >= _MODERATE
    if large.any():
        distinct, where = np.unique(x[large], return_inverse=True)
        exact = [_reduce_exactly(float(value)) for value in distinct]
        quadrant[large] = np.array([q for q, _, _ in exact])[where]
        high[large] = np.array([h for _, h, _ in exact])[where]
        low[large] = np.array([rest for _, _, rest in exact])[where]
    return quadrant, high, low


def _reduce_exactly(value: float) -> tuple[int, float, float]:
    numerator, denominator = abs(value).as_integer_ratio()
    half_pi = fixed_pi(_BITS) >> 1
    scaled = (numerator << _BITS) // denominator
    turns = (2 * scaled + half_pi) // (2 * half_pi)
    high, low = cut(scaled - turns * half_pi, _BITS, 53)
    if value < 0:
        return -turns & 3, -high, -low
    return turns & 3, high, low
