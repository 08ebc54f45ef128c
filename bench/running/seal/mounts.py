"""Namespaces of one's own: a ``/proc`` that shows one's own processes, a ``/dev/shm`` nobody
shares, a network with nothing in it.

The first two need a mount namespace. Root may have one; an ordinary user may where the system
lets users make namespaces, but not for ``/proc``. Containers often forbid all.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from bench.running.seal import kernel

_NEW_MOUNTS, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_BIND, _RECURSIVE, _SLAVE = 0x1000, 0x4000, 1 << 19
_HIDDEN = tuple(
    f"/proc/{name}"
    for name in ("keys", "key-users", "kcore", "kallsyms", "kmsg", "locks", "timer_list")
)
SHARED_MEMORY = "/dev/shm"


def own_processes_only() -> bool:
    """Give this process and its children a ``/proc`` in which each sees what it may trace.

    Landlock lets a sealed process trace those of its own run alone, so it sees no others; the
    harness sees all. False where that cannot be had.
    """
    try:
        kernel.unshare(_NEW_MOUNTS)
        kernel.mount("none", "/", "", _RECURSIVE | _SLAVE)
        flags = _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS
        kernel.mount("proc", "/proc", "proc", flags, "hidepid=ptraceable")
        for name in _HIDDEN:
            if Path(name).exists():
                kernel.mount("/dev/null", name, "", _BIND)
    except OSError:
        return False
    return True


def own_network() -> None:
    """Give this process and its children a network without any end, where that can be had.

    Else ``/proc/self/net`` lists the machine's sockets, those of local services with their paths.
    """
    with contextlib.suppress(OSError):
        kernel.unshare(_NEW_NETWORK)


def own_shared_memory() -> bool:
    """Give this process and its children an empty ``/dev/shm``; False where it cannot be had."""
    try:
        _own_mounts()
        kernel.mount("none", "/", "", _RECURSIVE | _SLAVE)
        kernel.mount("shm", SHARED_MEMORY, "tmpfs", _NO_SETUID | _NO_DEVICES, "mode=1777")
    except OSError:
        return False
    return True


def hide(folder: str) -> None:
    """Cover ``folder`` by an empty one, after ``own_shared_memory``; OSError where that fails."""
    kernel.mount("hidden", folder, "tmpfs", _READ_ONLY | _NO_SETUID | _NO_DEVICES, "mode=0")


def _own_mounts() -> None:
    try:
        kernel.unshare(_NEW_MOUNTS)
    except PermissionError:
        user, group = os.geteuid(), os.getegid()
        kernel.unshare(_NEW_USER | _NEW_MOUNTS)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
