"""What a run's processes are, use, and how they end.

A supervisor makes itself a *subreaper* (Linux): a process whose parent dies, also one that was
forked twice or opened its own session, becomes a child of the supervisor and so stays findable.
On Linux this reads ``/proc`` directly; elsewhere it goes through psutil, and orphans are known
only if they were seen before.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

LINUX = sys.platform == "linux"

_LIBC = ctypes.CDLL(None)  # loaded once, before anything forks
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PAGE = os.sysconf("SC_PAGE_SIZE")
_RESCAN_SECONDS = 1.0
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


def become_subreaper() -> None:
    """Adopt, from now on, every descendant whose parent dies."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """Have the kernel kill this process when ``parent``, which forked it, is gone."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if LINUX:
        _LIBC.prctl(option, value, 0, 0, 0)


class Family:
    """The descendants of this process, looked up many times a second at little cost.

    A descendant stays one until it exits, and no stranger becomes one, so a look costs one
    listing of ``/proc`` and a read for every process that is new. Process numbers are used
    again: once a second everything is read anew.
    """

    def __init__(self) -> None:
        self._me = os.getpid()
        self._members: set[int] = set()
        self._strangers: set[int] = set()
        self._read_anew_at = 0.0
        self.cpu_seconds = 0.0
        self.peak_memory = 0

    @property
    def known(self) -> set[int]:
        """The living descendants that are known without another look."""
        return set(self._members)

    def adopt(self, pid: int) -> None:
        """Know of a child from its first moment."""
        self._members.add(pid)

    def members(self, *, anew: bool = False) -> set[int]:
        """Process ids of all living descendants, without this process itself."""
        if not LINUX:
            return self._members_by_psutil()
        now = time.monotonic()
        if anew or now >= self._read_anew_at:
            self._members.clear()
            self._strangers.clear()
            self._read_anew_at = now + _RESCAN_SECONDS
        present = _present()
        self._members &= present
        self._strangers &= present
        parents = {pid: _parent(pid) for pid in present - self._members - self._strangers}
        self._sort_in(parents)
        return set(self._members)

    def _sort_in(self, parents: dict[int, int | None]) -> None:
        grown = True
        while grown:
            grown = False
            for pid, parent in list(parents.items()):
                if parent == self._me or parent in self._members:
                    self._members.add(pid)
                    del parents[pid]
                    grown = True
        self._strangers.update(pid for pid, parent in parents.items() if parent is not None)

    def _members_by_psutil(self) -> set[int]:
        import psutil

        self._members = {pid for pid in self._members if psutil.pid_exists(pid)}
        for root in (self._me, *self._members):
            with contextlib.suppress(psutil.Error):
                self._members.update(p.pid for p in psutil.Process(root).children(recursive=True))
        return set(self._members)

    def reap(self) -> tuple[dict[int, int], bool]:
        """Collect those that have ended: wait status by process, and whether any is left.

        What they have used adds up in ``cpu_seconds``; ``peak_memory`` is the largest's, in
        bytes.
        """
        ended, children = reap()
        for one in ended:
            self.cpu_seconds += one.cpu_seconds
            self.peak_memory = max(self.peak_memory, one.peak_memory)
            self._members.discard(one.pid)  # its number may be a stranger's next
        return {one.pid: one.status for one in ended}, children

    def kill(self, known: set[int], seconds: float) -> bool:
        """Kill all until none is left; False where some still live after ``seconds``.

        ``known`` are members to begin with; most often there are no others, and looking for them
        is saved. A process that hangs inside the kernel (a dead network disk) cannot be killed;
        it dies when the kernel lets go of it.
        """
        end = time.monotonic() + seconds
        pause = 0.0005
        kill(known)
        while True:
            time.sleep(pause)
            _, children = self.reap()
            if not children and (LINUX or not self.members()):
                return True
            if time.monotonic() > end:
                return False
            if pause > 0.002:
                kill(self.members(anew=True))
            pause = min(2 * pause, 0.02)


def _present() -> set[int]:
    with os.scandir("/proc") as entries:
        return {int(entry.name) for entry in entries if entry.name.isdigit()}


def _read(path: str) -> bytes:
    """The beginning of a file of ``/proc``; empty where its process is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def stat_fields(pid: int) -> list[bytes]:
    """The fields of ``/proc/PID/stat`` from the state on; empty for the dead and for zombies."""
    # The name in parentheses comes first and may hold anything.
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return fields if fields and fields[0] not in (b"Z", b"X") else []


def _parent(pid: int) -> int | None:
    fields = stat_fields(pid)
    return int(fields[1]) if fields else None


def children() -> set[int]:
    """The living children of this process."""
    if not LINUX:
        import psutil

        return {process.pid for process in psutil.Process().children()}
    me = os.getpid()
    return {pid for pid in _present() if _parent(pid) == me}


def resident(pid: int) -> int:
    """Resident bytes of one process; 0 where it is gone."""
    if not LINUX:
        import psutil

        with contextlib.suppress(psutil.Error):
            return int(psutil.Process(pid).memory_info().rss)
        return 0
    fields = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * _PAGE if fields else 0


def proportional(pid: int) -> int:
    """As ``resident``, but of a page that several processes share its part (slower)."""
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return resident(pid)


class Ended(NamedTuple):
    """A child that has ended: its wait status, and what it and those it waited for have used."""

    pid: int
    status: int
    cpu_seconds: float
    peak_memory: int


def reap() -> tuple[list[Ended], bool]:
    """Collect the children that have ended; also whether any child is left.

    For a subreaper no child left means no descendant left.
    """
    ended: list[Ended] = []
    try:
        while True:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if not pid:
                return ended, True
            cpu = usage.ru_utime + usage.ru_stime
            ended.append(Ended(pid, status, cpu, usage.ru_maxrss * _MAXRSS_UNIT))
    except ChildProcessError:
        return ended, False


def kill(pids: Iterable[int]) -> None:
    """SIGKILL to each process and, so that none forks out of reach, to its whole group."""
    mine = os.getpgrp()
    pids = list(pids)
    groups = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            groups.add(os.getpgid(pid))
    for group in groups - {mine, 0}:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def started_at(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None where there is no such process.

    With the boot's id this names a process for good: process numbers are used again, and the
    wall clock jumps.
    """
    if not LINUX:
        import psutil

        with contextlib.suppress(psutil.Error):
            return int(psutil.Process(pid).create_time() * 100)
        return None
    fields = stat_fields(pid)
    return int(fields[19]) if fields else None


def boot_id() -> str:
    """What names this boot of this machine; empty where the system does not say."""
    return _read("/proc/sys/kernel/random/boot_id").decode().strip()
