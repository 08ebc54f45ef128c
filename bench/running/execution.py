"""Execute: bring an experiment from its plan to its records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.models.endpoint import Endpoint
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.running.events import Damaged, Event, Note, OnEvent, Planned
from bench.running.executors import Executor
from bench.running.limits import Limits
from bench.running.missing import missing_engine
from bench.running.perform import Job
from bench.running.results.contents.made import MadeSoFar, made_so_far
from bench.running.results.leases import Leases
from bench.running.results.lock import keep_environment
from bench.running.results.run import Run
from bench.running.results.store import Store, storage_error


def execute(
    runs: Sequence[Run],
    datasets: Mapping[str, Dataset],
    store: Store,
    executor: Executor,
    *,
    limits: Limits | None = None,
    retry: Collection[str] = (),
    rerun_stale: bool = False,
    on_event: OnEvent = lambda event: None,
    endpoint: Endpoint | None = None,
) -> None:
    """Do every run that has no record yet.

    The plan and the environment are on disk before the first run starts. A run that has a record
    is done, unless its status is one of ``retry``; a damaged record is reported and its run
    redone. A record that other code of the method made is kept, and counts as done, unless
    ``rerun_stale``; then the run is done beside it. What a newer version of Rediscover made is
    left alone, as are the runs of a method whose engine is missing. ``datasets`` maps the names in
    ``runs`` to datasets, and ``endpoint`` is where a language model answers.

    Stopping it (KeyboardInterrupt, or a kill) loses nothing that is finished: the same call goes
    on from there. Raises StoreError where the results folder cannot be written.
    """
    missing = _missing_engines(runs, store)
    store.add_to_plan(list(runs))
    again = _Again(retry, rerun_stale, missing)
    todo = _todo(store, runs, again, on_event)
    problems = _problems(datasets)
    jobs = [Job(run, problems[run.dataset, run.problem], endpoint) for run in todo]
    limits = limits or Limits()
    if endpoint is not None:
        limits = replace(limits, wait_seconds=endpoint.wait_seconds)
    for event in _events(executor, jobs, store, limits) if jobs else ():
        on_event(event)


def _events(
    executor: Executor, jobs: Sequence[Job], store: Store, limits: Limits
) -> Iterator[Event]:
    """Be seen at work, also while runs wait in a queue: so long no run counts as missing. What is
    installed here is kept before the first run starts."""
    with Leases(store.leases_folder) as leases:
        try:
            leases.announce()
        except OSError as error:
            raise storage_error(error, store.folder) from error
        if note := keep_environment(store):
            yield Note(note)
        yield from executor.run(jobs, store, limits)


def _missing_engines(runs: Sequence[Run], store: Store) -> dict[str, str]:
    methods = {run.method.label: run.method for run in runs}
    found = {label: missing_engine(method, store.folder) for label, method in methods.items()}
    return {label: reason for label, reason in found.items() if reason is not None}


@dataclass(frozen=True)
class _Again:
    """What is made again, and what cannot be."""

    retry: Collection[str]
    stale: bool
    missing: Mapping[str, str]

    def is_to_do(self, run: Run, made: MadeSoFar) -> bool:
        """Whether ``run``, of which there is what is ``made``, is to be made (again)."""
        again = made.status in self.retry or (made.stale and self.stale)
        return (made.is_to_be_done or again) and run.method.label not in self.missing


def _todo(store: Store, runs: Sequence[Run], again: _Again, on_event: OnEvent) -> list[Run]:
    """The runs that are to be done; what is planned and what is done is told."""
    todo: list[Run] = []
    done: list[tuple[Run, MadeSoFar]] = []
    out_of_the_way: list[Run] = []
    newer = 0
    for run, made in zip(runs, made_so_far(store, runs), strict=True):
        for path, reason in made.damaged:
            on_event(Damaged(path, reason))
        newer += made.newer
        if again.is_to_do(run, made):
            todo.append(run)
            out_of_the_way += [run] if made.status in again.retry and not made.stale else []
        elif made.status:
            done.append((run, made))
    on_event(Planned(tuple(runs), tuple(done), again.missing, store.folder, newer))
    for run in out_of_the_way:  # now, so that this command is resumed, too, when it is killed
        store.record_path(run.key).unlink(missing_ok=True)
    return todo


def _problems(datasets: Mapping[str, Dataset]) -> dict[tuple[str, str], Problem]:
    return {
        (dataset.name, problem.name): problem
        for dataset in datasets.values()
        for problem in dataset.problems
    }
