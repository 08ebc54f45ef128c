"""A bar for what is counted: live in a terminal or a notebook, a line now and then in a pipe."""

from __future__ import annotations

import time
from typing import TextIO

_LINE_SECONDS = 5.0


class ProgressBar:
    """``progress(done, total)``: a bar in a terminal, a line every few seconds in a pipe.

    In a terminal something moves all the time, however long the first of them takes.

    No line is printed twice; after a first one there is one for the end.
    """

    def __init__(self, word: str, file: TextIO | None = None) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TimeRemainingColumn,
        )

        self.word = word
        self._next_line = time.monotonic() + _LINE_SECONDS
        self._bar = Progress(
            SpinnerColumn("line"), "{task.description}", BarColumn(), MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(file=file), transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task(word, total=None)
        self._counts = self._printed = ""
        self._live = self._bar.console.is_terminal or self._bar.console.is_jupyter

    def __enter__(self) -> ProgressBar:
        if self._live:
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._live:
            self._bar.stop()
        elif self._printed:
            self._print()

    def __call__(self, done: int, total: int) -> None:
        self._counts = f"{done}/{total}"
        if self._live:
            self._bar.update(self._task, completed=done, total=total)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_SECONDS
            self._print()

    def _print(self) -> None:
        if self._counts != self._printed:
            self._printed = self._counts
            print(f"{self._counts} {self.word}", file=self._bar.console.file, flush=True)
