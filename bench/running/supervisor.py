"""The supervisor: one process that watches one worker, and leaves nothing of it alive."""

from __future__ import annotations

import os
import socket

from bench.running import wire
from bench.running.processes import become_subreaper
from bench.running.watch import RunnerGone, Stop, Stopped, Watch
from bench.running.workerprocess import Spawn, WorkerProcess


def supervise(channel: socket.socket, spawn: Spawn, stop: Stop, *, keep: bool) -> None:
    """Serve the runs asked for on ``channel``: one, or with ``keep`` many, in one worker.

    Ends, with all it has started, when the runner closes the channel, when a run that is not to
    be followed by others is over, or when ``stop`` is set; a run that this cuts short has no
    outcome.
    """
    become_subreaper()
    worker: WorkerProcess | None = None
    try:
        wire.send(channel, {"kind": "watching", "pid": os.getpid()})
        while (received := wire.receive(channel)) is not None:
            request, descriptor = received
            if descriptor is None:
                raise wire.WireError("a request without data")
            if worker is None or not worker.lives():
                worker = WorkerProcess(spawn)
            outcome = Watch(channel, worker, request, stop, keep=keep).run(descriptor)
            outcome["kept"] = keep and worker.usable
            wire.send(channel, outcome)
            if not outcome["kept"]:
                break
    except Stopped:
        wire.send(channel, {"kind": "stopped"})
    except (RunnerGone, ConnectionError):
        pass
    finally:
        if worker is not None and worker.usable:
            worker.end()
