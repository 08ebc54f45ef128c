"""Events: what a benchmark under way tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.running.results.contents.made import MadeSoFar
from bench.running.results.record import Record
from bench.running.results.run import Run


@dataclass(frozen=True)
class Planned:
    """The whole matrix, before anything runs.

    ``runs`` are all runs asked for, with results in ``folder``. ``done`` are those that have a
    record already and are not made again, and what it says. ``newer`` have one of a newer version
    of Rediscover, which is left alone. ``missing`` are methods whose engine is not there, and why:
    their runs are planned and are not started.
    """

    runs: tuple[Run, ...]
    done: tuple[tuple[Run, MadeSoFar], ...]
    missing: Mapping[str, str]
    folder: Path
    newer: int = 0

    @property
    def stale(self) -> int:
        """How many of those that are done other code of their methods made."""
        return sum(made.stale for _, made in self.done)


@dataclass(frozen=True)
class Damaged:
    """A record that could not be believed; its run is redone."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Started:
    """The clock of a run has started (``place``: which machine or job)."""

    run: Run
    place: str = ""


@dataclass(frozen=True)
class Finished:
    """A run has its record."""

    record: Record
    log: Path


@dataclass(frozen=True)
class Judged:
    """A run has its scorecard while others still run; ``solved`` is None where nobody can say."""

    run: Run
    solved: bool | None


@dataclass(frozen=True)
class Elsewhere:
    """Another process on the same folder holds this run."""

    run: Run


@dataclass(frozen=True)
class Note:
    """One line for a person to read."""

    text: str


Event = Planned | Damaged | Started | Finished | Judged | Elsewhere | Note
OnEvent = Callable[[Event], None]
