"""Status: how far an experiment is, from its plan, its records and its leases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.running.results.leases import Leases, lease_name
from bench.running.results.plan import PlannedRun
from bench.running.results.store import Store


@dataclass(frozen=True)
class MethodStatus:
    """One method's runs: ``planned`` in all, ``done`` by status, ``running`` now.

    ``seconds_left`` is what its other runs will take one after the other, judged by the mean of
    those that are done, or by the budget where none is.
    """

    method: str
    planned: int
    done: Mapping[str, int]
    running: int
    seconds_left: float

    @property
    def left(self) -> int:
        """Runs without a record, those running now among them."""
        return self.planned - sum(self.done.values())

    @property
    def failed(self) -> int:
        """Runs done with another status than ``ok``."""
        return sum(count for status, count in self.done.items() if status != "ok")


@dataclass(frozen=True)
class Running:
    """A run under way, and where."""

    run_id: str
    host: str
    pid: int


@dataclass(frozen=True)
class ExperimentStatus:
    """How far an experiment is.

    ``damaged`` are records that will be redone, and why; ``strays`` damaged files that no planned
    run writes, and nobody will.
    """

    methods: tuple[MethodStatus, ...]
    running: tuple[Running, ...]
    damaged: Mapping[Path, str]
    strays: Mapping[Path, str]

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
            "methods": [
                {
                    "method": method.method,
                    "planned": method.planned,
                    "done": sum(method.done.values()),
                    "ok": method.done.get("ok", 0),
                    "failed": {s: n for s, n in sorted(method.done.items()) if s != "ok"},
                    "running": method.running,
                    "left": method.left,
                    "seconds_left": round(method.seconds_left, 1),
                }
                for method in self.methods
            ],
            "running": [vars(run) for run in self.running],
            "damaged": {str(path): reason for path, reason in self.damaged.items()},
            "strays": {str(path): reason for path, reason in self.strays.items()},
            "seconds_left": self.seconds_left,
        }


def experiment_status(store: Store) -> ExperimentStatus:
    """Read the status of the experiment in ``store``.

    A record counts as done where its digest is the plan's; one of other settings does not.
    """
    plan = store.plan()
    done: dict[str, Counter[str]] = defaultdict(Counter)
    wall: dict[str, float] = defaultdict(float)
    left = dict(plan)
    damaged: dict[Path, str] = {}
    for record in store.records(lambda path, reason: damaged.update({path: reason})):
        planned = plan.get(record.run.id)
        if planned is not None and planned.digest == record.digest:
            done[planned.method][record.status] += 1
            wall[planned.method] += record.resources.wall_seconds
            left.pop(planned.id, None)
    running = _running(store, left)
    planned_paths = {store.record_path(run_id) for run_id in left} if damaged else set()
    strays = {path: damaged.pop(path) for path in damaged.keys() - planned_paths}
    methods = _by_method(plan, left, done, wall, running)
    return ExperimentStatus(methods, running, damaged, strays)


def _running(store: Store, left: Mapping[str, PlannedRun]) -> tuple[Running, ...]:
    held = Leases(store.leases_folder).running()
    if not held:
        return ()
    owners = {run_id: held.get(lease_name(run_id)) for run_id in left}
    return tuple(
        Running(run_id, owner.host, owner.pid)
        for run_id, owner in owners.items()
        if owner is not None
    )


def _by_method(
    plan: Mapping[str, PlannedRun],
    left: Mapping[str, PlannedRun],
    done: Mapping[str, Counter[str]],
    wall: Mapping[str, float],
    running: tuple[Running, ...],
) -> tuple[MethodStatus, ...]:
    planned = Counter(run.method for run in plan.values())
    under_way = Counter(plan[run.run_id].method for run in running)
    seconds: dict[str, float] = defaultdict(float)
    for run in left.values():
        finished = sum(done[run.method].values()) if run.method in done else 0
        seconds[run.method] += wall[run.method] / finished if finished else run.likely_seconds
    return tuple(
        MethodStatus(
            method, planned[method], dict(done.get(method, {})), under_way[method], seconds[method]
        )
        for method in planned
    )
