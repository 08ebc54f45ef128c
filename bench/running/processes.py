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

LINUX = sys.platform == "linux"

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PAGE = os.sysconf("SC_PAGE_SIZE")
_RESCAN_SECONDS = 1.0


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
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


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

    def members(self, *, anew: bool = False) -> set[int]:
        """Process ids of all living descendants, without this process itself."""
        if not LINUX:
            return self._members_by_psutil()
        now = time.monotonic()
        if anew or now >= self._read_anew_at:
            self._members.clear()
            self._strangers.clear()
            self._read_anew_at = now + _RESCAN_SECONDS
        present = {int(name) for name in os.listdir("/proc") if name.isdigit()}
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

    def memory(self) -> int:
        """Resident bytes of all descendants together; pages they share count for each."""
        return sum(resident(pid) for pid in self.members())

    def own_memory(self) -> int:
        """As ``memory``, but a page shared by several processes counts once (slower)."""
        return sum(_proportional(pid) for pid in self.members())


def _parent(pid: int) -> int | None:
    """The parent of a process; None where it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except (OSError, ValueError):
        return None
    if len(fields) < 2 or fields[0] in (b"Z", b"X"):
        return None
    return int(fields[1])


def children() -> set[int]:
    """The living children of this process."""
    if not LINUX:
        import psutil

        return {process.pid for process in psutil.Process().children()}
    me = os.getpid()
    return {int(n) for n in os.listdir("/proc") if n.isdigit() and _parent(int(n)) == me}


def resident(pid: int) -> int:
    """Resident bytes of one process; 0 where it is gone."""
    if not LINUX:
        import psutil

        with contextlib.suppress(psutil.Error):
            return int(psutil.Process(pid).memory_info().rss)
        return 0
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resident(pid)


def reap() -> tuple[dict[int, int], bool]:
    """Collect the children that have ended: their wait statuses, and whether any child is left.

    For a subreaper no child left means no descendant left.
    """
    ended: dict[int, int] = {}
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return ended, True
            ended[pid] = status
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


def kill_family(family: Family, known: set[int], seconds: float) -> bool:
    """Kill all descendants until none is left; False where some still live after ``seconds``.

    ``known`` are descendants to begin with; most often there are no others, and looking for them
    is saved. A process that hangs inside the kernel (a dead network disk) cannot be killed; it
    dies when the kernel lets go of it.
    """
    end = time.monotonic() + seconds
    pause = 0.0005
    kill(known)
    while True:
        time.sleep(pause)
        _, children = reap()
        if not children and (LINUX or not family.members()):
            return True
        if time.monotonic() > end:
            return False
        if pause > 0.002:
            kill(family.members(anew=True))
        pause = min(2 * pause, 0.02)


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
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def boot_id() -> str:
    """What names this boot of this machine; empty where the system does not say."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return ""
