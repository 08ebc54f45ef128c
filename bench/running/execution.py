"""Execute: bring an experiment from its plan to its records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bench.models.endpoint import Endpoint
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.running.events import Damaged, OnEvent, Planned
from bench.running.executors import Executor
from bench.running.limits import Limits
from bench.running.missing import missing_engine
from bench.running.perform import Job
from bench.running.results.record import Record, RecordError
from bench.running.results.run import Run
from bench.running.results.store import Store


def execute(
    runs: Sequence[Run],
    datasets: Mapping[str, Dataset],
    store: Store,
    executor: Executor,
    *,
    limits: Limits | None = None,
    retry: Collection[str] = (),
    on_event: OnEvent = lambda event: None,
    endpoint: Endpoint | None = None,
) -> None:
    """Do every run that has no record yet.

    The plan is on disk before the first run starts. A run whose record has its digest is done,
    unless its status is one of ``retry``; a damaged record is reported and its run redone. Runs
    of a method whose engine is missing are planned and left alone. ``datasets`` maps the names
    in ``runs`` to datasets, and ``endpoint`` is where a language model answers.

    Stopping it (KeyboardInterrupt, or a kill) loses nothing that is finished: the same call goes
    on from there. Raises StoreError where the results folder cannot be written.
    """
    missing = _missing_engines(runs)
    store.add_to_plan(list(runs))
    finished, todo = _sort_out(runs, store, retry, on_event)
    todo = [run for run in todo if run.method.label not in missing]
    on_event(Planned(tuple(runs), tuple(finished), missing))
    problems = _problems(datasets)
    jobs = [Job(run, problems[run.dataset, run.problem], endpoint) for run in todo]
    limits = limits or Limits()
    if endpoint is not None:
        limits = replace(limits, wait_seconds=endpoint.wait_seconds)
    for event in executor.run(jobs, store, limits) if jobs else ():
        on_event(event)


def _missing_engines(runs: Sequence[Run]) -> dict[str, str]:
    methods = {run.method.label: run.method for run in runs}
    found = {label: missing_engine(method) for label, method in methods.items()}
    return {label: reason for label, reason in found.items() if reason is not None}


def _sort_out(
    runs: Sequence[Run], store: Store, retry: Collection[str], on_event: OnEvent
) -> tuple[list[Record], list[Run]]:
    """The records of runs that are done, and the runs that are not."""
    finished: list[Record] = []
    todo: list[Run] = []
    for run in runs:
        record = _believed(run, store, on_event)
        if record is None or record.digest != run.digest:
            todo.append(run)
        elif record.status in retry:
            # Out of the way now, so that this command is resumed, too, when it is killed.
            store.record_path(run.id).unlink(missing_ok=True)
            todo.append(run)
        else:
            finished.append(record)
    return finished, todo


def _believed(run: Run, store: Store, on_event: OnEvent) -> Record | None:
    try:
        record = store.read(run.id)
    except RecordError as error:
        on_event(Damaged(store.record_path(run.id), str(error)))
        return None
    except OSError as error:
        on_event(Damaged(store.record_path(run.id), error.strerror or str(error)))
        return None
    return record


def _problems(datasets: Mapping[str, Dataset]) -> dict[tuple[str, str], Problem]:
    return {
        (dataset.name, problem.name): problem
        for dataset in datasets.values()
        for problem in dataset.problems
    }
