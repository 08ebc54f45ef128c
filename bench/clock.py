"""The clock of a run: what is left of its budget, in wall time and in CPU time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.method import Budget

Used = Callable[[], float]
"""CPU seconds that the processes of a run have used together since its clock started."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of a budget; nothing here falls below 0.

    ``seconds`` is wall time; ``cpu_seconds`` counts all processes and threads together, and is
    None where the budget does not limit it. ``share`` is the lesser of the two as a share of the
    whole: 1 at the start, 0 when the budget is spent.
    """

    seconds: float
    cpu_seconds: float | None
    share: float


class Clock:
    """Counts what a run has used; the harness starts it when it calls ``discover``.

    Outside a run it starts by itself, when it is first asked.
    """

    def __init__(self) -> None:
        self._started: float | None = None
        self._excused = 0.0
        self._used: Used = _nothing

    def start(self, used: Used | None = None) -> None:
        """Start, or start anew; without a meter CPU time is that of this process."""
        self._started = time.monotonic()
        self._excused = 0.0
        self._used = used or _OwnTime()

    def excuse(self, seconds: float) -> None:
        """Do not charge so many seconds of wall time: the run waited for a language model."""
        self._excused += max(0.0, seconds)

    def part(self) -> Clock:
        """A clock that starts now and counts the same processes: for a part of the run."""
        if self._started is None:
            self.start()
        part, before = Clock(), self._used()
        part.start(lambda: self._used() - before)
        return part

    def remaining(self, budget: Budget) -> Remaining:
        """What is left of ``budget``; it costs some microseconds."""
        if self._started is None:
            self.start()
        assert self._started is not None
        seconds = max(0.0, budget.seconds + self._excused - (time.monotonic() - self._started))
        share = _share(seconds, budget.seconds)
        if budget.cpu_seconds is None:
            return Remaining(seconds, None, share)
        cpu = max(0.0, budget.cpu_seconds - self._used())
        return Remaining(seconds, cpu, min(share, _share(cpu, budget.cpu_seconds)))


def _share(left: float, whole: float) -> float:
    return left / whole if whole > 0 else 0.0


def _nothing() -> float:
    return 0.0


class _OwnTime:
    """CPU time of this process and of its children that have ended."""

    def __init__(self) -> None:
        self._before = 0.0
        self._before = self()

    def __call__(self) -> float:
        children = os.times()
        ended = children.children_user + children.children_system
        return time.process_time() + ended - self._before
