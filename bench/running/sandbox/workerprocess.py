"""A worker process as the one that watches it sees it."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable

from bench.running.measuring.counter import Counter
from bench.running.measuring.cpu import FamilyClock
from bench.running.sandbox import wire
from bench.running.sandbox.processes import Family
from bench.running.seal.walls import Cell

_KILL_SECONDS = 3.0

Spawn = Callable[[socket.socket, int, Cell], int]
"""Starts a worker in a cell that serves a socket and prints into a file descriptor; returns its
pid."""


class WorkerProcess:
    """A worker process as its supervisor sees it."""

    def __init__(self, spawn: Spawn, cell: Cell, counter: Counter | None) -> None:
        self.socket, theirs = socket.socketpair()
        wire.tell_senders(self.socket)
        self.output, write_end = os.pipe()
        os.set_blocking(self.output, False)
        self.cell = cell
        self.family = Family()
        self.clock = FamilyClock(self.family, counter)
        self.pid = spawn(theirs, write_end, cell)
        theirs.close()
        os.close(write_end)
        self.family.adopt(self.pid)
        self.wait_status: int | None = None
        self.usable = True
        self.death = _death_of(self.pid)

    def look(self) -> None:
        """Collect what has ended."""
        ended, _ = self.family.reap()
        if self.pid in ended:
            self.wait_status = ended[self.pid]

    def lives(self) -> bool:
        self.look()
        return self.usable and self.wait_status is None

    def end(self) -> bool:
        """Kill the worker and all it started; False where something could not be killed.

        What it has printed can still be read.
        """
        self.usable = False
        # One that has been collected has given its number back, maybe to a stranger.
        known = {self.pid} if self.wait_status is None else set()
        return self.family.kill(known, _KILL_SECONDS)

    def close(self) -> None:
        """Let go of the channels to a worker that has ended, and of what it has written."""
        self.cell.clean()
        self.socket.close()
        os.close(self.output)
        if self.death is not None:
            os.close(self.death)


def _death_of(pid: int) -> int | None:
    """A descriptor that becomes readable when the process dies, where the system has such."""
    if not hasattr(os, "pidfd_open"):
        return None
    with contextlib.suppress(OSError):
        return os.pidfd_open(pid)
    return None
