"""Results: a results folder from Python, as data frames."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.kinds import AnyProblem, kind_of
from bench.leaderboard import LeaderboardError, make_leaderboard
from bench.leaderboard.groups import find_problems
from bench.running.results.contents.holdings import Holdings
from bench.running.results.judging import read_score
from bench.running.results.plan import PlannedRun
from bench.running.results.record import Record, RecordError
from bench.running.results.store import Store, read_record

if TYPE_CHECKING:
    import pandas as pd

Problems = Mapping[tuple[str, str], AnyProblem]


class TemporaryFolder:
    """A folder that is there for as long as this object is."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="rediscover-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class Results:
    """What is in a results folder. It is read anew at every call, also while runs go on.

    ``problems`` are those that only this program has, by dataset and name; others are found by
    their names. ``keeper`` holds a temporary folder, which goes with the last object that has it.
    """

    folder: Path
    problems: Problems = field(default_factory=dict, repr=False)
    keeper: TemporaryFolder | None = field(default=None, repr=False)

    def runs(self) -> pd.DataFrame:
        """A row for each planned run: everything that is known of it.

        ``status`` is empty where a run has no record; ``prediction`` and ``truth`` are text.
        ``symbolic_RULE`` and the other measures are those of the leaderboard's columns, for one
        run; ``verdict_RULE`` and ``reason_RULE`` are the judge's words.
        """
        import pandas as pd

        holdings = Holdings.of(Store(self.folder))
        truths = self.truths(holdings.runs)
        rows = zip(holdings.runs, holdings.chosen.tolist(), strict=True)
        return pd.DataFrame([_row(holdings, planned, row, truths) for planned, row in rows])

    def leaderboard(self, by: str | Sequence[str] = ()) -> pd.DataFrame:
        """The leaderboard, as ``rediscover leaderboard`` makes it; ``by`` as its ``--by``."""
        return make_leaderboard([self.folder], [by] if isinstance(by, str) else by)

    def _repr_html_(self) -> str:
        """The leaderboard, for a notebook."""
        from html import escape

        from bench.leaderboard.writers import to_html

        try:
            return to_html(self.leaderboard())
        except LeaderboardError as error:
            return escape(str(error))

    def truths(self, plan: Iterable[PlannedRun]) -> dict[tuple[str, str], str | None]:
        """The laws of the problems that ``plan`` names, as text, by dataset and problem."""
        wanted = {(planned.dataset, planned.problem) for planned in plan}
        unknown = {dataset for dataset, name in wanted if (dataset, name) not in self.problems}
        found: Problems = {**find_problems(unknown, [self.folder]), **self.problems}
        known = {key: found[key] for key in wanted & set(found)}
        return {key: kind_of(one).in_brief(one).truth for key, one in known.items()}


def _row(
    holdings: Holdings,
    planned: PlannedRun,
    found: int,
    truths: Mapping[tuple[str, str], str | None],
) -> dict[str, Any]:
    """What is known of a planned run; ``found`` is the row of its record, or -1."""
    setup = holdings.runs.setup_of(planned)
    row = {
        "method": planned.method,
        "dataset": planned.dataset,
        "problem": planned.problem,
        "seed": planned.seed,
        "noise": planned.noise,
        "seconds": setup.seconds,
        "cpu_limit": setup.cpu_seconds,
        "settings": dict(setup.settings),
        "status": "",
        "message": "",
        "prediction": None,
        "truth": truths.get((planned.dataset, planned.problem)),
    }
    if found < 0:
        return row
    try:
        record = read_record(holdings.path(found))
    except (RecordError, FileNotFoundError):
        return row  # it has just been cleared away
    log = str(holdings.store.log_path(record.run.key))
    return {**row, **_of_record(record), "log": log, **_of_score(holdings.store, record)}


def _of_record(record: Record) -> dict[str, Any]:
    discovery, used = record.discovery, record.resources
    return {
        "disclosure": record.run.disclosure,
        "status": record.status,
        "message": record.message,
        "prediction": None if discovery is None else discovery.best.text,
        "wall_seconds": used.wall_seconds,
        "cpu_seconds": used.cpu_seconds,
        "memory_mb": used.peak_memory_mb,
        "starved": used.starved,
        "reports": len(record.reports),
    }


def _of_score(store: Store, record: Record) -> dict[str, Any]:
    judged = read_score(store, record.run.key)
    if judged is None or judged.run_digest != record.digest:
        return {}
    card = judged.card
    row: dict[str, Any] = dict(card.values)
    for rule in dict.fromkeys(rule for one in card.comparisons.values() for rule in one.verdicts):
        row[f"verdict_{rule}"] = card.answer_by(rule)
        row[f"reason_{rule}"] = card.reason_by(rule)
    return row
