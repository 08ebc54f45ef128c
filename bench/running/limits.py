"""Limits: how much longer than its budget a run may live, and how many threads it may use."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

NEVER_LOADED = "loading and warming up took more than"
"""How the message of a run begins whose method was not ready in ``load_seconds``."""
PREDICTING_SECONDS = 60.0
"""How long a predictor may take, once its answer is fixed, for values at all inputs held back."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for every run beside its budget, in seconds and bytes.

    ``grace`` follows the budget's end before everything is killed. ``load_seconds`` bounds what
    comes before the clock starts: importing the method and warming it up (Julia compiles for
    minutes at its first start). ``log_bytes`` bounds a run's log: the first and the last
    halves of what it printed are kept. ``wait_seconds`` is how long a run may wait for a language
    model beside its budget. With ``require_seal`` nothing runs that is not sealed in
    full.
    """

    grace: float = 2.0
    load_seconds: float = 1800.0
    log_bytes: int = 1_000_000
    require_seal: bool = False
    wait_seconds: float = 0.0


_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
    "JULIA_NUM_THREADS",
    "PYTHON_JULIACALL_THREADS",
)


def thread_environment(threads: int) -> dict[str, str]:
    """Environment variables that hold the numeric libraries to ``threads`` threads."""
    return dict.fromkeys(_THREAD_VARIABLES, str(threads))


def hold_threads(threads: int) -> None:
    """Hold libraries that are loaded already to ``threads`` threads, where they can be told."""
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(threads)
    threadpoolctl: Any = sys.modules.get("threadpoolctl")
    if threadpoolctl is not None:
        threadpoolctl.threadpool_limits(threads)


def processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
