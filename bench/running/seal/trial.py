"""Trying, inside a seal, what it holds: what stands is found out, not concluded from versions."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from bench.running.seal import kernel
from bench.running.seal.folder import OTHER_RUN, OUTSIDE, READABLE
from bench.running.seal.mounts import SHARED_MEMORY

Level = Literal["full", "partial", "none"]
_REFUSED = (errno.EACCES, errno.EPERM)
_INOTIFY_INIT1 = {"x86_64": 294, "aarch64": 26}


@dataclass(frozen=True, slots=True)
class Standing:
    """Which walls stood around a run: ``missing`` names those that did not, and why.

    ``opened`` is what was opened beyond what every worker needs.
    """

    level: Level
    missing: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()

    def to_message(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Standing:
        """What ``to_message`` gave."""
        if message["level"] not in get_args(Level):
            raise ValueError(f"a seal is full, partial or none, not {message['level']!r:.40}")
        missing, opened = (tuple(map(str, message[name])) for name in ("missing", "opened"))
        return cls(message["level"], missing, opened)


def tried(base: str, outsider: int, shared_memory: os.stat_result | None) -> list[str]:
    """The walls that do not stand: words for a record, the files first.

    ``outsider`` is a process outside the walls, ``shared_memory`` what was outside at
    ``/dev/shm``.
    """
    trials: dict[str, Callable[[], object]] = {
        "files": lambda: _read(f"{base}/{OUTSIDE}"),
        "files of other runs": lambda: _read(f"{base}/{OTHER_RUN}"),
        "truncating": lambda: _truncate(f"{base}/{READABLE}"),
        "processes": lambda: _read(f"/proc/{outsider}/cmdline"),
        "signals": lambda: os.kill(outsider, 0),
        "network": lambda: _socket(socket.AF_INET, socket.SOCK_STREAM),
        "datagrams": lambda: _socket(socket.AF_INET, socket.SOCK_DGRAM),
        "local sockets": lambda: _socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "kernel sockets": lambda: _socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "watching files": _watch_files,
    }
    missing = [name for name, reach in trials.items() if not _refused(reach)]
    if _sees(shared_memory):
        missing.append("shared memory")
    return missing


def _refused(reach: Callable[[], object]) -> bool:
    try:
        reach()
    except OSError as error:
        # A process that is hidden is as good as refused.
        return error.errno in (*_REFUSED, errno.ENOENT)
    return False


def _read(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.read(descriptor, 1)
    finally:
        os.close(descriptor)


def _truncate(path: str) -> None:
    os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))


def _socket(family: int, kind: int) -> None:
    socket.socket(family, kind).close()


def _watch_files() -> None:
    os.close(kernel.call(_INOTIFY_INIT1[kernel.MACHINE], 0))


def _sees(shared_memory: os.stat_result | None) -> bool:
    """Whether this process can list the ``/dev/shm`` that others use."""
    try:
        here = os.stat(SHARED_MEMORY)  # noqa: PTH116
        os.scandir(SHARED_MEMORY).close()
    except OSError:
        return False
    return shared_memory is not None and here.st_dev == shared_memory.st_dev
