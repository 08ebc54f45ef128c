"""Results: a results folder from Python, as data frames."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.kinds import AnyProblem, kind_of
from bench.leaderboard import Board, LeaderboardError, make_leaderboard
from bench.leaderboard.groups import find_problems
from bench.leaderboard.rows import read_rows
from bench.leaderboard.singles import Truths, run_row, run_table
from bench.running.results.contents.holdings import Holdings
from bench.running.results.plan import PlannedRun
from bench.running.results.store import Store

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
        run; ``verdict_RULE`` and ``reason_RULE`` are the judge's words, and ``witness`` is a point
        at which prediction and truth differ.
        """
        import pandas as pd

        holdings = Holdings.of(Store(self.folder))
        truths = self.truths(holdings.runs)
        return pd.DataFrame(
            [run_row(holdings, place, truths) for place in range(len(holdings.runs))]
        )

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

    def truths(self, plan: Iterable[PlannedRun]) -> Truths:
        """The laws of the problems that ``plan`` names, as text, by dataset and problem."""
        wanted = {(planned.dataset, planned.problem) for planned in plan}
        return _laws(wanted, [self.folder], self.problems)


def read_runs(folders: Iterable[Path]) -> Board:
    """A table with a line for each run of ``folders`` that a leaderboard counts.

    Raises LeaderboardError as ``read_board`` does.
    """
    folders = list(folders)
    read = read_rows(folders)
    wanted = {(holdings.runs[place].dataset, holdings.runs[place].problem)
              for holdings, place in read.places}  # fmt: skip
    return Board({"table": run_table(read, _laws(wanted, folders, {}))}, read.frame, read.said)


def _laws(wanted: set[tuple[str, str]], folders: Iterable[Path], own: Problems) -> Truths:
    """The laws of problems, as text, by dataset and problem; those in ``own`` are at hand."""
    unknown = {dataset for dataset, name in wanted if (dataset, name) not in own}
    found: Problems = {**find_problems(unknown, folders), **own}
    known = {key: found[key] for key in wanted & set(found)}
    return {key: kind_of(one).in_brief(one).truth for key, one in known.items()}
