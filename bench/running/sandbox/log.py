"""The log of one run: the beginning and the end of what it printed, however much that was."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class Log:
    """Keeps the first and the last ``limit / 2`` bytes; a disk that is full loses them quietly.

    The file appears with the first byte, and the beginning is written at once, so that it can
    be followed while the run goes on.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._half = limit // 2
        self._written = 0
        self._tail = bytearray()
        self._left_out = 0
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)  # what an earlier attempt printed

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

    def _drop_middle(self) -> None:
        surplus = len(self._tail) - self._half
        if surplus > 0:
            del self._tail[:surplus]
            self._left_out += surplus

    def _append(self, content: bytes) -> None:
        with contextlib.suppress(OSError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            try:
                descriptor = os.open(self._path, flags, 0o666)
            except FileNotFoundError:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(self._path, flags, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
