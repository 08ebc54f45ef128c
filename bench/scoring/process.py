"""A scoring process as the pool sees it; one that has finished is kept for the next pool.

A process needs more than a second to import SymPy, and then forks in milliseconds. So the next call
of ``score_many`` in this program finds one that has, and its scoring begins at once, in a new fork.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import IO, Any

from bench.scoring.messages import ScoringJob, Session, SessionOver

_START = """\
import sys
sys.path[:] = sys.argv[2:]
from bench.scoring.worker import main
main(int(sys.argv[1]))
"""
"""Not ``python -m``, which would put the current folder on the path before all others."""

_ENVIRONMENT = {
    # SymPy's sets must come in the same order in every process, or its forms might not.
    "PYTHONHASHSEED": "0",
    # SymPy would compute in the numbers of python-flint where that happens to be installed.
    "SYMPY_GROUND_TYPES": "gmpy",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}

_MOST_KEPT = 2


@dataclass
class ScoringProcess:
    """A scoring process, the socket to it, and what it is doing.

    ``kept`` says that it served an earlier pool: it may have been killed since.
    """

    process: subprocess.Popen[bytes]
    pipe: Connection[Any, Any]
    errors: IO[bytes]
    path: tuple[str, ...]
    kept: bool = False
    ready: bool = False
    replaced: int = 0
    index: int = -1
    job: ScoringJob | None = None

    def give(self, index: int, job: ScoringJob) -> None:
        self.index, self.job = index, job
        with contextlib.suppress(OSError):  # it is gone: waiting for its answer will tell
            self.pipe.send(job)

    def close(self) -> None:
        # The process and its fork are one session: both go, whatever they are doing.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.pipe.close()
        self.errors.close()


_kept: list[ScoringProcess] = []
os.register_at_fork(after_in_child=_kept.clear)  # they are those of the parent


def begin(session: Session) -> ScoringProcess:
    """A process that will score under ``session``: one that was kept, or else a new one."""
    while _kept:
        one = _kept.pop()
        if one.path == _path() and not one.pipe.poll():  # nor has it hung up
            with contextlib.suppress(OSError):
                one.pipe.send(session)
                return ScoringProcess(one.process, one.pipe, one.errors, one.path, kept=True)
        one.close()
    started = _start()
    started.pipe.send(session)
    return started


def rest(idle: ScoringProcess) -> None:
    """Keep a process that has nothing to do, if there is room; its fork ends."""
    if len(_kept) < _MOST_KEPT:
        with contextlib.suppress(OSError):
            idle.pipe.send(SessionOver())
            _kept.append(idle)
            return
    idle.close()


@atexit.register
def _end() -> None:
    while _kept:
        _kept.pop().close()


def _path() -> tuple[str, ...]:
    return tuple(filter(None, sys.path))


def _start() -> ScoringProcess:
    ours, theirs = socket.socketpair()
    errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, str(theirs.fileno()), *_path()],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, **_ENVIRONMENT},
            start_new_session=True,
        )
    return ScoringProcess(process, Connection(ours.detach()), errors, _path())
