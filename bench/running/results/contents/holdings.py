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

from bench.kinds.kind import noise_text
from bench.running.neighbours import source_of_method
from bench.running.results.contents.columns import Sheet
from bench.running.results.contents.facts import RECORD, SCORE, record_row, score_row
from bench.running.results.contents.files import Files
from bench.running.results.contents.index import facts_of
from bench.running.results.finding import is_stale
from bench.running.results.imported import ELSEWHERE
from bench.running.results.leases import Leases
from bench.running.results.plan import Plan, PlannedRun
from bench.running.results.run import key_name
from bench.running.results.store import Store, relative_path

_CODE_LETTERS = 8


@dataclass(frozen=True)
class Holdings:
    """What ``store`` holds: a row of ``records`` for each file, and which counts for which run.

    ``at_work``: some process was on its runs when the reading began.
    """

    store: Store
    plan: Plan
    files: Files
    records: Sheet
    at_work: bool = False

    @classmethod
    def of(cls, store: Store) -> Holdings:
        """Read the folder; what was read before comes from the index."""
        # First of all: what ends while we read has its record by then.
        at_work = Leases(store.leases_folder).at_work()
        plan = store.plan()
        files, records = facts_of(
            Files.below(store.records_folder), RECORD, lambda path: (record_row(path), {})
        )
        return cls(store, plan, files, records, at_work)

    @cached_property
    def runs(self) -> list[PlannedRun]:
        """The planned runs, in the order of the plan."""
        return list(self.plan.runs.values())

    @cached_property
    def rows_of(self) -> Mapping[str, list[int]]:
        """The rows of the records of each slot, by the slot's place."""
        found: dict[str, list[int]] = {}
        for row, name in enumerate(self.files.names):
            found.setdefault(slot_of(name), []).append(row)
        return found

    @cached_property
    def places(self) -> list[str]:
        """The place of each planned run's slot."""
        prefixes: dict[tuple[str, str, str], str] = {}
        found = []
        for run in self.runs:
            where = (run.method, run.dataset, run.problem)
            if where not in prefixes:
                prefixes[where] = relative_path("/".join([*where, "x"])).rpartition("/")[0]
            last = f"seed{run.seed}_noise{noise_text(run.noise)}_{run.identity}"
            found.append(f"{prefixes[where]}/{last}")
        return found

    @cached_property
    def own_places(self) -> list[str]:
        """The place of what the present code makes, or would make, of each planned run."""
        pairs = zip(self.places, self.code_now, strict=True)
        return [key_name(place, code) for place, code in pairs]

    @cached_property
    def code_now(self) -> list[str]:
        """The code that would make each planned run: of this machine or, unknown here, the plan."""
        here: dict[str, str] = {}
        for digest, setup in self.plan.setups.items():
            place = setup.target.rpartition(":")[0]
            if place not in ("", ELSEWHERE, "__main__"):
                here[digest] = source_of_method(setup.target, setup.settings)
        return [here.get(run.setup) or run.source for run in self.runs]

    @cached_property
    def chosen(self) -> NDArray[np.int64]:
        """For each planned run the row of the record that counts; -1 where there is none.

        That is the one of the present code, else of the code planned last, else the latest. Where
        that of the present code is damaged, the run is to be done again, and none counts.
        """
        rows_of, readable = self.rows_of, self._readable
        found = []
        for place, run, code in zip(self.places, self.runs, self.code_now, strict=True):
            rows = rows_of.get(place, [])
            if len(rows) == 1:
                found.append(rows[0] if readable[rows[0]] else -1)
            else:
                found.append(self._best(rows, key_name(place, code), code, run.source))
        return np.array(found, dtype=np.int64)

    def _best(self, rows: list[int], own: str, code: str, planned: str) -> int:
        good = [row for row in rows if self._readable[row]]
        mine = [row for row in rows if self.files.names[row] == f"{own}.json"]
        if not good or (mine and mine[0] not in good):
            return -1
        source, begun = self.records.words["source"], self.records.numbers["begun"]

        def rank(row: int) -> tuple[bool, bool, float]:
            made_by = source.words[source.codes[row]]
            return made_by == code, made_by == planned, float(begun[row])

        return max(good, key=rank)

    @cached_property
    def _readable(self) -> list[bool]:
        readable: list[bool] = self.records.words["fault"].where("").tolist()
        return readable

    @cached_property
    def newer(self) -> list[int]:
        """Records that a newer version of Rediscover made."""
        return self._in_order(np.flatnonzero(self.records.numbers["newer"]).tolist())

    @cached_property
    def damaged(self) -> list[int]:
        """Records that cannot be read, of planned runs that are to be done (again)."""
        newer = self.records.numbers["newer"]
        without = {self.places[k] for k in np.flatnonzero(self.chosen < 0).tolist()}
        rows = [
            row
            for row, readable in enumerate(self._readable)
            if not readable and not newer[row] and slot_of(self.files.names[row]) in without
        ]
        return self._in_order(rows)

    @cached_property
    def strays(self) -> list[int]:
        """Records that no plan holds: of no planned run, or made again since by other code."""
        held = {*self.chosen.tolist(), *self.newer, *self.damaged}
        if len(held - {-1}) == len(self.files.names):
            return []
        return self._in_order([row for row in range(len(self.files.names)) if row not in held])

    @cached_property
    def left_alone(self) -> set[int]:
        """Planned runs (by position) whose only record is of a newer version of Rediscover."""
        slots = {slot_of(self.files.names[row]) for row in self.newer}
        if not slots:
            return set()
        without = np.flatnonzero(self.chosen < 0).tolist()
        return {k for k in without if self.places[k] in slots}

    def _in_order(self, rows: list[int]) -> list[int]:
        return sorted(rows, key=lambda row: self.files.names[row])

    def key_of(self, place: int) -> str:
        """The key of the record that counts for a planned run; its own where there is none."""
        row = int(self.chosen[place])
        source = self.records.words["source"]
        code = source.words[source.codes[row]] if row >= 0 else self.code_now[place]
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
        source = self.records.words["source"]
        pairs = zip(self.chosen.tolist(), self.code_now, strict=True)
        return np.array(
            [row >= 0 and is_stale(source.words[source.codes[row]], code) for row, code in pairs],
            dtype=bool,
        )

    def scores(self) -> Scores:
        """The scorecards of the folder."""
        top = self.store.scores_folder
        files, scores = facts_of(Files.below(top), SCORE, score_row)
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
