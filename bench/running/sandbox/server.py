"""The fork server: an interpreter that has imported much once, and forks a run in a moment.

It starts no run itself. For each it forks a supervisor, which starts the worker: a fork of this
interpreter with all its imports, or a fresh one. No code of a method runs in either: what the
server imports is the harness's own and its dependencies', and a worker is sealed before it loads
the rest. The server has no threads of its own, and it ends when the runner does.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time
from functools import partial

from bench.kinds.find import kind_at
from bench.running.load import build
from bench.running.measuring.counter import counter
from bench.running.sandbox import BOOTSTRAP, wire
from bench.running.sandbox.messages.with_runner import Fork, Prepare, Prepared
from bench.running.sandbox.messages.with_worker import Sealed
from bench.running.sandbox.processes import become_subreaper, children, die_with, kill, reap
from bench.running.sandbox.supervisor import supervise
from bench.running.sandbox.watching.breaking_off import Stop
from bench.running.sandbox.worker import serve, versions, warm
from bench.running.sandbox.workerprocess import Spawn, WorkerProcess
from bench.running.seal import folder
from bench.running.seal.walls import Cell, Walls
from bench.running.trusted import is_own, preload_trusted, runs_others_code

_TIDY_SECONDS = 0.5
_ORPHAN_SECONDS = 3.0
_END_SECONDS = 10.0


def main(control: socket.socket) -> int:
    """Serve ``control`` until the runner closes it; the exit code.

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
        return 0
    what = first[0]
    _prepare(what)
    walls = Walls(what.walls)
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
                spawn = _forked_worker if what.target else _fresh_worker(what.python)
                supervisors.add(_fork_supervisor(control, channel, fork, stop, walls, spawn))
                os.close(channel)
        _tidy(supervisors)
    _end(supervisors)
    folder.remove(what.walls.base)
    return 0


def _prepare(what: Prepare) -> None:
    """Import what is trusted; what fails here fails again, and is told, in the run."""
    sys.path[:] = [*what.path, *(p for p in sys.path if p not in what.path)]
    for kind in what.kinds:
        with contextlib.suppress(Exception):
            kind_at(kind)
    if what.target:
        preload_trusted(what.target, what.requires, what.settings)
        if is_own(what.target) and not runs_others_code(what.target):
            with contextlib.suppress(Exception, SystemExit):
                method = build(what.target, what.settings)
                warm(method, what.target, what.settings, what.budget)
        with contextlib.suppress(Exception):
            versions(what.requires)
    gc.collect()
    gc.freeze()


def _fork_supervisor(
    control: socket.socket, channel: int, fork: Fork, stop: Stop, walls: Walls, spawn: Spawn
) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        control.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        counts = counter()  # the filter of a cell forbids such
        with socket.socket(fileno=channel) as sock:
            cell = Cell(walls)
            start = partial(WorkerProcess, spawn, cell, counts)
            supervise(sock, start, cell, stop, keep=fork.start == "keep")
        code = 0
    finally:
        os._exit(code)


def _forked_worker(sock: socket.socket, output: int, cell: Cell) -> int:
    """A worker that is a fork of this interpreter."""
    supervisor = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _become_worker(supervisor, sock, output, cell)
        serve(sock)
        code = 0
    finally:
        os._exit(code)


def _fresh_worker(python: str) -> Spawn:
    """Workers in interpreters of their own: this program or another, sealed before it starts."""

    def spawn(sock: socket.socket, output: int, cell: Cell) -> int:
        supervisor = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        try:
            _become_worker(supervisor, sock, output, cell)
            sock.set_inheritable(True)
            program = python or sys.executable
            path = () if python else sys.path
            words = [program, "-P", str(BOOTSTRAP), "worker", str(sock.fileno()), *path]
            os.execv(program, words)
        except OSError as error:
            print(f"'{python or sys.executable}' does not start: {error}", file=sys.stderr)
            sys.stderr.flush()
        finally:
            os._exit(127)

    return spawn


def work(sock: socket.socket) -> None:
    """What a fresh interpreter does: serve ``sock``; it is sealed already."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    serve(sock)


def _become_worker(supervisor: int, sock: socket.socket, output: int, cell: Cell) -> None:
    """Be a worker of ``supervisor``: in a session and a folder of one's own, and sealed.

    No code of the method has run, and there is no thread but this one.
    """
    die_with(supervisor)
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _be_the_first_victim()
    _redirect(output)
    verdict = cell.put_up(supervisor, [sock.fileno()])
    if cell.verdict is None:
        wire.send(sock, Sealed(verdict))


def _be_the_first_victim() -> None:
    """Have the kernel end this process before others when memory runs out."""
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
