"""How this room's numba functions are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """``function`` as machine code, kept on disk between runs; division by zero gives inf or nan.

    Rounding is IEEE's: no fast-math, which would take nan for impossible. The copy on disk is
    renewed when the function's own file changes, not when a file changes whose functions it calls:
    after an edit to ``kernel.py``, touch those that import it. Where nothing can be written, every
    process compiles anew.
    """
    try:
        return cast(F, numba.njit(cache=True, error_model="numpy")(function))
    except (RuntimeError, OSError):  # no folder for the copy
        return cast(F, numba.njit(error_model="numpy")(function))
