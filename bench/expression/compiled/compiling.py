"""How this project's numba functions are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from bench.expression.compiled.kept import KeptCode

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """``function`` as machine code, kept on disk between runs; division by zero gives inf or nan.

    Rounding is IEEE's: no fast-math, which would take nan for impossible. What is kept is found
    again as long as neither the function nor anything it calls has changed: see ``kept.py``.
    """
    dispatcher: F = numba.njit(error_model="numpy", no_cfunc_wrapper=True)(function)
    dispatcher._cache = KeptCode(function)  # type: ignore[attr-defined]  # numba knows its own only
    return dispatcher


def inlined(function: F) -> F:
    """``function`` as lines of the compiled functions that call it.

    For what is called in one place. A compiled function has in its machine code all that it calls,
    optimised anew, so that of a chain of them the innermost is compiled at every link.
    """
    part: F = numba.njit(error_model="numpy", inline="always")(function)
    return part
