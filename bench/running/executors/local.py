"""The local executor: N runs at a time on this machine."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.running.crew import Closed, Crew
from bench.running.events import Elsewhere, Event, Finished, Started
from bench.running.leases import Leases
from bench.running.limits import Limits
from bench.running.perform import Job, Performer
from bench.running.store import Store


@dataclass(frozen=True)
class LocalExecutor:
    """``workers`` runs at a time; None is one for every processor this process may use."""

    workers: int | None = None

    def run(self, jobs: Sequence[Job], store: Store, limits: Limits) -> Iterator[Event]:
        """See ``Executor.run``."""
        events: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()
        todo: queue.SimpleQueue[Job] = queue.SimpleQueue()
        for job in jobs:
            todo.put(job)
        slots = min(self.workers or processors(), len(jobs))
        with Leases(store.leases_folder) as leases, Crew(limits) as crew:
            performer = Performer(store, crew, leases)
            threads = [
                threading.Thread(
                    target=_slot, args=(performer, store, todo, events), name=f"slot-{k}"
                )
                for k in range(slots)
            ]
            for thread in threads:
                thread.start()
            try:
                yield from _until_all_end(events, slots)
            finally:
                crew.close()
                for thread in threads:
                    thread.join()


def processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _until_all_end(
    events: queue.SimpleQueue[Event | BaseException | None], slots: int
) -> Iterator[Event]:
    while slots:
        event = events.get()
        if event is None:
            slots -= 1
        elif isinstance(event, BaseException):
            raise event
        else:
            yield event


def _slot(
    performer: Performer,
    store: Store,
    todo: queue.SimpleQueue[Job],
    events: queue.SimpleQueue[Event | BaseException | None],
) -> None:
    """Do one job after the other; what is wrong with the machine itself ends the benchmark."""
    try:
        while True:
            job = todo.get_nowait()
            record = performer.perform(job, lambda job=job: events.put(Started(job.run)))  # type: ignore[misc]
            if record is None:
                events.put(Elsewhere(job.run))
            else:
                events.put(Finished(record, store.log_path(job.run.id)))
    except (queue.Empty, Closed):
        events.put(None)
    except BaseException as error:
        events.put(error)
