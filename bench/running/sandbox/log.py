"""The log of one run: the beginning and the end of what it printed, however much that was."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path


def open_log(path: Path) -> int:
    """The file at ``path``, to write behind what is in it; OSError where it cannot be had."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o666)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)


class Log:
    """Keeps the first and the last ``limit / 2`` bytes; a disk that is full loses them quietly.

    ``open_file`` gives the file that it goes to, None where that cannot be had. It is called with
    the first byte, and the beginning is written at once, so that it can be followed while the run
    goes on.
    """

    def __init__(self, open_file: Callable[[], int | None], limit: int) -> None:
        self._open_file = open_file
        self._descriptor: int | None = None
        self._opened = False
        self._half = limit // 2
        self._written = 0
        self._tail = bytearray()
        self._left_out = 0

    def write(self, content: bytes) -> None:
        """Take in what was printed."""
        head = content[: self._half - self._written]
        if head:
            self._append(head)
            self._written += len(head)
        self._tail += content[len(head) :]
        if len(self._tail) > 2 * self._half:
            self._drop_middle()

    def close(self) -> None:
        """Write the end of the log."""
        self._drop_middle()
        if self._left_out:
            self._append(f"\n[... {self._left_out} bytes left out ...]\n".encode())
        if self._tail:
            self._append(bytes(self._tail))
        self._tail.clear()
        self._left_out = 0
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _drop_middle(self) -> None:
        surplus = len(self._tail) - self._half
        if surplus > 0:
            del self._tail[:surplus]
            self._left_out += surplus

    def _append(self, content: bytes) -> None:
        if not self._opened:
            self._opened = True
            self._descriptor = self._open_file()
        with contextlib.suppress(OSError):
            while self._descriptor is not None and content:
                content = content[os.write(self._descriptor, content) :]
