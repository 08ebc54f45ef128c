"""What a person sees of a benchmark: a live table in a terminal, plain lines in a pipe."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bench.basics.paths import as_named
from bench.basics.words import counted
from bench.running.events import Event, Finished, Note, Planned
from bench.running.progress.counts import Progress, duration

_LINE_SECONDS = 5.0
_RUNS_SHOWN = 8
_STARVED = (
    "the machine is busy: a run was starved, it waited for a processor for more than a quarter of "
    "its CPU time (the column starved counts such runs; budgets of CPU seconds suffer least)"
)


class Display:
    """Shows events as they come; a context manager, and what ``execute`` takes as ``on_event``.

    On leaving it sums up the failures; on Ctrl-C it says how to go on. ``said`` are lines to be
    said before anything runs.
    """

    def __init__(self, console: Console | None = None, said: Sequence[str] = ()) -> None:
        self.console = console or Console()
        self._said = said
        self.progress = Progress()
        self._live = (
            Live(get_renderable=self._picture, console=self.console, refresh_per_second=4)
            if self.console.is_terminal or self.console.is_jupyter
            else None
        )
        self._next_line = time.monotonic() + _LINE_SECONDS
        self._warned = False
        self._said_last = ""

    def __enter__(self) -> Display:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()
        else:
            self._say_line()
        for text in self.progress.failures.lines():
            self._say(text)
        if kind is KeyboardInterrupt:
            self._say(
                f"stopped: {self.progress.done} of {self.progress.planned} runs are done and "
                "kept; the same command goes on from here"
            )

    def __call__(self, event: Event) -> None:
        self.progress.take(event)
        if isinstance(event, Planned):
            self._say_plan(event)
        elif isinstance(event, Note):
            self._say(event.text)
        elif isinstance(event, Finished):
            self._say_progress()

    def _say_progress(self) -> None:
        if self.progress.starved and not self._warned:
            self._warned = True
            self._say(_STARVED)
        if self._live is None:
            now = time.monotonic()
            if now >= self._next_line:
                self._next_line = now + _LINE_SECONDS
                self._say_line()

    def _say_line(self) -> None:
        """Say how far it is, where that is not what was said last."""
        counts = self._counts()
        if counts != self._said_last:
            self._said_last = counts
            self._say(f"[{self._clock()}] {counts}")

    def _say(self, text: str) -> None:
        self.console.print(Text(text), soft_wrap=True)

    def _say_plan(self, event: Planned) -> None:
        text = f"{counted(len(event.runs), 'run')} planned in {as_named(event.folder)}"
        if event.done:
            text += f", {len(event.done)} of them done before"
        self._say(text)
        if event.stale:
            records = counted(event.stale, "record")
            self._say(
                f"{records} made by other code of the method: kept (--rerun-stale makes them again)"
            )
        if event.newer:
            self._say(f"{counted(event.newer, 'run')} left to the newer version that made them")
        for line in self._said:
            self._say(line)
        for label, reason in event.missing.items():
            self._say(f"method '{label}' cannot run, its runs are left out: {reason}")

    def _clock(self) -> str:
        minutes, rest = divmod(int(time.monotonic() - self.progress.began), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"

    def _counts(self) -> str:
        progress = self.progress
        parts = [f"{progress.done}/{progress.planned} done", f"{progress.failed} failed"]
        if progress.judged:
            parts.append(f"{progress.solved} of {progress.judged} judged are solved")
        if progress.running:
            parts.append(f"{len(progress.running)} running")
        if progress.left:
            parts.append(f"about {duration(progress.seconds_left())} left")
        return ", ".join(parts)

    def _picture(self) -> Group:
        progress = self.progress
        line = Text(f"[{self._clock()}] {self._counts()}")
        return Group(_methods_table(progress), _running_table(progress), line)


def _methods_table(progress: Progress) -> Table:
    shares = ("solved / judged",) if progress.judged else ()
    table = Table("method", *("done", "failed", "left", "mean time", *shares), box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for label, method in progress.methods.items():
        table.add_row(
            Text(label),
            str(method.done),
            Text(str(method.failed), style="red" if method.failed else "dim"),
            "missing" if method.missing else str(method.left),
            f"{method.mean_seconds:.2f} s" if method.timed else "",
            *([f"{method.solved} / {method.judged}"] if shares else []),
        )
    return table


def _running_table(progress: Progress) -> Table:
    table = Table.grid(padding=(0, 2))
    now = time.monotonic()
    for run, since in list(progress.running.values())[:_RUNS_SHOWN]:
        clock = f"{now - since:.0f} of {run.budget.likely_seconds:g} s"
        table.add_row(Text(f"  {run.id}", style="cyan"), clock)
    more = len(progress.running) - _RUNS_SHOWN
    if more > 0:
        table.add_row(f"  and {more} more", "")
    return table
