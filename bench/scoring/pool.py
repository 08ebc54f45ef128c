"""Scoring many items at once, in processes that are killed when they outstay their limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from bench.scoring.messages import Died, Ready, ScoringJob, Session, StepDone, Unscorable
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.process import ScoringProcess, begin, rest
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import Item, ScoringLimits

MOST_REPLACED = 5
"""Processes that may vanish, one after the other, in the place of one worker."""


class ScoringError(RuntimeError):
    """Scoring cannot go on: a problem's own truth or data are at fault, or no process starts."""


def score_many(
    items: Iterable[Item],
    *,
    workers: int = 1,
    limits: ScoringLimits | None = None,
    forms: FormCache | None = None,
    on_progress: Callable[[int], None] | None = None,
    nice: int = 0,
) -> Iterator[Scorecard]:
    """The scorecard of each item, in the order of ``items``, whatever order they finish in.

    Each step of each item has ``limits.seconds`` and ``limits.memory_mb``: one that exceeds them,
    or crashes, costs its own metrics and nothing else (``Scorecard.limits_hit``). Canonical forms
    are kept in ``forms``, by default the user's cache. ``on_progress`` is called with the number
    of finished items. With ``nice`` they stand back behind what else the machine does. Raises
    ScoringError where a problem itself is at fault.
    """
    crew = _Crew(limits or ScoringLimits(), forms or FormCache.of_user(), nice)
    source = enumerate(items)
    finished: dict[int, Scorecard] = {}
    count = yielded = 0
    try:
        while True:
            for index, item in _take(source, workers - len(crew.busy)):
                crew.start(index, item)
            if not crew.busy:
                return
            for index, card in crew.finish_some():
                finished[index] = card
                count += 1
                if on_progress is not None:
                    on_progress(count)
            while yielded in finished:
                yield finished.pop(yielded)
                yielded += 1
    finally:
        crew.close()


def _take(source: Iterator[tuple[int, Item]], count: int) -> Iterator[tuple[int, Item]]:
    for _ in range(count):
        if (pair := next(source, None)) is None:
            return
        yield pair


@dataclass
class _Crew:
    """The workers of one ``score_many``."""

    limits: ScoringLimits
    forms: FormCache
    nice: int
    idle: list[ScoringProcess] = field(default_factory=list)
    busy: dict[Connection[Any, Any], ScoringProcess] = field(default_factory=dict)

    def _session(self) -> Session:
        return Session.here(self.limits, self.forms, self.nice)

    def start(self, index: int, item: Item) -> None:
        worker = self.idle.pop() if self.idle else begin(self._session())
        self.busy[worker.pipe] = worker
        worker.give(index, ScoringJob(item))

    def finish_some(self) -> Iterator[tuple[int, Scorecard]]:
        """Wait for news and return the items that it finishes, which may be none."""
        for pipe in wait(list(self.busy)):
            worker = self.busy[cast("Connection[Any, Any]", pipe)]
            try:
                message = worker.pipe.recv()
            except (EOFError, OSError):
                worker, message = self._replace(worker), Died("crash (the process is gone)")
            card = self._hear(worker, message)
            if card is not None:
                del self.busy[worker.pipe]
                self.idle.append(worker)
                yield worker.index, card

    def close(self) -> None:
        for worker in self.idle:
            rest(worker)
        for worker in self.busy.values():
            worker.close()

    def _hear(self, worker: ScoringProcess, message: object) -> Scorecard | None:
        """Take note of ``message``; the scorecard, where it is finished by it."""
        assert worker.job is not None
        item = worker.job.item
        if isinstance(message, Ready):
            worker.ready = True
        elif isinstance(message, StepDone):
            worker.job = ScoringJob(item, message.card, message.remaining)
            return None if message.remaining else message.card
        elif isinstance(message, Died):
            return self._after_death(worker, message.why)
        elif isinstance(message, Unscorable):
            raise ScoringError(f"problem {_name(item)} cannot be scored: {message.why}")
        return None

    def _after_death(self, worker: ScoringProcess, why: str) -> Scorecard | None:
        assert worker.job is not None
        job = worker.job
        if job.cut:
            raise ScoringError(
                f"problem {_name(job.item)} cannot be scored: the step '{job.steps[0]}' was cut "
                f"short ({job.cut}), and saying so ended in a {why}"
            )
        if job.card is None and not worker.ready:  # a new process, whose predecessor never began
            worker.give(worker.index, ScoringJob(job.item))
            return None
        if job.card is None:
            return job.item.failed(self.limits, f"no expression: reading it ended in a {why}")
        worker.give(worker.index, ScoringJob(job.item, job.card, job.steps, why))
        return None

    def _replace(self, worker: ScoringProcess) -> ScoringProcess:
        """A new worker with the job of ``worker``, whose process is gone."""
        del self.busy[worker.pipe]
        never_began = not worker.ready and not worker.kept
        if never_began or worker.replaced == MOST_REPLACED:
            worker.errors.seek(0)
            trace = worker.errors.read().decode(errors="replace").strip()
            worker.close()
            raise ScoringError(f"a scoring process ended by itself: {trace[-1000:] or 'killed'}")
        successor = begin(self._session())
        successor.index, successor.job = worker.index, worker.job
        successor.replaced = worker.replaced + 1
        self.busy[successor.pipe] = successor
        worker.close()
        return successor


def _name(item: Item) -> str:
    return f"'{item.problem.dataset}/{item.problem.name}'"
