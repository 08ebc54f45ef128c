"""Debug: one run in the foreground, in this process, with no limits and nothing caught."""

from __future__ import annotations

from collections.abc import Callable

from bench.method import Discovery
from bench.running.limits import hold_threads
from bench.running.load import build
from bench.running.noise import noisy_target
from bench.running.perform import Job, make_request
from bench.running.sandbox.answer import check, to_message
from bench.running.sandbox.worker import make_task, preload


def debug(job: Job, on_report: Callable[[str, float | None], None]) -> Discovery:
    """Run ``job`` here and now, and return its discovery; no record is written.

    What the method raises comes through with its traceback, what it prints is seen, and
    ``breakpoint()`` works. InvalidAnswer is raised where the answer is none. A program that does
    not run from the start with the budget's threads cannot hold all libraries to them.
    """
    train = job.problem.data(job.run.data_seed).train
    y = noisy_target(job.run, train.y).view()
    request = make_request(job, train.X, y)
    preload(request["requires"])
    method = build(request["target"], request["settings"])
    X = train.X.view()
    X.flags.writeable = y.flags.writeable = False  # as in a worker
    task = make_task(request, (X, y), on_report)
    hold_threads(task.budget.threads)
    return check(to_message(method.discover(task)), task.variables)
