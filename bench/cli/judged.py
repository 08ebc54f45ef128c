"""Judging the records of a folder, with progress, and writing its leaderboard."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.cli import UserError
from bench.running.executors.local import processors
from bench.running.results.judging import Problems, judge_records
from bench.running.results.store import Store
from bench.scoring.pool import ScoringError
from bench.scoring.steps import ScoringLimits

_LINE_SECONDS = 5.0


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


class ProgressBar:
    """``progress(done, total)``: a bar in a terminal, a line every few seconds in a pipe."""

    def __init__(self, word: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        self.word = word
        self._next_line = time.monotonic() + _LINE_SECONDS
        self._bar = Progress(
            "{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=Console(), transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task(word, total=None)

    def __enter__(self) -> ProgressBar:
        if self._bar.console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar.console.is_terminal:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        if self._bar.console.is_terminal:
            self._bar.update(self._task, completed=done, total=total)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_SECONDS
            print(f"{done}/{total} {self.word}", flush=True)
