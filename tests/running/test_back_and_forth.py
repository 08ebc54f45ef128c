"""Settings, budgets, seeds, noise and code changed back and forth: nothing is lost or run twice."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from toys import dataset

from bench.method import Budget, Discovery
from bench.running import Limits, MethodSpec, Record, Resources, Store, execute, matrix
from bench.running.events import Event, Finished, Planned
from bench.running.perform import Job
from bench.running.results.contents.holdings import Holdings
from bench.running.results.contents.prune import prune, waste_in
from bench.running.results.contents.status import experiment_status

CODE = {"old": "a" * 64, "new": "b" * 64}
METHOD = "methods.linear:Linear"
PLACE = "bench.running.results.contents.holdings.source_of_method"
"""Asked for the code there is: here, as where that is not known, it is what was planned last."""


@dataclass
class Writing:
    """An executor that writes down what it is given to run, and a record of it."""

    ran: list[str] = field(default_factory=list)

    def run(self, jobs: Sequence[Job], store: Store, limits: Limits) -> Iterator[Event]:
        for job in jobs:
            self.ran.append(job.run.key)
            found = Discovery.of("x0")
            begun = {"begun": f"2026-01-01T00:00:{len(self.ran) % 60:02d}+00:00"}
            record = Record(job.run, "ok", "", found, (), Resources(1.0, 1.0, 1.0), begun)
            store.write(record)
            yield Finished(record, store.log_path(job.run.key))


SEEDS = st.lists(st.integers(0, 2), min_size=1, max_size=3)
NOISE = st.lists(st.sampled_from([0, 0.0, 0.01]), min_size=1, max_size=2)


class BackAndForth(RuleBasedStateMachine):
    """``made`` holds the code of each record by its slot, as they were made."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="back-and-forth-"))
        self.store = Store(self.folder)
        self.made: dict[str, set[str]] = {}
        self.now: dict[str, str] = {}
        self.unknown_code = patch(PLACE, lambda target, settings: "")
        self.unknown_code.start()

    def teardown(self) -> None:
        self.unknown_code.stop()
        shutil.rmtree(self.folder)

    @rule(
        setting=st.integers(0, 1), seconds=st.sampled_from([2, 3.0]), seeds=SEEDS, noise=NOISE,
        code=st.sampled_from(sorted(CODE)), again=st.booleans(),
    )  # fmt: skip
    def run(
        self, setting: int, seconds: float, seeds: list[int], noise: list[float], code: str,
        again: bool,
    ) -> None:  # fmt: skip
        method = MethodSpec("m", METHOD, {"setting": setting}, CODE[code])
        datasets = {"toy": dataset(1)}
        budget = Budget(seconds=seconds)
        runs = matrix([method], datasets, seeds=seeds, noise=noise, budget=budget)
        assert len(runs) == len(set(seeds)) * len(set(noise))
        code = runs[0].method.source
        todo = [
            one.key
            for one in runs
            if not self.made.get(one.slot) or (again and code not in self.made[one.slot])
        ]
        executor, events = Writing(), list[Event]()
        execute(runs, datasets, self.store, executor, rerun_stale=again, on_event=events.append)
        assert executor.ran == todo
        (planned,) = (event for event in events if isinstance(event, Planned))
        stale = sum(code not in self.made[one.slot] for one in runs if one.slot in self.made)
        assert planned.stale == (0 if again else stale)
        for one in runs:
            self.now[one.slot] = code
            if one.key in todo:
                self.made.setdefault(one.slot, set()).add(code)

    @rule()
    def prune(self) -> None:
        superseded = {
            slot: codes - {self.now[slot]}
            for slot, codes in self.made.items()
            if self.now[slot] in codes
        }
        waste = waste_in(self.store)
        assert len(waste.records) >= sum(map(len, superseded.values()))
        prune(self.store, waste)
        self.made = {
            slot: {record.run.method.source for record in self.store.records()
                   if record.run.slot == slot}
            for slot in self.made
        }  # fmt: skip
        assert all(self.made.values())
        for slot, codes in superseded.items():
            assert not codes & self.made[slot]

    @invariant()
    def nothing_is_lost(self) -> None:
        kept: dict[str, set[str]] = {}
        for record in self.store.records():
            kept.setdefault(record.run.slot, set()).add(record.run.method.source)
        assert kept == self.made
        plan = self.store.plan()
        assert set(plan.runs) == set(self.now) and not plan.unread
        assert {slot: run.source for slot, run in plan.runs.items()} == self.now

    @invariant()
    def the_status_says_so(self) -> None:
        status = experiment_status(self.store)
        assert sum(method.planned for method in status.methods) == len(self.now)
        assert sum(method.left for method in status.methods) == 0
        stale = sum(self.now[slot] not in codes for slot, codes in self.made.items())
        assert sum(method.stale for method in status.methods) == stale
        settings = {(one.method, one.settings) for one in status.methods}
        assert len(settings) == len(status.methods)
        assert len(Holdings.of(self.store).runs) == len(self.now)


BackAndForth.TestCase.settings = settings(max_examples=12, stateful_step_count=10, deadline=None)
TestBackAndForth = BackAndForth.TestCase
