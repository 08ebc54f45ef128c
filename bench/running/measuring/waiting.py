"""Waiting: how long the threads of a run stood runnable and did not run, because others did.

Linux says of every thread how long it ran and how long it waited for a processor
(``/proc/PID/task/TID/schedstat``; a process's own file speaks of its first thread alone). Where it
does not, the pressure of the whole machine stands in (``/proc/pressure/cpu``).

A run with more threads at work than its budget says waits for itself. So a wait counts only as
far as the run got less than the processors it was given: in every second, at most ``threads``
seconds less what it ran.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from functools import cache
from typing import Literal

from bench.running.measuring.pressure import stalled_seconds

LEAST_SECONDS = 0.5
"""Shorter runs are not said to be starved."""
STARVED = 0.25
"""The wait, as a share of the CPU time that a run got, above which it is."""
_WINDOW_SECONDS = 1.0

Source = Literal["schedstat", "pressure", ""]
_Thread = tuple[int, int]
_Times = tuple[int, int]


@cache
def source() -> Source:
    """What this system says of waiting; empty where it says nothing."""
    own = _times(f"/proc/{os.getpid()}/schedstat")
    if own is not None and own[0] > 0:  # a kernel that does not count says 0
        return "schedstat"
    return "" if stalled_seconds() is None else "pressure"


class Waiting:
    """The waits of one run with ``threads`` to itself, from the first ``look`` to the last."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._last: dict[_Thread, _Times] | None = None
        self._ran = self._waited = 0
        self._window = self._end = time.monotonic()
        self._seconds = 0.0
        self._stalled = stalled_seconds() if source() == "pressure" else None

    def look(self, members: Iterable[int]) -> None:
        """Take in what the threads of ``members`` have run and waited since the last look."""
        if source() != "schedstat":
            return
        now = time.monotonic()
        times = {thread: one for pid in members for thread, one in _threads(pid)}
        if self._last is None:
            self._window = now
        else:
            self._add(self._last, times)
        self._last, self._end = times, now
        if now - self._window >= _WINDOW_SECONDS:
            self._seconds += self._of_window()
            self._ran = self._waited = 0
            self._window = now

    def seconds(self) -> float | None:
        """How long it waited for others; None where the system does not say."""
        if source() == "schedstat":
            return self._seconds + self._of_window()
        stalled = stalled_seconds()
        if stalled is None or self._stalled is None:
            return None
        return stalled - self._stalled

    def _add(self, before: dict[_Thread, _Times], now: dict[_Thread, _Times]) -> None:
        for thread, (ran, waited) in now.items():
            ran_before, waited_before = before.get(thread, (0, 0))
            if ran >= ran_before and waited >= waited_before:  # else a new one of an old number
                self._ran += ran - ran_before
                self._waited += waited - waited_before

    def _of_window(self) -> float:
        entitled = self._threads * (self._end - self._window) - self._ran / 1e9
        return min(self._waited / 1e9, max(0.0, entitled))


def is_starved(wall: float, cpu: float, waited: float | None) -> bool | None:
    """Whether a run of ``wall`` and ``cpu`` seconds was kept from running; None: not known."""
    if waited is None:
        return None
    return wall >= LEAST_SECONDS and waited > STARVED * cpu


def _threads(pid: int) -> Iterable[tuple[_Thread, _Times]]:
    """Each thread of a process with the nanoseconds that it ran, and that it waited."""
    folder = f"/proc/{pid}/task"
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return
    for name in names:
        times = _times(f"{folder}/{name}/schedstat")
        if times is not None:
            yield (pid, int(name)), times


def _times(path: str) -> _Times | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            ran, waited, _ = file.read().split()
    except (OSError, ValueError):
        return None
    return int(ran), int(waited)
