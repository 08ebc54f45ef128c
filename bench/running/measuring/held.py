"""Memory that a run holds in files which no process has mapped: no process's size tells of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_UNNAMED = "/memfd:"
_SHARED_MEMORY = "/dev/shm"
_BLOCK = 512  # bytes, by which ``stat`` counts
_MAPPED = "RssShmem:"
_LITTLE = 2**20


def held_unmapped(members: Iterable[int], *, own_memory: bool) -> int:
    """Bytes in files without a name that ``members`` have open, less what they have mapped.

    With ``own_memory`` the ``/dev/shm`` that this process sees is theirs alone, and counts, too.
    Less than a megabyte counts as nothing. It costs some 5 microseconds for each open file.
    """
    pids = list(members)
    held = sum(_unnamed(pids).values()) + (_in_shared_memory() if own_memory else 0)
    return 0 if held < _LITTLE else max(0, held - sum(map(_mapped, pids)))


def _unnamed(pids: Iterable[int]) -> dict[tuple[int, int], int]:
    """The sizes of the files, each once."""
    sizes: dict[tuple[int, int], int] = {}
    for pid in pids:
        folder = f"/proc/{pid}/fd"
        try:
            names = os.listdir(folder)  # noqa: PTH208  (twenty times a second)
        except OSError:
            continue  # it is gone
        for name in names:
            path = f"{folder}/{name}"
            try:
                if os.readlink(path).startswith(_UNNAMED):  # noqa: PTH115
                    found = os.stat(path)  # noqa: PTH116
                    sizes[found.st_dev, found.st_ino] = found.st_blocks * _BLOCK
            except OSError:
                continue  # it has been closed
    return sizes


def _in_shared_memory() -> int:
    try:
        found = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return 0
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _mapped(pid: int) -> int:
    """Bytes of such files that a process has in its own size."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return 1024 * int(status.partition(_MAPPED)[2].split(maxsplit=1)[0])
