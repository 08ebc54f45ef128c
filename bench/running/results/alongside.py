"""Judging while others still run: records are judged as they come, behind all else."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from bench.kinds import item_of
from bench.kinds.metrics import metrics_of
from bench.running.events import Event, Finished, Judged, OnEvent
from bench.running.results.judging import (
    KeptScore,
    Problems,
    answer_of,
    is_to_be_judged,
    predicted_of,
)
from bench.running.results.record import Record
from bench.running.results.store import Store
from bench.scoring.metrics import RANKED_BY
from bench.scoring.pool import ScoringError, score_many
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import Item, ScoringLimits

_BEGIN_AFTER = 5.0
"""Seconds from the first record on: what is over by then is judged at once, by all processors."""
_NICE = 10
"""A busy processor gives a tenth of its time to the judge, and nine tenths to a run."""


class JudgeAlongside:
    """Judges the records of a benchmark under way, one at a time; a context manager.

    It is called with every event and hands it on to ``on_event``, which is told ``Judged`` from a
    thread. Leaving it ends with the record in hand; what is left is for who judges at the end.
    """

    def __init__(
        self, store: Store, problems: Problems, limits: ScoringLimits, on_event: OnEvent
    ) -> None:
        self._store, self._problems, self._limits = store, problems, limits
        self._on_event = on_event
        self._records: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        self._asked: deque[Record] = deque()
        self._first: float | None = None
        self._over = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._over = True
        self._records.put(None)
        if self._thread is not None and kind is None:
            self._thread.join()

    def __call__(self, event: Event) -> None:
        self._on_event(event)
        if not isinstance(event, Finished):
            return
        now = time.monotonic()
        self._first = now if self._first is None else self._first
        self._records.put(event.record)
        if self._thread is None and now - self._first >= _BEGIN_AFTER:
            self._thread = threading.Thread(target=self._judge, name="judge", daemon=True)
            self._thread.start()

    def _judge(self) -> None:
        try:
            for card in score_many(self._items(), limits=self._limits, nice=_NICE):
                self._keep(self._asked.popleft(), card)
        except (ScoringError, OSError):
            return  # whoever judges at the end comes by it, too, and says so

    def _items(self) -> Iterator[Item]:
        while (record := self._records.get()) is not None and not self._over:
            problem = self._problems.get((record.run.dataset, record.run.problem))
            if problem is not None and is_to_be_judged(record, problem):
                self._asked.append(record)
                data_seed = record.run.data_seed
                yield item_of(answer_of(record), problem, data_seed, predicted_of(record))

    def _keep(self, record: Record, card: Scorecard) -> None:
        if card.limits_hit:
            return  # on a quiet machine there may be time for it
        score = KeptScore(record.digest, card)
        self._store.write_text(self._store.score_path(record.run.key), score.to_json())
        self._on_event(Judged(record.run, solved(card)))


def solved(card: Scorecard) -> bool | None:
    """Whether the answer is right by the first rate of its kind that is known; None: by none."""
    rates = [metric.name for metric in metrics_of(card.kind) if metric.summary == "rate"]
    rates.sort(key=lambda name: name != f"symbolic_{RANKED_BY}")
    values = (card.values.get(name) for name in rates)
    value = next((one for one in values if one is not None), None)
    return None if value is None else value == 1.0
