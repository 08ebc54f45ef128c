"""The fork server: an interpreter that has imported a method once, and forks a run in a moment.

It starts no run itself. For each it forks a supervisor, which starts the worker: a
fork of this interpreter with all its imports, or a fresh one. It has no threads of its own, and
it ends when the runner does.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import time

from bench.kinds.find import kind_at
from bench.running.load import load_class
from bench.running.sandbox import BOOTSTRAP, wire
from bench.running.sandbox.messages import Fork, Prepare, Prepared
from bench.running.sandbox.processes import become_subreaper, children, die_with, kill, reap
from bench.running.sandbox.supervisor import supervise
from bench.running.sandbox.watch import Stop
from bench.running.sandbox.worker import preload, serve, versions
from bench.running.sandbox.workerprocess import Spawn

_TIDY_SECONDS = 0.5
_ORPHAN_SECONDS = 3.0
_END_SECONDS = 10.0


def main(control: socket.socket) -> None:
    """Serve ``control`` until the runner closes it.

    The first message says what to import. Each later one asks for a supervisor on the channel
    that comes with it.
    """
    become_subreaper()
    # Who ends a whole job (a scheduler, systemd) signals all its processes. Supervisors inherit
    # this handler and what it has set, so that none mistakes its worker's end for a crash.
    stop = Stop()
    signal.signal(signal.SIGTERM, stop.ask)
    first = wire.receive(control, Prepare)
    if first is None:
        return
    _prepare(first[0])
    wire.send(control, Prepared())
    supervisors: set[int] = set()
    poller = select.poll()
    poller.register(control, select.POLLIN)
    while True:
        if poller.poll(1000 * _TIDY_SECONDS if supervisors else None):
            received = wire.receive(control, Fork)
            if received is None:
                break
            fork, channel = received
            if channel is not None:
                supervisors.add(_fork_supervisor(control, channel, fork.start, stop))
                os.close(channel)
        _tidy(supervisors)
    _end(supervisors)


def _prepare(what: Prepare) -> None:
    """Import what the method declares; what fails here fails again, and is told, in the run."""
    sys.path[:] = [*what.path, *(p for p in sys.path if p not in what.path)]
    with contextlib.suppress(Exception):
        import bench.expression  # noqa: F401  (supervisors parse with it)
    for kind in what.kinds:
        with contextlib.suppress(Exception):
            kind_at(kind)
    if what.target:
        with contextlib.suppress(Exception, SystemExit):
            preload(what.requires)
            load_class(what.target)
            versions(what.requires)
    gc.collect()
    gc.freeze()


def _fork_supervisor(control: socket.socket, channel: int, start: str, stop: Stop) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        control.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with socket.socket(fileno=channel) as sock:
            spawn: Spawn = _fresh_worker if start != "fork" else _forked_worker(sock)
            supervise(sock, spawn, stop, keep=start == "keep")
        code = 0
    finally:
        os._exit(code)


def _forked_worker(channel: socket.socket) -> Spawn:
    """A worker that is a fork of this interpreter."""

    def spawn(sock: socket.socket, output: int, not_theirs: tuple[int, ...]) -> int:
        supervisor = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            channel.close()
            for descriptor in not_theirs:
                os.close(descriptor)
            become_worker(supervisor)
            _redirect(output)
            serve(sock)
            code = 0
        finally:
            os._exit(code)

    return spawn


def _fresh_worker(sock: socket.socket, output: int, not_theirs: tuple[int, ...]) -> int:
    """A worker in an interpreter of its own, which has imported nothing yet."""
    command = [sys.executable, str(BOOTSTRAP), "worker", str(sock.fileno()), str(os.getpid())]
    process = subprocess.Popen(
        [*command, *sys.path],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=[sock.fileno()],
    )
    process.returncode = 0  # it is reaped by the supervisor, not by subprocess
    return process.pid


def work(sock: socket.socket, supervisor: int) -> None:
    """What a fresh interpreter does: serve ``sock`` for ``supervisor``, which started it."""
    become_worker(supervisor)
    serve(sock)


def become_worker(supervisor: int) -> None:
    """Open a session of one's own, die with the supervisor, and be the kernel's first victim."""
    die_with(supervisor)
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        adjustment = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(adjustment, b"1000")
        os.close(adjustment)


def _redirect(output: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(null)
    os.close(output)


def _end(supervisors: set[int]) -> None:
    """The runner is gone: see every supervisor end, and nothing stay behind."""
    end = time.monotonic() + _END_SECONDS
    while children() and time.monotonic() < end:
        _tidy(supervisors)
        if orphans := children() - supervisors:
            kill(orphans)
        time.sleep(0.01)


def _tidy(supervisors: set[int]) -> None:
    """Forget supervisors that ended; kill what one that was killed has left to this process."""
    ended, _ = reap()
    supervisors.difference_update(one.pid for one in ended)
    if not any(one.status for one in ended):
        return
    end = time.monotonic() + _ORPHAN_SECONDS
    while (orphans := children() - supervisors) and time.monotonic() < end:
        kill(orphans)
        time.sleep(0.01)
        reap()
