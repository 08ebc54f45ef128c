"""Judging the records of a folder, with progress, and writing its leaderboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.basics.paths import as_named
from bench.cli import UserError
from bench.running.failures import Failures
from bench.running.limits import processors
from bench.running.progress.bar import ProgressBar
from bench.running.results.contents.made import failed_or_unjudged
from bench.running.results.judging import Problems, judge_records, judges_of
from bench.running.results.record import Record
from bench.running.results.store import Store
from bench.scoring.pool import ScoringError
from bench.scoring.steps import ScoringLimits


@dataclass(frozen=True)
class Judge:
    """Scores what is in a store, for the problems it knows; ``failures`` are all it came by.

    ``wanted`` says which records; all where it is None.
    """

    store: Store
    problems: Problems
    limits: ScoringLimits
    workers: int | None = None
    wanted: Callable[[Record], bool] | None = None
    failures: Failures = field(default_factory=Failures)

    def judge_all(self, *, again: bool = False) -> int:
        """Score every record without a current scorecard; returns how many were scored."""
        with ProgressBar("judged") as progress:
            try:
                return judge_records(
                    self.store, self._records(again), self.problems, limits=self.limits,
                    workers=self.workers or processors(), again=again, on_progress=progress,
                )  # fmt: skip
            except ScoringError as error:
                raise UserError(str(error), 1) from None

    def _records(self, again: bool) -> Iterator[Record]:
        judges = () if again else judges_of(self.problems, self.limits).values()
        for record in failed_or_unjudged(self.store, judges):
            if self.wanted is None or self.wanted(record):
                self.failures.add(record, self.store.log_path(record.run.key))
                yield record


def write_leaderboard(store: Store) -> None:
    """Write and show the table of each kind in a folder, their manifest, and what is stale."""
    from bench.leaderboard import read_board
    from bench.leaderboard.verification.manifest import write_tables
    from bench.leaderboard.writers import print_table

    board = read_board([store.folder])
    paths = write_tables(store, board)
    for table in board.tables.values():
        print_table(table)
    for line in board.said:
        print(line)
    print(f"leaderboard: {', '.join(map(as_named, paths))}")
