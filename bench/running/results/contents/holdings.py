"""Holdings: plan, records and scorecards of a folder side by side, and what of them cannot be read.

Every verb reads a folder through here or through the same readers of single files, and says with
the same words what it could not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.kinds.code import with_kind
from bench.running.neighbours import command_of, source_of_method
from bench.running.results.contents.columns import Sheet, Words, combined
from bench.running.results.contents.facts import RECORD, SCORE, OnRead, Row, record_row, score_row
from bench.running.results.contents.files import Files
from bench.running.results.contents.index import facts_of
from bench.running.results.contents.planned import PlannedRuns
from bench.running.results.imported import ELSEWHERE
from bench.running.results.leases import Leases
from bench.running.results.run import is_stale, key_name
from bench.running.results.store import Store

_CODE_LETTERS = 8


@dataclass(frozen=True)
class Holdings:
    """What ``store`` holds: a row of ``records`` for each file, and which counts for which run.

    ``at_work``: some process was on its runs when the reading began.
    """

    store: Store
    runs: PlannedRuns
    files: Files
    records: Sheet
    at_work: bool = False

    @classmethod
    def of(cls, store: Store, on_read: OnRead = lambda path, found: None) -> Holdings:
        """Read the folder; what was read before comes from the index.

        ``on_read`` is told each record that is read now, or why it cannot be.
        """
        # First of all: what ends while we read has its record by then.
        at_work = Leases(store.leases_folder).at_work()
        runs = PlannedRuns.of(store.plan_path)

        def read(path: Path) -> tuple[Row, dict[str, float | None]]:
            return record_row(path, on_read), {}

        files, records = facts_of(store.records_folder, RECORD, read)
        return cls(store, runs, files, records, at_work)

    @cached_property
    def own_places(self) -> list[str]:
        """The place of what the present code makes, or would make, of each planned run."""
        code = self.code_now
        endings = [key_name("", one) for one in code.words]
        pairs = zip(self.runs.places, code.codes.tolist(), strict=True)
        return [place + endings[one] for place, one in pairs]

    @cached_property
    def code_now(self) -> Words:
        """The code that would make each planned run: of this machine or, unknown here, the plan."""
        columns = [self.runs.words(name) for name in ("setup", "posed", "source")]
        pairs, first = combined(columns)
        rows = list(zip(*(one.take(first).texts() for one in columns), strict=True))
        here = {key: self._code_here(*key) for key in {row[:2] for row in rows}}
        return Words.of(here[row[:2]] or row[2] for row in rows).take(pairs)

    def _code_here(self, digest: str, posed: str) -> str:
        """The code on this machine of a setup as it is ``posed``; empty where it is not known."""
        setup = self.runs.setups.get(digest)
        place = "" if setup is None else setup.target.rpartition(":")[0]
        # A program is looked at when its runs are planned, where its words say what they say.
        if setup is None or place in ("", ELSEWHERE, "__main__") or command_of(setup.settings):
            return ""
        return with_kind(source_of_method(setup.target, setup.settings), posed)

    @cached_property
    def chosen(self) -> NDArray[np.int64]:
        """For each planned run the row of the record that counts; -1 where there is none.

        That is the one of the present code, else of the code planned last, else the latest. Where
        that of the present code is damaged, the run is to be done again, and none counts.
        """
        known = {name: row for row, name in enumerate(self.files.names)}
        own = np.array([known.get(f"{place}.json", -1) for place in self.own_places], np.int64)
        found = np.where(np.append(self._readable, False)[own], own, -1)
        others = self._rows_of(np.setdiff1d(np.arange(len(known)), own))
        for place in np.flatnonzero(own < 0).tolist() if others else ():
            found[place] = self._latest(others.get(self.runs.places[place], []), place)
        return found

    def _rows_of(self, rows: NDArray[np.int64]) -> Mapping[str, list[int]]:
        """Those of ``rows`` that can be read, by the places of their slots."""
        found: dict[str, list[int]] = {}
        for row in rows[self._readable[rows]].tolist():
            found.setdefault(slot_of(self.files.names[row]), []).append(row)
        return found

    def _latest(self, rows: list[int], place: int) -> int:
        """Of records of a planned run by other code than there is now, that which counts."""
        source, begun = self.records.words["source"], self.records.numbers["begun"]
        planned = self.runs[place].source

        def rank(row: int) -> tuple[bool, float]:
            return source.words[source.codes[row]] == planned, float(begun[row])

        return max(rows, key=rank, default=-1)

    @cached_property
    def _readable(self) -> NDArray[np.bool_]:
        return self.records.words["fault"].where("")

    @cached_property
    def newer(self) -> list[int]:
        """Records that a newer version of Rediscover made."""
        return self._in_order(np.flatnonzero(self.records.numbers["newer"]).tolist())

    @cached_property
    def damaged(self) -> list[int]:
        """Records that cannot be read, of planned runs that are to be done (again)."""
        unread = np.flatnonzero(~self._readable & ~self.records.numbers["newer"]).tolist()
        without = self._without if unread else set()
        return self._in_order([row for row in unread if slot_of(self.files.names[row]) in without])

    @cached_property
    def _without(self) -> set[str]:
        """The places of planned runs without a record that counts."""
        return {self.runs.places[k] for k in np.flatnonzero(self.chosen < 0).tolist()}

    @cached_property
    def strays(self) -> list[int]:
        """Records that no plan holds: of no planned run, or made again since by other code."""
        held = np.zeros(len(self.files.names) + 1, dtype=bool)
        held[[*self.newer, *self.damaged]] = True
        held[self.chosen] = True
        return self._in_order(np.flatnonzero(~held[:-1]).tolist())

    @cached_property
    def left_alone(self) -> set[int]:
        """Planned runs (by position) whose only record is of a newer version of Rediscover."""
        slots = {slot_of(self.files.names[row]) for row in self.newer}
        if not slots:
            return set()
        without = np.flatnonzero(self.chosen < 0).tolist()
        return {k for k in without if self.runs.places[k] in slots}

    def _in_order(self, rows: list[int]) -> list[int]:
        return sorted(rows, key=lambda row: self.files.names[row])

    def key_of(self, place: int) -> str:
        """The key of the record that counts for a planned run; its own where there is none."""
        row = int(self.chosen[place])
        words = self.records.words["source"] if row >= 0 else self.code_now
        code = words.words[words.codes[row if row >= 0 else place]]
        return key_name(self.runs[place].slot, code)

    def path(self, row: int) -> Path:
        """Where a record lies."""
        return self.files.top / self.files.names[row]

    def fault(self, row: int) -> str:
        """Why a record cannot be read; empty where it can."""
        faults = self.records.words["fault"]
        return str(faults.words[faults.codes[row]])

    @cached_property
    def stale(self) -> NDArray[np.bool_]:
        """For each planned run, whether its record was made by other code than there is now."""
        made, now = self.records.words["source"], self.code_now
        differ = [[is_stale(one, other) for other in now.words] for one in [*made.words, ""]]
        table: NDArray[np.bool_] = np.array(differ, dtype=np.bool_)
        rows = np.append(made.codes, -1)[self.chosen]
        stale: NDArray[np.bool_] = table[rows, now.codes]
        return stale

    def scores(self) -> Scores:
        """The scorecards of the folder."""
        files, scores = facts_of(self.store.scores_folder, SCORE, score_row)
        return Scores(files, scores)


@dataclass(frozen=True)
class Scores:
    """The scorecards of a folder, a row for each file."""

    files: Files
    columns: Sheet

    def rows_for(self, records: Files) -> NDArray[np.int64]:
        """For each record the row of its scorecard; -1 where there is none."""
        if records.names == self.files.names:
            return np.arange(len(records.names))
        known = {name: row for row, name in enumerate(self.files.names)}
        return np.array([known.get(name, -1) for name in records.names], dtype=np.int64)


def slot_of(name: str) -> str:
    """The place of the slot of a record, by the name of its file."""
    stem = name[: -len(".json")]
    head, dash, tail = stem.rpartition("-")
    return head if dash and len(tail) == _CODE_LETTERS else stem
