"""The named constants that a closed form may be made of, to any number of digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

_GUARD = 10

NAMED: Mapping[str, Callable[[Any], Any]] = {
    "pi": lambda mp: +mp.pi,
    "e": lambda mp: mp.e * 1,
    "e2": lambda mp: mp.e**2,
    "sqrt_e": lambda mp: mp.sqrt(mp.e),
    "ln2": lambda mp: mp.ln(2),
    "ln3": lambda mp: mp.ln(3),
    "zeta3": lambda mp: mp.zeta(3),
    "catalan": lambda mp: +mp.catalan,
    "sqrt2": lambda mp: mp.sqrt(2),
    "sqrt3": lambda mp: mp.sqrt(3),
    "sqrt5": lambda mp: mp.sqrt(5),
    "sqrt13": lambda mp: mp.sqrt(13),
    "sqrt17": lambda mp: mp.sqrt(17),
    "sqrt21": lambda mp: mp.sqrt(21),
    "tan1": lambda mp: mp.tan(1),
    "pi_sqrt3": lambda mp: mp.pi * mp.sqrt(3),
}
"""What each is, in mpmath's functions; ``e2`` is the square of e, ``pi_sqrt3`` pi times sqrt(3)."""


@lru_cache(maxsize=256)
def scaled(name: str, digits: int) -> int:
    """floor(c * 10**digits) of the constant called ``name``. Raises KeyError for another."""
    return scaled_value(NAMED[name], digits)


def scaled_value(function: Callable[[Any], Any], digits: int) -> int:
    """floor(v * 10**digits) of what ``function`` makes of mpmath at that precision."""
    import mpmath

    with mpmath.workdps(digits + _GUARD):
        return int(mpmath.floor(function(mpmath.mp) * mpmath.mpf(10) ** digits))
