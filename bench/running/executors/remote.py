"""What executors on other machines share: chunks of jobs, and an eye on what becomes of them.

A chunk runs elsewhere exactly as it would here, by the local executor, and writes its records
into the same folder. Whoever waits for it believes the records alone: not the scheduler, not the
chunk's own word. So a chunk may be lost, requeued or run twice, and costs only what it held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.running.events import Event, Finished, Started
from bench.running.executors.local import LocalExecutor
from bench.running.limits import Limits
from bench.running.perform import Job, done
from bench.running.results.leases import Leases, lease_name
from bench.running.results.store import Store

SUBMISSIONS = 3  # of a run that is lost again and again
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Chunk:
    """Jobs to be done one after the other on one machine; callable, and sent by pickle."""

    jobs: tuple[Job, ...]
    folder: Path
    limits: Limits

    def __call__(self) -> None:
        for _ in LocalExecutor(workers=1).run(self.jobs, Store(self.folder), self.limits):
            pass


def in_chunks(jobs: Sequence[Job], size: int, store: Store, limits: Limits) -> list[Chunk]:
    """``jobs`` in chunks of ``size``."""
    folder = store.folder.absolute()
    return [
        Chunk(tuple(jobs[start : start + size]), folder, limits)
        for start in range(0, len(jobs), size)
    ]


class FolderWatch:
    """Tells which jobs have started and finished, from the results folder."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._leases = Leases(store.leases_folder)
        self._started: set[str] = set()
        self._finished: set[str] = set()

    def look(self, jobs: Iterable[Job]) -> Iterator[Event]:
        """What is new about ``jobs``."""
        running = self._leases.running()
        for job in jobs:
            run = job.run
            if run.key in self._finished:
                continue
            record = done(self._store, run)
            if record is not None:
                self._finished.add(run.key)
                yield Finished(record, self._store.log_path(run.key))
            elif run.key not in self._started and lease_name(run.key) in running:
                self._started.add(run.key)
                yield Started(run, running[lease_name(run.key)].host)

    def open(self, jobs: Iterable[Job]) -> list[Job]:
        """Those of ``jobs`` whose record has not been seen."""
        return [job for job in jobs if job.run.key not in self._finished]
