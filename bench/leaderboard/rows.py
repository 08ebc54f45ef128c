"""One row per planned run, from the records and scorecards of results folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bench.basics.extension import ExtensionError
from bench.basics.paths import as_named
from bench.basics.words import counted, harmless
from bench.leaderboard.columns import Column, measures
from bench.leaderboard.lines.solved import ANSWERED, with_area
from bench.leaderboard.lines.tuned import with_tuning
from bench.leaderboard.lines.worst import with_kinds, with_worst
from bench.running.results.contents.columns import Array, Words, combined
from bench.running.results.contents.coverage import Coverage
from bench.running.results.contents.holdings import Holdings, Scores
from bench.running.results.contents.planned import PlannedRuns
from bench.running.results.contents.said import said_of
from bench.running.results.judging import judge_of
from bench.running.results.run import Setup
from bench.running.results.store import Store
from bench.scoring.steps import ScoringLimits, judging_code

if TYPE_CHECKING:
    import pandas as pd

_TEXTS = ("method", "settings", "disclosure", "dataset", "version", "problem", "kind", "status",
          "budget", "setup", "data_seed")  # fmt: skip
_FLAGS = ("pending", "missing", "unsealed", "starved", "unscored", "stale")
_NUMBERS = ("noise", "seed", "limit")
_COSTS = ("wall_seconds", "cpu_seconds", "memory_mb", "calls", "tokens", "money", "refused",
          "searches", ANSWERED)  # fmt: skip


class LeaderboardError(ValueError):
    """Folders that cannot be put into one table."""


@dataclass(frozen=True)
class RunRows:
    """The rows of some folders, and lines about what of them could not be read or is stale.

    ``setups`` are those that the column ``setup`` names; ``parts`` are the holdings of each folder
    and the positions of its rows in its plan, one folder's behind another's.
    """

    frame: pd.DataFrame
    said: tuple[str, ...]
    setups: Mapping[str, Setup]
    parts: Sequence[tuple[Holdings, Array]]

    @property
    def places(self) -> Iterator[tuple[Holdings, int]]:
        """For each row in which folder's holdings it stands, and at which position of the plan."""
        return ((holdings, row) for holdings, rows in self.parts for row in rows.tolist())


def read_rows(folders: Iterable[Path]) -> RunRows:
    """The planned runs of ``folders``, one row each, in the order of the plans.

    ``status`` is empty where there is no record of the run as it is planned now: then the run is
    ``pending`` or ``missing`` (see ``Coverage``). Measures are nan where a run has none, and the
    worst where it has no answer, or is missing and its method has records of others. Raises
    LeaderboardError where a folder has no plan, or two folders contradict each other.
    """
    found = _RowColumns.in_folders([_FolderRows.of(Store(folder)) for folder in folders])
    # By now the scorecards are let go: pandas takes as much room as those of 100,000 runs.
    frame = with_worst(with_area(with_kinds(_framed(found.columns))), found.summed, found.lost)
    stores = [holdings.store for holdings, _ in found.parts]
    frame = with_tuning(frame, stores, found.setups)
    return RunRows(frame, found.said, found.setups, found.parts)


