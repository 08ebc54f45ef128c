"""Status: how far an experiment is, from its plan, its records and its leases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.running.results.contents.columns import Rows, combined
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


def experiment_status(store: Store, method: str = "") -> ExperimentStatus:
    """Read the status of the experiment in ``store``, of one method alone where it is named.

    Raises NoSuchMethod where the name says none or several.
    """
    holdings = Holdings.of(store)
    runs = holdings.runs
    names = MethodNames.of(runs.samples, runs.setups)
    wanted = names.chosen(method, runs.samples) if method else None
    running = _running(store, holdings)
    codes, first = combined([runs.words("method"), runs.texts])
    counted = [
        _counted(holdings, np.flatnonzero(codes == one), running)
        for one, row in enumerate(first.tolist())
        if wanted in (None, (runs[row].method, names.text(runs[row])))
    ]
    return ExperimentStatus(tuple(counted), tuple(running.values()), tuple(said_of(holdings)))


def _counted(holdings: Holdings, places: Rows, running: Mapping[int, Running]) -> MethodStatus:
    """The status of the planned runs at ``places``, which are of one method in one setting."""
    runs, rows = holdings.runs, holdings.chosen[places]
    done, without = rows[rows >= 0], places[rows < 0]
    status = holdings.records.words["status"]
    counts = np.bincount(status.codes[done], minlength=len(status.words)).tolist()
    newer = np.isin(without, list(holdings.left_alone))
    left = without[~newer]
    first = int(places[0])
    return MethodStatus(
        method=runs[first].method,
        settings=runs.texts.words[runs.texts.codes[first]],
        planned=len(places),
        done={word: count for word, count in zip(status.words, counts, strict=True) if count},
        running=int(np.isin(places, list(running)).sum()),
        stale=int(holdings.stale[places].sum()),
        newer=int(newer.sum()),
        seconds_left=_seconds_left(holdings, done, left),
    )


def _seconds_left(holdings: Holdings, done: Rows, left: Rows) -> float:
    """What the runs ``left`` will take, by the records that are ``done`` or by their budgets."""
    if len(done):
        return len(left) * float(holdings.records.numbers["clock_seconds"][done].mean())
    setups, known = holdings.runs.words("setup"), holdings.runs.setups
    likely = [known[key].likely_seconds if key in known else 0.0 for key in setups.words]
    return float(np.array(likely)[setups.codes[left]].sum())


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
