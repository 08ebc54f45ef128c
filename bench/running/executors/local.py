"""The local executor: N runs at a time on this machine."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.running.crew import Crew, CrewClosed
from bench.running.events import Elsewhere, Event, Finished, Note, Started
from bench.running.executors import check_count
from bench.running.limits import Limits, processors
from bench.running.perform import Job, Performer
from bench.running.results.leases import Leases
from bench.running.results.store import Store

_ASK_AGAIN_SECONDS = 1.0

Events = queue.SimpleQueue[Event | BaseException | None]


@dataclass(frozen=True)
class LocalExecutor:
    """``workers`` runs at a time; None is one for every processor this process may use."""

    workers: int | None = None

    def __post_init__(self) -> None:
        if self.workers is not None:
            check_count("workers", self.workers, "of runs at a time, or null")

    def run(self, jobs: Sequence[Job], store: Store, limits: Limits) -> Iterator[Event]:
        """See ``Executor.run``."""
        events: Events = queue.SimpleQueue()
        todo = _Todo(jobs)
        slots = min(self.workers or processors(), len(jobs))
        with Leases(store.leases_folder) as leases, Crew(limits, [store.folder]) as crew:
            performer = Performer(store, crew, leases)
            threads = [
                threading.Thread(target=_slot, args=(performer, store, todo, events))
                for _ in range(slots)
            ]
            for thread in threads:
                thread.start()
            try:
                yield from _until_all_end(events, slots)
            finally:
                todo.close()
                crew.close()
                for thread in threads:
                    thread.join()


class _Todo:
    """The jobs not yet settled. One that another process holds comes back after a while: by then
    it is done, or its holder is dead, or it is put off again."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._ready = deque(jobs)
        self._put_off: deque[tuple[float, Job]] = deque()
        self._unsettled = len(jobs)
        self._changed = threading.Condition()

    def next(self) -> Job | None:
        """The next job, waited for if need be; None when all are settled."""
        with self._changed:
            while self._unsettled:
                if self._ready:
                    return self._ready.popleft()
                wait = None
                if self._put_off:
                    wait = self._put_off[0][0] - time.monotonic()
                    if wait <= 0:
                        return self._put_off.popleft()[1]
                self._changed.wait(wait)
        return None

    def settle(self) -> None:
        with self._changed:
            self._unsettled = max(0, self._unsettled - 1)
            self._changed.notify_all()

    def put_off(self, job: Job) -> None:
        with self._changed:
            self._put_off.append((time.monotonic() + _ASK_AGAIN_SECONDS, job))
            self._changed.notify_all()

    def close(self) -> bool:
        """Hand out no more jobs; whether there were any."""
        with self._changed:
            were_any = self._unsettled > 0
            self._unsettled = 0
            self._changed.notify_all()
        return were_any


def _until_all_end(events: Events, slots: int) -> Iterator[Event]:
    told: set[str] = set()
    while slots:
        event = events.get()
        if event is None:
            slots -= 1
        elif isinstance(event, BaseException):
            raise event
        elif not isinstance(event, Elsewhere) or event.run.key not in told:
            if isinstance(event, Elsewhere):
                told.add(event.run.key)
            yield event


def _slot(performer: Performer, store: Store, todo: _Todo, events: Events) -> None:
    """Do one job after the other; what is wrong with the machine itself ends the benchmark."""
    try:
        while (job := todo.next()) is not None:
            started = Started(job.run)
            record = performer.perform(job, lambda event=started: events.put(event))  # type: ignore[misc]
            if record is None:
                events.put(Elsewhere(job.run))
                todo.put_off(job)
            else:
                events.put(Finished(record, store.log_path(job.run.key)))
                todo.settle()
        events.put(None)
    except CrewClosed:
        if todo.close():
            events.put(Note("the system has ended a run (SIGTERM); no other is started"))
        events.put(None)
    except BaseException as error:
        todo.close()
        events.put(error)
