"""CPU time of a family of processes, those included that have ended.

A process's own clock counts nanoseconds, all its threads together, and anybody may read it. It is
gone when the process is. What waited-for children have used the kernel adds up for their parent
(``wait4``, ``/proc/PID/stat``), but not where the parent ignores SIGCHLD. A counter of the kernel's
sees all, where the system allows one. None counts anything twice: the greatest of the three sums
is what a family has used at least.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection

from bench.running.measuring.counter import Counter
from bench.running.sandbox.processes import LINUX, Family, stat_fields

_SCHEDULER_CLOCK = 2  # CPUCLOCK_SCHED of include/linux/posix-timers.h
_TICKS = os.sysconf("SC_CLK_TCK")
_CHILDREN_USER, _CHILDREN_SYSTEM = 13, 14  # fields of /proc/PID/stat, counted from the state


def process_clock(pid: int) -> int | None:
    """Nanoseconds of CPU time that a process has used itself; None where it is gone."""
    if not LINUX:
        return _by_psutil(pid, own=True)
    try:
        return time.clock_gettime_ns((~pid << 3) | _SCHEDULER_CLOCK)
    except OSError:
        return None


def _of_children(pid: int) -> int:
    """Nanoseconds of the children that a living process has waited for."""
    if not LINUX:
        return _by_psutil(pid, own=False) or 0
    fields = stat_fields(pid)
    if not fields:
        return 0
    ticks = int(fields[_CHILDREN_USER]) + int(fields[_CHILDREN_SYSTEM])
    return ticks * 1_000_000_000 // _TICKS


def _by_psutil(pid: int, *, own: bool) -> int | None:
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    seconds = times.user + times.system
    return int(1e9 * (seconds if own else times.children_user + times.children_system))


class FamilyClock:
    """The CPU time of ``family``, added up over its life; reading costs some 20 us a process.

    It is made before the first member starts. ``counter`` counts what this process starts.
    """

    def __init__(self, family: Family, counter: Counter | None = None) -> None:
        self._family = family
        self._counter = counter
        self._before = 0 if counter is None else counter.read()
        self._last: dict[int, int] = {}
        self._ended = 0
        self._most = 0

    def read(self, members: Collection[int]) -> int:
        """Nanoseconds that ``members``, the living, and all that were members have used."""
        for pid in self._last.keys() - set(members):
            self._ended += self._last.pop(pid)
        living = 0
        for pid in members:
            used = process_clock(pid)
            if used is not None:
                self._keep(pid, used)
                living += used + _of_children(pid)
        seen = self._ended + sum(self._last.values())
        waited_for = int(1e9 * self._family.cpu_seconds)
        counted = 0 if self._counter is None else self._counter.read() - self._before
        self._most = max(self._most, seen, living + waited_for, counted)
        return self._most

    def of(self, pid: int) -> int:
        """Nanoseconds that one member has used itself, as last read."""
        return self._last.get(pid, 0)

    def _keep(self, pid: int, used: int) -> None:
        before = self._last.get(pid, 0)
        if used < before:  # a new process under an old number
            self._ended += before
        self._last[pid] = used
