"""Status: how far an experiment is, from its plan, its records and its leases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.running.results.contents.holdings import Holdings
from bench.running.results.contents.said import said_of
from bench.running.results.leases import Leases, lease_name
from bench.running.results.naming import MethodNames
from bench.running.results.store import Store


@dataclass(frozen=True)
class MethodStatus:
    """One method's runs, in one of its settings where it has several.

    ``planned`` in all, ``done`` by status, ``running`` now, ``stale`` done by other code than
    there is now, ``newer`` done by a newer version of Rediscover. ``seconds_left`` is what its
    other runs will take one after the other, judged by the mean of those that are done, or by the
    budget where none is.
    """

    method: str
    settings: str
    planned: int
    done: Mapping[str, int]
    running: int
    stale: int
    newer: int
    seconds_left: float

    @property
    def left(self) -> int:
        """Runs that are to be done, those running now among them."""
        return self.planned - sum(self.done.values()) - self.newer

    @property
    def failed(self) -> int:
        """Runs done with another status than ``ok``."""
        return sum(count for status, count in self.done.items() if status != "ok")

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {
            "method": self.method,
            "settings": self.settings,
            "planned": self.planned,
            "done": sum(self.done.values()),
            "ok": self.done.get("ok", 0),
            "failed": {s: n for s, n in sorted(self.done.items()) if s != "ok"},
            "running": self.running,
            "stale": self.stale,
            "newer": self.newer,
            "left": self.left,
            "seconds_left": round(self.seconds_left, 1),
        }


@dataclass(frozen=True)
class Running:
    """A run under way, and where."""

    run_id: str
    host: str
    pid: int


@dataclass(frozen=True)
class ExperimentStatus:
    """How far an experiment is; ``said`` are lines about what cannot be read."""

    methods: tuple[MethodStatus, ...]
    running: tuple[Running, ...]
    said: tuple[str, ...]

    @property
    def seconds_left(self) -> float | None:
        """Wall seconds to the end with as many runs at a time as now; None where none runs."""
        work = sum(method.seconds_left for method in self.methods)
        if not work:
            return 0.0
        return work / len(self.running) if self.running else None

    def as_dict(self) -> dict[str, Any]:
        """The status as plain JSON."""
        return {
            "methods": [method.as_dict() for method in self.methods],
            "running": [vars(run) for run in self.running],
            "said": list(self.said),
            "seconds_left": self.seconds_left,
        }


@dataclass
class _Count:
    """What is counted of one method in one of its settings."""

    planned: int = 0
    done: Counter[str] = field(default_factory=Counter)
    running: int = 0
    stale: int = 0
    newer: int = 0
    wall: float = 0.0
    budgets: float = 0.0
    left: int = 0

    def status(self, method: str, settings: str) -> MethodStatus:
        done = sum(self.done.values())
        seconds = self.left * self.wall / done if done else self.budgets
        return MethodStatus(
            method, settings, self.planned, dict(self.done), self.running, self.stale, self.newer,
            seconds,
        )  # fmt: skip


def experiment_status(store: Store, method: str = "") -> ExperimentStatus:
    """Read the status of the experiment in ``store``, of one method alone where it is named.

    Raises NoSuchMethod where the name says none or several.
    """
    holdings = Holdings.of(store)
    names = MethodNames.of(holdings.runs, holdings.plan.setups)
    wanted = names.chosen(method, holdings.runs) if method else None
    running = _running(store, holdings)
    counts = _counted(holdings, names.texts(holdings.runs), running)
    return ExperimentStatus(
        tuple(one.status(*key) for key, one in counts.items() if wanted in (None, key)),
        tuple(running.values()),
        tuple(said_of(holdings)),
    )


def _counted(
    holdings: Holdings, texts: list[str], running: Mapping[int, Running]
) -> dict[tuple[str, str], _Count]:
    """The counts by method and settings."""
    counts: dict[tuple[str, str], _Count] = defaultdict(_Count)
    status, wall = holdings.records.words["status"], holdings.records.numbers["wall_seconds"]
    words = [status.words[code] for code in status.codes.tolist()]
    seconds, stale = wall.tolist(), holdings.stale.tolist()
    budgets = {key: one.likely_seconds for key, one in holdings.plan.setups.items()}
    rows = holdings.chosen.tolist()
    for place, (run, text, row) in enumerate(zip(holdings.runs, texts, rows, strict=True)):
        count = counts[run.method, text]
        count.planned += 1
        count.running += place in running
        if row >= 0:
            count.done[words[row]] += 1
            count.wall += seconds[row]
            count.stale += stale[place]
        elif place in holdings.left_alone:
            count.newer += 1
        else:
            count.left += 1
            count.budgets += budgets.get(run.setup, 0.0)
    return counts


def _running(store: Store, holdings: Holdings) -> dict[int, Running]:
    """The planned runs that are under way, by position."""
    held = Leases(store.leases_folder).running()
    if not held:
        return {}
    found = {}
    for place, run in enumerate(holdings.runs):
        owner = held.get(lease_name(run.key))
        if owner is not None:
            found[place] = Running(run.id, owner.host, owner.pid)
    return found
