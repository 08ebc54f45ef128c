"""What there is already of the runs that are asked for, and which records are to be judged.

Both by the index: of a hundred thousand records none is read that has not changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.running.results.contents.holdings import Holdings, slot_of
from bench.running.results.record import Record, RecordError
from bench.running.results.run import Run
from bench.running.results.store import Store, read_record, relative_path


@dataclass(frozen=True, slots=True)
class MadeSoFar:
    """What there is of a planned run.

    ``status`` and ``clock_seconds`` are of the record that counts: of the run's own code or, where
    that has made none, the latest of other code, and then it is ``stale``. ``status`` is empty
    where there is none. ``newer`` says that a newer version of Rediscover has made one, which is
    left alone. ``damaged`` are those that cannot be believed, and why.
    """

    status: str = ""
    clock_seconds: float = 0.0
    stale: bool = False
    newer: bool = False
    damaged: tuple[tuple[Path, str], ...] = ()

    @property
    def is_to_be_done(self) -> bool:
        """Whether there is nothing of it."""
        return not self.status and not self.newer


def made_so_far(store: Store, runs: Iterable[Run]) -> list[MadeSoFar]:
    """What there is in ``store`` of each of ``runs``; of those that are not planned, nothing."""
    holdings = Holdings.of(store)
    places = {place: row for row, place in enumerate(holdings.runs.places)}
    rows, stale = holdings.chosen.tolist(), holdings.stale.tolist()
    status = holdings.records.words["status"].texts()
    seconds = holdings.records.numbers["clock_seconds"].tolist()
    damaged: dict[str, list[tuple[Path, str]]] = {}
    for row in holdings.damaged:
        fault = holdings.path(row), holdings.fault(row)
        damaged.setdefault(slot_of(holdings.files.names[row]), []).append(fault)
    found = []
    for run in runs:
        slot = relative_path(run.slot)
        place = places.get(slot, -1)
        row = rows[place] if place >= 0 else -1
        if row >= 0:
            found.append(MadeSoFar(status[row], seconds[row], stale[place]))
        else:
            newer = place in holdings.left_alone
            found.append(MadeSoFar(newer=newer, damaged=tuple(damaged.get(slot, ()))))
    return found


def failed_or_unjudged(store: Store, judges: Iterable[str]) -> Iterator[Record]:
    """The records that are not ``ok``, and those without a scorecard of one of ``judges``.

    Scorecards of a newer version of Rediscover count as well. What cannot be read is left out.
    """
    holdings = Holdings.of(store)
    scores, records = holdings.scores(), holdings.records
    cards, rows = scores.columns, scores.rows_for(holdings.files)
    good = np.append(np.isin(cards.words["judge"].texts(), list(judges)), False)[rows]
    for name in ("digest", "answer"):
        good &= np.append(cards.numbers[name], 0)[rows] == records.numbers[name]
    good |= np.append(cards.numbers["newer"], False)[rows]
    for row in np.flatnonzero(~good | ~records.words["status"].where("ok")).tolist():
        try:
            yield read_record(holdings.path(row))
        except (RecordError, FileNotFoundError):
            continue
