"""Progress: what has happened so far in a benchmark, counted from its events."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from bench.running.events import (
    Damaged,
    Elsewhere,
    Event,
    Finished,
    Judged,
    Note,
    Planned,
    Started,
)
from bench.running.failures import Failures
from bench.running.results.run import Run


@dataclass
class MethodProgress:
    """Counts of one method; ``clock`` is the sum of ``timed`` runs' seconds.

    ``judged`` are those of this command that were judged while others ran, ``solved`` some of them.
    """

    planned: int = 0
    done: int = 0
    failed: int = 0
    starved: int = 0
    timed: int = 0
    clock: float = 0.0
    budget: float = 0.0
    missing: str = ""
    judged: int = 0
    solved: int = 0

    @property
    def left(self) -> int:
        return 0 if self.missing else self.planned - self.done

    @property
    def mean_seconds(self) -> float:
        """What a run of it takes: the mean so far, the budget before the first."""
        return self.clock / self.timed if self.timed else self.budget


@dataclass
class Progress:
    """The state of a benchmark, moved on by ``take``."""

    methods: dict[str, MethodProgress] = field(default_factory=dict)
    running: dict[str, tuple[Run, float]] = field(default_factory=dict)
    damaged: list[Damaged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)
    failures: Failures = field(default_factory=Failures)
    _most_at_once: int = 1

    def take(self, event: Event) -> None:
        """Move on by one event."""
        if isinstance(event, Planned):
            self._plan(event)
        elif isinstance(event, Started):
            self.running[event.run.key] = (event.run, time.monotonic())
            self._most_at_once = max(self._most_at_once, len(self.running))
        elif isinstance(event, Finished):
            self.running.pop(event.record.run.key, None)
            record = event.record
            self._count(record.run, record.status, record.clock_seconds)
            self.methods[record.run.method.label].starved += bool(record.resources.starved)
            self.failures.add(record, event.log)
        elif isinstance(event, Judged):
            self.methods[event.run.method.label].judged += event.solved is not None
            self.methods[event.run.method.label].solved += event.solved is True
        elif isinstance(event, Elsewhere):
            self.elsewhere.add(event.run.key)
        elif isinstance(event, Damaged):
            self.damaged.append(event)
        elif isinstance(event, Note):
            self.notes.append(event.text)

    @property
    def planned(self) -> int:
        return sum(method.planned for method in self.methods.values())

    @property
    def done(self) -> int:
        return sum(method.done for method in self.methods.values())

    @property
    def failed(self) -> int:
        return sum(method.failed for method in self.methods.values())

    @property
    def starved(self) -> int:
        """Runs of this command that were kept from running."""
        return sum(method.starved for method in self.methods.values())

    @property
    def judged(self) -> int:
        """Runs of this command that have been judged."""
        return sum(method.judged for method in self.methods.values())

    @property
    def solved(self) -> int:
        """Runs of this command that have been judged, and are solved."""
        return sum(method.solved for method in self.methods.values())

    @property
    def left(self) -> int:
        """Runs without a record that can be run here."""
        return sum(method.left for method in self.methods.values())

    def seconds_left(self) -> float:
        """Wall seconds to the end, with as many runs at a time as there have been."""
        now = time.monotonic()
        work = sum(method.left * method.mean_seconds for method in self.methods.values())
        begun = sum(
            min(now - since, self.methods[run.method.label].mean_seconds)
            for run, since in self.running.values()
        )
        return max(0.0, work - begun) / self._most_at_once

    def _plan(self, event: Planned) -> None:
        for label, count in Counter(run.method.label for run in event.runs).items():
            self.methods[label] = MethodProgress(planned=count)
        for run in event.runs:
            self.methods[run.method.label].budget = run.budget.likely_seconds
        for label, reason in event.missing.items():
            self.methods[label].missing = reason
        for run, made in event.done:
            self._count(run, made.status, made.clock_seconds)

    def _count(self, run: Run, status: str, seconds: float) -> None:
        method = self.methods[run.method.label]
        method.done += 1
        method.failed += status != "ok"
        method.timed += 1
        method.clock += seconds


def duration(seconds: float) -> str:
    """``seconds`` in the two largest units that say something: ``3 min 20 s``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} days {whole % 86400 // 3600} h"