def named_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame``, rows or table, with the settings of methods that have several in their names."""
    names = (frame["method"] + " " + frame["settings"]).str.rstrip()
    return frame.assign(method=names, settings="")


def _framed(columns: dict[str, Array]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns, copy=False)  # there may be a hundred thousand rows


@dataclass(frozen=True)
class _FolderRows:
    """What one folder contributes, a row for each of its planned runs."""

    holdings: Holdings
    scores: Scores
    scored: Array
    score_rows: Array

    @classmethod
    def of(cls, store: Store) -> _FolderRows:
        holdings = Holdings.of(store)
        if not holdings.runs:
            why = " ".join(said_of(holdings)) or "it has no plan.jsonl (rediscover run makes one)"
            raise LeaderboardError(f"'{store.folder}' is no results folder: {why}")
        scores = holdings.scores()
        of_files = scores.rows_for(holdings.files)
        rows = np.append(of_files, -1)[holdings.chosen]
        scored = rows >= 0
        if len(scores.files.names) and len(of_files):
            card, record = scores.columns, holdings.records
            scored &= card.words["fault"].where("")[rows]
            for name in ("digest", "answer"):
                scored &= card.numbers[name][rows] == record.numbers[name][holdings.chosen]
        return cls(holdings, scores, scored, rows)

    @cached_property
    def coverage(self) -> Coverage:
        """What has become of its planned runs."""
        return Coverage.of(self.holdings)

    @property
    def kinds(self) -> set[str]:
        """The kinds of the problems of its scorecards."""
        return set(self.score_words("kind", np.arange(len(self.scored)))) - {""}

    def record_words(self, name: str, rows: Array) -> Array:
        """A word of the records of planned runs; empty where there is none."""
        return _words(self.holdings.records.words[name], self.holdings.chosen[rows])

    def record_numbers(self, name: str, rows: Array) -> Array:
        """A number of the records of planned runs; 0 where there is none."""
        chosen = self.holdings.chosen[rows]
        found = np.append(self.holdings.records.numbers[name], [0])
        return np.where(chosen >= 0, found[chosen], 0)

    def score_words(self, name: str, rows: Array) -> Array:
        """A word of the scorecards of planned runs; empty where there is none that counts."""
        places = np.where(self.scored, self.score_rows, -1)[rows]
        return _words(self.scores.columns.words[name], places)

    def values(self, name: str, rows: Array) -> Array:
        """A metric of the scorecards of planned runs; nan where there is none."""
        columns = self.scores.columns
        if name not in columns.names:
            return np.full(len(rows), np.nan)
        places = np.where(self.scored, self.score_rows, -1)[rows]
        return np.append(columns.values[:, columns.names.index(name)], np.nan)[places]

    @cached_property
    def judged_by_others(self) -> Array:
        """Which planned runs have a scorecard of other code than there is now."""
        kinds, judges = (self.scores.columns.words[name] for name in ("kind", "judge"))
        pairs, first = combined([kinds, judges])
        differ = [
            _judging_now(kind) not in ("", judging_code(judge))
            for kind, judge in zip(
                kinds.take(first).texts(), judges.take(first).texts(), strict=True
            )
        ]
        by_card = np.append(np.array(differ, dtype=bool)[pairs], False)
        return by_card[np.where(self.scored, self.score_rows, -1)]

    def said(self) -> list[str]:
        """Lines about what could not be read, and what other code made."""
        holdings = self.holdings
        lines = said_of(holdings, self.scores)
        old = np.flatnonzero(holdings.stale).tolist()
        if old:
            names = ", ".join(dict.fromkeys(harmless(holdings.runs[row].method) for row in old))
            lines.append(
                f"{counted(len(old), 'record')} made by other code of {names} than there is now ("
                "the same rediscover run with --rerun-stale makes them again)"
            )
        count = int(self.judged_by_others.sum())
        if count:
            folder = as_named(holdings.store.folder)
            cards = counted(count, "scorecard")
            lines.append(f"{cards} made by other code of the judge (rediscover score {folder})")
        return lines


@dataclass(frozen=True)
class _RowColumns:
    """What is in some folders, column by column, and what else ``RunRows`` tells of them.

    ``summed`` are the measures that a table has; ``lost`` says why a scorecard has no answer.
    """

    columns: dict[str, Array]
    summed: Sequence[Column]
    lost: Words
    setups: Mapping[str, Setup]
    parts: Sequence[tuple[Holdings, Array]]
    said: tuple[str, ...]

    @classmethod
    def in_folders(cls, parts: Sequence[_FolderRows]) -> _RowColumns:
        picked = _picked(parts)
        runs = _runs_of(picked)
        # Of what kind those are that wait for their judge, nobody knows yet.
        judged = all(part.scored.all() for part in parts)
        summed = measures({kind for part in parts for kind in part.kinds} if judged else ())
        names = [ANSWERED, *(column.name for column in summed)]
        columns = _columns(picked, names)
        columns |= _of_plan(runs, columns.pop("elsewhere"), columns["disclosure"])
        lost = Words.of(columns.pop("lost"))
        columns = {one: columns[one] for one in (*_TEXTS, *_FLAGS, *_NUMBERS, *names)}
        said = tuple(line for part in parts for line in part.said())
        held = [(part.holdings, rows) for part, rows in picked]
        return cls(columns, summed, lost, runs.setups, held, said)


_Place: TypeAlias = tuple[_FolderRows, int]
"""A folder, and the position of one of its planned runs."""


def _words(words: Words, places: Array) -> Array:
    texts = np.append(words.texts(), "")
    return np.where(places >= 0, texts[places], "")


def _judging_now(kind: str) -> str:
    """The code that judges ``kind`` now; empty where that kind is not known here."""
    try:
        return judging_code(judge_of(kind, ScoringLimits())) if kind else ""
    except (LookupError, ExtensionError):
        return ""


def _picked(parts: Sequence[_FolderRows]) -> list[tuple[_FolderRows, Array]]:
    """The planned runs of all folders, each once: of those that have its record, the first."""
    if len(parts) == 1:
        return [(parts[0], np.arange(len(parts[0].holdings.runs)))]
    found: dict[str, _Place] = {}
    for part in parts:
        for row, place in enumerate(part.holdings.runs.places):
            other = found.setdefault(place, (part, row))
            if part is other[0] or part.holdings.chosen[row] < 0:
                continue
            if other[0].holdings.chosen[other[1]] < 0:
                found[place] = (part, row)
            else:
                found[place] = _better(other, (part, row))
    rows = [[row for one, row in found.values() if one is part] for part in parts]
    return [(part, np.array(own, dtype=np.int64)) for part, own in zip(parts, rows, strict=True)]


def _better(one: _Place, other: _Place) -> _Place:
    """Of two records of one run that which is of present code; both must agree if of the same."""
    facts = [
        (
            part.record_words("source", np.array([row]))[0],
            part.record_words("status", np.array([row]))[0],
            part.record_numbers("answer", np.array([row]))[0],
        )
        for part, row in (one, other)
    ]
    if facts[0][0] == facts[1][0] and facts[0] != facts[1]:
        raise LeaderboardError(
            f"run '{other[0].holdings.runs[other[1]].id}' gave another result in "
            f"'{other[0].holdings.store.folder}' than in the folders before it; leave one of them "
            "out"
        )
    part, row = one
    return other if part.holdings.stale[row] else one


def _columns(picked: Sequence[tuple[_FolderRows, Array]], names: Sequence[str]) -> dict[str, Array]:
    """What records and scorecards say of the rows, column by column."""
    chunks = [_of_part(part, rows, names) for part, rows in picked]
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


def _of_part(part: _FolderRows, rows: Array, names: Sequence[str]) -> dict[str, Array]:
    status = part.record_words("status", rows)
    asked = (status != "") & (status != "no_data")
    elsewhere = part.record_numbers("elsewhere", rows).astype(bool)
    scored = part.scored[rows] & asked
    columns: dict[str, Array] = {
        "status": status,
        "disclosure": part.record_words("disclosure", rows),
        "pending": part.coverage.pending[rows],
        "missing": part.coverage.missing[rows],
        "unsealed": part.record_numbers("unsealed", rows).astype(bool) & asked,
        "starved": part.record_numbers("starved", rows).astype(bool) & asked,
        "unscored": asked & ~scored,
        "stale": part.holdings.stale[rows] | part.judged_by_others[rows],
        "elsewhere": elsewhere,
        "kind": part.score_words("kind", rows),
        "lost": part.score_words("lost", rows),
    }
    for name in names:
        if name in _COSTS:
            known = asked & ~elsewhere
            columns[name] = np.where(known, part.record_numbers(name, rows), np.nan)
        else:
            columns[name] = np.where(scored, part.values(name, rows), np.nan)
    return columns


def _runs_of(picked: Sequence[tuple[_FolderRows, Array]]) -> PlannedRuns:
    """The runs at ``picked``, those of one folder after those of another."""
    return reduce(PlannedRuns.then, (part.holdings.runs.take(rows) for part, rows in picked))


_PLANNED = ("method", "dataset", "version", "problem", "setup", "data_seed")


def _of_plan(runs: PlannedRuns, elsewhere: Array, told: Array) -> dict[str, Any]:
    """What the plan says of the rows, column by column; ``told`` is the disclosure of records."""
    setups = runs.words("setup")
    known = [runs.setups.get(key) for key in setups.words]
    budgets = ["" if one is None else _budget_text(one) for one in known]
    limits = [np.nan if one is None else one.cpu_seconds or one.seconds for one in known]
    planned = Words(setups.codes, ["" if one is None else one.disclosure for one in known])
    return {
        **{name: runs.words(name).texts() for name in _PLANNED},
        "disclosure": np.where(told == "", planned.texts(), told),
        "limit": np.array(limits, dtype=np.float64)[setups.codes],
        "settings": runs.texts.texts(),
        "budget": np.where(elsewhere, "", Words(setups.codes, budgets).texts()),
        "noise": runs.noise,
        "seed": runs.seed,
    }


def _budget_text(setup: Setup) -> str:
    return f"{setup.seconds:g}" if setup.cpu_seconds is None else f"{setup.cpu_seconds:g} CPU"
