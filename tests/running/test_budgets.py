"""Budgets of CPU time hold for whatever a run starts, and a run that is kept waiting says so.

Nothing here looks at a clock on the wall: CPU time is what it is, on the busiest machine.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from toys import dataset, log_of

from bench import Budget, Task, Variable
from bench.running import Limits, LocalExecutor, MethodSpec, Record, Store, execute, matrix
from bench.running.measuring import waiting
from bench.running.measuring.counter import counts
from bench.running.measuring.pressure import stalled_seconds, too_busy
from bench.running.measuring.waiting import Waiting, is_starved

BUSY = Path(__file__).with_name("busy_methods.py")
GRACE = 0.2
WALL = 120.0  # never reached


def run_each(
    folder: Path, name: str, budget: Budget, settings: Sequence[Mapping[str, Any]]
) -> dict[str, Record]:
    """A run of the method with each of ``settings``, one after the other; by their values."""
    specs = [
        MethodSpec("_".join(map(str, one.values())) or name, f"{BUSY}:{name}", one)
        for one in settings
    ]
    datasets = {"toy": dataset(1)}
    runs = matrix(specs, datasets, budget=budget)
    execute(runs, datasets, Store(folder), LocalExecutor(1), limits=Limits(grace=GRACE))
    return {record.run.method.label: record for record in Store(folder).records()}


def run(folder: Path, name: str, budget: Budget, **settings: Any) -> Record:
    (record,) = run_each(folder, name, budget, [settings]).values()
    return record


def run_kept(folder: Path, name: str, budget: Budget, **settings: Any) -> list[Record]:
    """Three runs in one worker."""
    spec = MethodSpec(name, f"{BUSY}:{name}", settings, worker={"start": "keep"})
    datasets = {"toy": dataset(1)}
    runs = matrix([spec], datasets, budget=budget, seeds=range(3))
    execute(runs, datasets, Store(folder), LocalExecutor(1), limits=Limits(grace=GRACE))
    return list(Store(folder).records())


WAYS = ("here", "threads", "child", "short", "unwaited", "program")


def test_cpu_time_ends_a_run_whoever_in_it_uses_it(tmp_path: Path) -> None:
    budget = Budget(seconds=WALL, cpu_seconds=0.5)
    records = run_each(tmp_path, "Burns", budget, [{"how": how} for how in WAYS])
    assert set(records) == set(WAYS)
    for how, record in records.items():
        assert record.status == "timeout", (how, record.message)
        assert record.message == "still running after 0.7 s of CPU time; budget and grace are over"
        assert 0.7 <= record.resources.cpu_seconds <= 0.7 + 0.2, how
        assert record.discovery is not None
        assert record.discovery.best.expression == "x0*x1"  # the last report counts


def test_the_cpu_time_of_a_run_is_that_of_its_whole_family(tmp_path: Path) -> None:
    budget = Budget(seconds=WALL, cpu_seconds=20.0)
    settings = [{"how": how, "seconds": 0.5} for how in WAYS]
    for label, record in run_each(tmp_path, "Burns", budget, settings).items():
        assert record.status == "ok", (label, record.message)
        # Without a counter, what a process used since it was last looked at is lost where nobody
        # waits for it.
        least = 0.5 - 2 * 0.06 if "unwaited" in label and not counts() else 0.49
        assert least <= record.resources.cpu_seconds < 1.5, label
        told = float(log_of(tmp_path, record).split()[1])
        assert told == pytest.approx(record.resources.cpu_seconds, abs=0.2), label


def test_a_worker_that_is_kept_is_charged_for_each_run_by_itself(tmp_path: Path) -> None:
    budget = Budget(seconds=WALL, cpu_seconds=20.0)
    records = run_kept(tmp_path, "Burns", budget, how="short", seconds=0.2)
    assert [record.status for record in records] == ["ok"] * 3
    assert all(0.15 < record.resources.cpu_seconds < 0.6 for record in records)


def test_a_method_sees_what_is_left_of_both(tmp_path: Path) -> None:
    budget = Budget(seconds=WALL, cpu_seconds=0.5)
    settings = [{"forked": False}, {"forked": True}]
    for record in run_each(tmp_path, "Asks", budget, settings).values():
        assert record.status == "ok", record.message
        first, last = (line.split()[1:] for line in log_of(tmp_path, record).splitlines())
        assert float(first[0]) > WALL - 60 > 0
        assert 0.3 < float(first[1]) <= 0.5
        assert 0.6 < float(first[2]) <= 1.0
        assert [float(last[1]), float(last[2])] == [0.0, 0.0]
        assert 0.5 <= record.resources.cpu_seconds < 0.7


def test_without_a_limit_of_cpu_time_only_the_clock_counts(tmp_path: Path) -> None:
    record = run(tmp_path, "Burns", Budget(seconds=WALL), seconds=0.1)
    assert record.status == "ok"
    task = _task(Budget(seconds=WALL))
    assert task.remaining().cpu_seconds is None
    assert task.remaining().share == pytest.approx(task.remaining().seconds / WALL, abs=0.1)


def _task(budget: Budget) -> Task:
    import numpy as np

    return Task(np.ones((2, 1)), np.ones(2), (Variable("x0"),), budget=budget)


def test_outside_a_run_the_clock_starts_when_it_is_first_asked() -> None:
    end = time.process_time() + 0.05
    task = _task(Budget(seconds=WALL, cpu_seconds=0.1))
    while time.process_time() < end:
        pass
    assert task.remaining().share > 0.9
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    left = task.remaining()
    assert (left.cpu_seconds, left.share) == (0.0, 0.0)
    assert left.seconds > 0


def test_another_budget_of_cpu_time_is_another_run() -> None:
    digests = {
        matrix([MethodSpec("m", "m:M")], {"toy": dataset(1)}, budget=budget)[0].digest
        for budget in (Budget(), Budget(cpu_seconds=1), Budget(cpu_seconds=2), Budget.of_cpu(2))
    }
    assert len(digests) == 4
    same = (Budget(cpu_seconds=2), Budget(cpu_seconds=2.0))
    assert len({matrix([MethodSpec("m", "m:M")], {"toy": dataset(1)}, budget=one)[0].digest
                for one in same}) == 1  # fmt: skip


@contextlib.contextmanager
def burners(processor: int, count: int) -> Iterator[None]:
    """So many programs that use all they get of one processor."""
    code = (
        f"import os\nos.sched_setaffinity(0, {{{processor}}})\nprint(flush=True)\nwhile True: pass"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        for _ in range(count)
    ]  # fmt: skip
    try:
        for one in started:
            assert one.stdout is not None
            one.stdout.readline()
        yield
    finally:
        for one in started:
            one.kill()
            one.wait()
            assert one.stdout is not None
            one.stdout.close()


linux = pytest.mark.skipif(sys.platform != "linux", reason="waits are counted on Linux")


@linux
def test_a_run_that_shares_its_processor_is_starved(tmp_path: Path) -> None:
    processor = min(os.sched_getaffinity(0))
    with burners(processor, 2):
        budget = Budget(seconds=WALL, cpu_seconds=30.0)
        record = run(tmp_path, "Pinned", budget, processor=processor, seconds=0.4)
    used = record.resources
    assert record.status == "ok", record.message
    assert used.starved is True
    assert used.waited_seconds is not None
    assert used.waited_seconds > 0.25 * used.cpu_seconds  # what starved means
    assert record.provenance["load"] > 0


@linux
def test_a_run_with_more_threads_than_its_budget_waits_for_itself(tmp_path: Path) -> None:
    processor = min(os.sched_getaffinity(0))
    budget = Budget(seconds=WALL, cpu_seconds=30.0)
    record = run(tmp_path, "Pinned", budget, processor=processor, seconds=1.0, threads=4)
    used = record.resources
    assert used.waited_seconds is not None
    # Three of its four threads wait at any time. Of that, only what others took counts: what it
    # is short of the one processor it was given.
    assert used.waited_seconds <= max(0.0, used.wall_seconds - used.cpu_seconds) + 0.2


@linux
def test_waits_are_those_of_every_thread_and_process() -> None:
    processor = min(os.sched_getaffinity(0))
    code = (
        "import os, threading, hashlib\n"
        f"os.sched_setaffinity(0, {{{processor}}})\n"
        "def work():\n  while True: hashlib.sha256(bytes(1 << 20))\n"
        "threading.Thread(target=work).start()\nprint(flush=True)\nthreading.Event().wait()"
    )
    with burners(processor, 1):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            process.stdout.readline()
            waits = Waiting(threads=1)
            end = time.monotonic() + 1.0
            while time.monotonic() < end:
                waits.look({process.pid})
                time.sleep(0.05)
            waited = waits.seconds()
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
    assert waited is not None
    assert waited > 0.1  # its first thread, which sleeps, waited for nothing


@linux
def test_where_threads_are_not_counted_the_pressure_of_the_machine_stands_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "source", lambda: "pressure")
    if stalled_seconds() is None:
        assert Waiting(threads=1).seconds() is None
        return
    with burners(min(os.sched_getaffinity(0)), 2):
        waits = Waiting(threads=1)
        waits.look({os.getpid()})
        end = time.monotonic() + 60  # the kernel adds up every two seconds
        while not waits.seconds() and time.monotonic() < end:
            time.sleep(0.1)
        assert waits.seconds()


@linux
def test_a_machine_at_work_is_too_busy_to_measure_on() -> None:
    with contextlib.ExitStack() as stack:
        for processor in os.sched_getaffinity(0):
            stack.enter_context(burners(processor, 1))
        assert "processors" in (too_busy() or "")


def test_short_runs_are_not_starved_and_what_is_not_known_is_not_said() -> None:
    assert is_starved(0.4, 0.1, 0.3) is False
    assert is_starved(0.6, 0.1, 0.3) is True
    assert is_starved(0.6, 0.4, 0.1) is False
    assert is_starved(10.0, 0.4, None) is None


@pytest.mark.parametrize("how", ["thread", "child"])
def test_what_a_run_leaves_behind_is_not_there_in_the_next(tmp_path: Path, how: str) -> None:
    records = run_kept(tmp_path, "Stays", Budget(seconds=WALL), how=how)
    assert [record.status for record in records] == ["ok"] * 3
    assert {log_of(tmp_path, record).strip() for record in records} == {"run 1"}
    best = [record.discovery and record.discovery.best.expression for record in records]
    assert best == ["x0*x1"] * 3


@pytest.mark.parametrize("keep", [False, True])
def test_a_child_does_not_answer_for_the_method(tmp_path: Path, keep: bool) -> None:
    budget = Budget(seconds=WALL)
    if keep:
        records = run_kept(tmp_path, "Answers", budget, how="returns")
    else:
        settings = [{"how": how} for how in ("returns", "reports", "raises")]
        records = list(run_each(tmp_path, "Answers", budget, settings).values())
    assert len(records) == 3
    for record in records:
        assert record.status == "ok", record.message
        assert record.discovery is not None
        assert record.discovery.best.expression == "x0*x1"
        assert [report.expression for report in record.reports] == ["x0"]
