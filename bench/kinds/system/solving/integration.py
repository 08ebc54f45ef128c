"""Integrating an answer: rates that nobody vouches for, within limits.

A candidate may be stiff, explode, or be nan somewhere. LSODA (Petzold 1983, as SciPy has it) takes
stiff ones; time, evaluations and size are limited, and what was reached before a limit is kept.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.problems.systems.rates import System

Array = NDArray[np.float64]

RELATIVE, ABSOLUTE = 1e-9, 1e-11
_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class IntegrationLimits:
    """``seconds`` of processor time, ``evaluations`` of the rates, and the largest ``size`` of a
    state, in its own units."""

    seconds: float = 5.0
    evaluations: int = 1_000_000
    size: float = math.inf


@dataclass(frozen=True)
class Integrated:
    """``x`` (n, states), nan from where it ended early, and ``why``: empty where it did not."""

    x: Array
    why: str = ""


class _Stopped(Exception):
    """The integration is to end here."""


class _Spent(_Stopped):
    """Nothing is left to go on with."""


class _Watched:
    """The rates, counted: raises _Stopped at a limit, and keeps the time that was reached.

    What was used counts on where LSODA is started again.
    """

    def __init__(self, rates: System, limits: IntegrationLimits) -> None:
        self._rates, self._limits = rates, limits
        self._deadline = time.process_time() + limits.seconds
        self._calls = 0
        self.reached = -math.inf

    def __call__(self, t: float, x: Array) -> list[float]:
        states = x.tolist()
        self._calls += 1
        if self._calls > self._limits.evaluations:
            raise _Spent(f"more than {self._limits.evaluations} evaluations")
        if not self._calls & 255 and time.process_time() > self._deadline:
            raise _Spent(f"more than {self._limits.seconds:g} s")
        for state in states:
            if not abs(state) <= self._limits.size:
                raise _Stopped(f"a state of {state:.3g} at t = {t:.6g}")
        rates = self._rates(t, states)
        for rate in rates:
            if not math.isfinite(rate):
                raise _Stopped(f"no rate at t = {t:.6g}")
        self.reached = max(self.reached, t)
        return rates


def integrate(
    rates: System, start: Sequence[float], times: Array, limits: IntegrationLimits | None = None
) -> Integrated:
    """The states at ``times`` (n,), increasing, from ``start`` at the first.

    It ends at a limit, at a rate that is no number, and where LSODA gives up: what was reached by
    then is kept.
    """
    watched = _Watched(rates, limits or IntegrationLimits())
    path = np.full((len(times), len(start)), np.nan)
    path[0] = start
    why = ""
    count = len(times)
    while count > 1:
        try:
            reached, told = _solved(watched, path[0], times[:count])
        except _Spent as stop:
            return Integrated(path, str(stop))
        except _Stopped as stop:
            # LSODA's own work is lost with it: once more, as far as it was well.
            count = min(count - 1, int(np.searchsorted(times, watched.reached)))
            why = str(stop)
            continue
        path[: len(reached)] = reached
        return Integrated(path, why or told)
    return Integrated(path, why)


def _solved(watched: _Watched, start: Array, times: Array) -> tuple[Array, str]:
    """What LSODA reaches, and its complaint where that is not all."""
    from scipy.integrate import odeint

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what its message says
        x, info = odeint(
            watched, start, times, tfirst=True, rtol=RELATIVE, atol=ABSOLUTE, mxstep=_STEPS,
            full_output=True,
        )  # fmt: skip
    reached = 1 + int(np.argmin(np.append(info["tcur"] >= times[1:], False)))
    whole = reached == len(times) and bool(np.isfinite(x).all())
    return x[:reached], "" if whole else str(info["message"])
