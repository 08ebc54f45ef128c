"""Debug: one run in the foreground, in this process, with no limits and nothing caught."""

from __future__ import annotations

from collections.abc import Callable

from bench.clock import Clock
from bench.kinds import kind_of
from bench.method import Answer, Discovery
from bench.running.perform import Job, pose
from bench.running.sandbox.answer import bounded, checked
from bench.running.sandbox.worker import make_task, ready


def debug(job: Job, on_report: Callable[[Answer, float | None], None]) -> Discovery:
    """Run ``job`` here and now, and return its discovery; no record is written.

    What the method raises comes through with its traceback, what it prints is seen, and
    ``breakpoint()`` works. InvalidAnswer is raised where the answer is none. A program that does
    not run from the start with the budget's threads cannot hold all libraries to them.
    """
    request, arrays = pose(job, job.problem.data(job.run.data_seed))
    method, _ = ready(request)
    shown = tuple(array.view() for array in arrays)
    for array in shown:
        array.flags.writeable = False  # as in a worker
    clock = Clock()
    task = make_task(request, shown, on_report, clock)
    clock.start()
    discovery, _ = bounded(method.discover(task))
    return checked(discovery, kind_of(job.problem), request.told)
