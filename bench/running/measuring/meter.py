"""The meter of a run: what its supervisor has measured, for its worker to read.

A page of memory with two counters in nanoseconds since the clock started: what the processes of
the run have used beside the worker, and all of them together. The worker adds its own clock, which
it reads to the microsecond; a process that it forked reads the sum.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
import time

_SIZE = 16
_OTHERS, _ALL = 0, 8


class Gauge:
    """The supervisor's side; ``descriptor`` is for the worker, to read."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            writing = os.memfd_create("meter")
            os.ftruncate(writing, _SIZE)
            self.descriptor = os.open(f"/proc/self/fd/{writing}", os.O_RDONLY | os.O_CLOEXEC)
        else:
            with tempfile.NamedTemporaryFile() as file:
                writing = os.dup(file.fileno())
                os.ftruncate(writing, _SIZE)
                self.descriptor = os.open(file.name, os.O_RDONLY | os.O_CLOEXEC)
        self._page = mmap.mmap(writing, _SIZE)
        os.close(writing)

    def show(self, others: int, together: int) -> None:
        """Put down what the other processes, and all, have used: nanoseconds."""
        struct.pack_into("q", self._page, _OTHERS, others)
        struct.pack_into("q", self._page, _ALL, together)

    def close(self) -> None:
        """Let go of the page; whoever has it mapped reads on."""
        os.close(self.descriptor)
        self._page.close()


class Meter:
    """The worker's side: calling it gives the CPU seconds of the run so far."""

    def __init__(self, descriptor: int) -> None:
        try:
            self._page = mmap.mmap(descriptor, _SIZE, access=mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
        self._worker = os.getpid()
        self._before = time.process_time_ns()

    def __call__(self) -> float:
        if os.getpid() != self._worker:
            return float(struct.unpack_from("q", self._page, _ALL)[0]) / 1e9
        others: int = struct.unpack_from("q", self._page, _OTHERS)[0]
        return (time.process_time_ns() - self._before + others) / 1e9
