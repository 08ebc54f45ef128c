"""Judging the records of a folder, with progress, and writing its leaderboard."""

from __future__ import annotations

from dataclasses import dataclass

from bench.cli import UserError
from bench.running.bar import ProgressBar
from bench.running.limits import processors
from bench.running.results.judging import Problems, judge_records
from bench.running.results.store import Store
from bench.scoring.pool import ScoringError
from bench.scoring.steps import ScoringLimits


@dataclass(frozen=True)
class Judge:
    """Scores what is in a store, for the problems it knows."""

    store: Store
    problems: Problems
    limits: ScoringLimits
    workers: int | None = None

    def judge_all(self, *, again: bool = False) -> int:
        """Score every record without a current scorecard; returns how many were scored."""
        records = self.store.records(lambda path, reason: None)
        with ProgressBar("judged") as progress:
            try:
                return judge_records(
                    self.store, records, self.problems, limits=self.limits,
                    workers=self.workers or processors(), again=again, on_progress=progress,
                )  # fmt: skip
            except ScoringError as error:
                raise UserError(str(error), 1) from None


def write_leaderboard(store: Store) -> None:
    """Write ``leaderboard.csv`` of a folder and show the table."""
    from bench.leaderboard import make_leaderboard
    from bench.leaderboard.writers import print_table, to_csv

    table = make_leaderboard([store.folder])
    path = store.folder / "leaderboard.csv"
    store.write_text(path, to_csv(table))
    print_table(table)
    print(f"leaderboard: {path}")
