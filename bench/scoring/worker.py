"""The process that scores: ``python -m bench.scoring.worker FD``, started by the pool.

It imports what scoring needs once, and forks for each session. The fork does the jobs; the
kernel ends it where it outstays a step's time (SIGPROF for processor time, SIGALRM for the clock,
even in the midst of C code, and even when the pool is gone), and the process that waits for it
reports the death and forks again, in milliseconds.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import resource
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

import psutil

from bench.scoring.messages import (
    Died,
    Ready,
    ScoringJob,
    Session,
    SessionOver,
    StepDone,
    Unscorable,
)
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.steps import PATIENCE, NoAnswer, ScoringLimits, ScoringStep, Work

OUT_OF_MEMORY = 77
"""Exit status of a fork that could get no more memory."""


def main(descriptor: int) -> None:
    """Serve the pool at the other end of the socket, session by session, until it hangs up."""
    pool: Connection[Any, Any] = Connection(descriptor)
    while True:
        try:
            session: Session = pool.recv()
        except (EOFError, OSError):
            return
        _get_ready()
        pool.send(Ready())
        with contextlib.suppress(EOFError, OSError):  # the pool is gone
            _hold(pool, session)


def _hold(pool: Connection[Any, Any], session: Session) -> None:
    """Fork for a job at hand, so that a fork which dies at once costs a job, and ends in time."""
    while isinstance(job := pool.recv(), ScoringJob):
        child = os.fork()
        if child == 0:
            _serve_and_exit(pool, session, job)
        _, status = os.waitpid(child, 0)
        if status == 0:
            return
        pool.send(Died(_cause(status)))
        _warm_up()


@functools.cache
def _get_ready() -> None:
    """Have all that scoring needs; as it stays to the end, the search for cycles passes it by."""
    gc.disable()
    _import_all()
    _compile()
    gc.freeze()
    gc.enable()


def _compile() -> None:
    """Have all machine code, be it compiled only now: no step's time is to pay for that."""
    from bench.expression import parse
    from bench.scoring.equivalence import judge
    from bench.scoring.ned.canonical import LabelledTree
    from bench.scoring.ned.edit_distance import tree_distance

    leaf = LabelledTree(("x",), (0,))
    tree_distance(leaf, leaf)
    judge(parse("1.0001*sin(x)*exp(y/2.5)"), parse("sin(x)*sqrt(y)"))
    judge(parse("2.0001*x*exp(0.5*y)"), parse("2.0*x*exp(y/2)"))


@functools.cache
def _warm_up() -> None:
    """Do once, before a second fork, what every fork would do again: SymPy fills its tables."""
    from bench.expression import parse
    from bench.scoring.ned.canonical import canonical_form

    canonical_form(parse("1.0001*sin(x)*exp(y/2.5)"))


def _import_all() -> None:
    _import_numba()
    import sympy  # noqa: F401

    import bench.scoring.equivalence.judgement
    import bench.scoring.ned.zhang_shasha  # noqa: F401


def _import_numba() -> None:
    """As numba comes without SciPy: it would import ``scipy.linalg``, and take as long for that
    as for itself, only to know whether there is a BLAS for kernels that convolve."""
    blas = "scipy.linalg.cython_blas"
    sys.modules[blas] = None  # type: ignore[assignment]  # importing it raises ImportError
    import numba.np.arraymath  # noqa: F401

    del sys.modules[blas]


def _serve_and_exit(
    pool: Connection[Any, Any], session: Session, job: ScoringJob | SessionOver
) -> None:
    status = 0
    try:
        _stand_in(session)
        _limit_memory(session.limits.memory_mb)
        while isinstance(job, ScoringJob):
            _do(job, pool, session.limits, session.forms)
            job = pool.recv()
    except (EOFError, OSError):
        pass  # the pool is gone
    except MemoryError:
        status = OUT_OF_MEMORY
    except BaseException:
        status = 1
    os._exit(status)


def _stand_in(session: Session) -> None:
    os.nice(session.nice)
    os.environ.update(session.environment)
    with contextlib.suppress(OSError):  # removed meanwhile
        os.chdir(session.folder)


def _limit_memory(megabytes: int) -> None:
    now = psutil.Process().memory_info().vms
    with contextlib.suppress(ValueError, OSError):  # macOS knows the limit but sets none
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 2**20, hard))


def _do(
    job: ScoringJob, pool: Connection[Any, Any], limits: ScoringLimits, forms: FormCache
) -> None:
    try:
        work = Work.on(job.item, forms, limits)
    except NoAnswer as error:
        pool.send(StepDone(job.item.failed(limits, str(error)), ()))
        return
    except MemoryError:
        raise
    except Exception as error:
        pool.send(Unscorable(_in_words(error)))
        return
    card = job.item.blank(limits) if job.card is None else job.card
    steps = work.steps
    if job.card is not None:
        steps = tuple(step for step in steps if step.key in job.steps)
    if job.cut:
        card, steps = work.cut_short(card, steps, job.cut)
    pool.send(StepDone(card, _keys(steps)))
    while steps:
        try:
            steps[0].prepare()
        except MemoryError:
            raise
        except Exception as error:
            pool.send(Unscorable(_in_words(error)))
            return
        with _time_limit(limits.seconds):
            card, steps = work.advance(card, steps)
        pool.send(StepDone(card, _keys(steps)))


def _keys(steps: tuple[ScoringStep, ...]) -> tuple[str, ...]:
    return tuple(step.key for step in steps)


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """The kernel ends this process if what is inside takes longer; no handler, no exception."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _cause(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        timed_out = number in (signal.SIGALRM, signal.SIGPROF)
        return "time-out" if timed_out else f"crash ({signal.Signals(number).name})"
    code = os.WEXITSTATUS(status)
    return "memory limit" if code == OUT_OF_MEMORY else f"crash (exit status {code})"
