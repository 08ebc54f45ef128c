"""The supervisor: a process that watches one worker at a time, and leaves nothing of it alive."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

from bench.running.sandbox import wire
from bench.running.sandbox.messages.base import Message, MessageError
from bench.running.sandbox.messages.with_runner import (
    AskingFailed,
    Assignment,
    RunOver,
    SystemStop,
    Watching,
)
from bench.running.sandbox.messages.with_worker import Reply
from bench.running.sandbox.processes import become_subreaper
from bench.running.sandbox.watching.breaking_off import RunnerGone, Stop, Stopped
from bench.running.sandbox.watching.watch import Watch
from bench.running.sandbox.workerprocess import WorkerProcess
from bench.running.seal.walls import Cell

Start = Callable[[], WorkerProcess]


def supervise(channel: socket.socket, start: Start, cell: Cell, stop: Stop, *, keep: bool) -> None:
    """Serve the runs asked for on ``channel``, each in a worker of its own in ``cell``, or with
    ``keep`` all in one for as long as none overruns or fails.

    Ends, with all it has started, when the runner closes the channel, when something of a run
    could not be killed, or when ``stop`` is set; a run that this cuts short has no outcome.
    """
    become_subreaper()
    worker: WorkerProcess | None = None
    try:
        wire.send(channel, Watching(os.getpid()))
        while (received := _next_assignment(channel)) is not None:
            assignment, descriptor = received
            if worker is not None and not worker.lives():
                worker.close()
                worker = None
            worker = worker or start()
            watch = Watch(channel, worker, assignment, stop, keep=keep)
            outcome = watch.run(descriptor)
            wire.send(channel, RunOver(outcome, more=watch.clean))
            if not watch.clean:
                break
            if not worker.usable:
                worker.close()
                worker = None
    except Stopped:
        wire.send(channel, SystemStop())
    except (RunnerGone, ConnectionError):
        pass
    finally:
        if worker is not None:
            if worker.usable:
                worker.end()
            worker.close()
        cell.close()


def _next_assignment(channel: socket.socket) -> tuple[Assignment, int] | None:
    """The next assignment and its data; None where the runner is gone."""
    while (received := wire.receive(channel, Message)) is not None:
        message, descriptor = received
        if isinstance(message, Reply | AskingFailed):
            continue  # to a run that was over before its answer came
        if not isinstance(message, Assignment):
            raise MessageError(f"a message {type(message).__name__} where none is due")
        if descriptor is None:
            raise MessageError("an assignment without data")
        return message, descriptor
    return None
