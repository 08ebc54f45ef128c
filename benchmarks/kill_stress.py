"""Kill a benchmark with SIGKILL at random moments, again and again, and look what is left.

    python -m benchmarks.kill_stress [--runs 200] [--kills 50] [--workers 2] [--seed 0]

Every round starts the same benchmark, kills it after a random time (the runner alone, or at one
stroke the runner and all it has started, as when the machine goes down) and then checks that no
process of it lives on and that every record is whole. At the end, every planned run must have
exactly one record, and none that was finished may have run again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench import Budget
from bench.running import LocalExecutor, MethodSpec, Store, execute, matrix
from benchmarks import short_runs

RUN_SECONDS = 0.1


def main() -> None:
    """Parse the command line, run the stress, print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--benchmark-in", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.benchmark_in:
        benchmark(options.benchmark_in, options.runs, options.workers)
        return
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(stress(Path(folder, "results"), options), indent=1))


def benchmark(folder: Path, runs: int, workers: int) -> None:
    """The benchmark under stress: ``runs`` runs of a tenth of a second."""
    diary = f"{folder}.diary"
    Path(diary).touch()
    settings = {"diary": diary, "seconds": RUN_SECONDS}
    worker = {"write": [diary], "environment": ["KILL_STRESS"]}
    method = MethodSpec("short", f"{short_runs.HERE}:Short", settings, worker=worker)
    datasets = {"short": short_runs.dataset(1)}
    plan = matrix([method], datasets, seeds=range(runs), budget=Budget(seconds=10))
    execute(plan, datasets, Store(folder), LocalExecutor(workers))


def stress(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Kill and restart; raises AssertionError where anything is lost, double or left over."""
    chance = random.Random(options.seed)
    store = Store(folder)
    finished: set[int] = set()
    machine_wide = begun_before = killed_at_work = 0
    for _ in range(options.kills):
        process = start(folder, options)
        wait_for_the_moment(process, folder, begun_before, chance, options)
        victims = [process.pid]
        if chance.random() < 0.5:
            machine_wide += 1
            victims += descendants(process.pid)
        killed_at_work += process.poll() is None
        for victim in victims:
            kill(victim)
        process.wait()
        wait_until_gone(folder)
        again = finished & set(diary(folder)[begun_before:])
        assert not again, f"finished runs ran again: {sorted(again)}"
        begun_before = len(diary(folder))
        finished = {record.run.seed for record in store.records()}
    process = start(folder, options)
    assert process.wait() == 0
    again = finished & set(diary(folder)[begun_before:])
    assert not again, f"finished runs ran again: {sorted(again)}"
    records = list(store.records())
    assert sorted(record.run.seed for record in records) == list(range(options.runs))
    assert {record.run.slot for record in records} == set(store.plan().runs)
    assert {record.status for record in records} <= {"ok", "crash"}
    return {
        "runs": options.runs,
        "kills": options.kills,
        "of which while at work": killed_at_work,
        "of which machine-wide": machine_wide,
        "done when last killed": len(finished),
        "records": len(records),
        "ok": sum(record.status == "ok" for record in records),
        "begun": len(diary(folder)),
    }


def start(folder: Path, options: argparse.Namespace) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.kill_stress", "--benchmark-in", str(folder)]
    sizes = ["--runs", str(options.runs), "--workers", str(options.workers)]
    environment = {**os.environ, "KILL_STRESS": str(folder)}
    return subprocess.Popen([*command, *sizes], env=environment)


def wait_for_the_moment(
    process: subprocess.Popen[bytes],
    folder: Path,
    begun_before: int,
    chance: random.Random,
    options: argparse.Namespace,
) -> None:
    """Wait for a random moment: one time in five while it starts, else while it is at work."""
    if chance.random() < 0.2:
        time.sleep(chance.uniform(0.0, 0.6))
        return
    while process.poll() is None and len(diary(folder)) == begun_before:
        time.sleep(0.005)
    work = options.runs * RUN_SECONDS / options.workers
    time.sleep(chance.uniform(0.0, 2 * work / options.kills))


def descendants(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def wait_until_gone(folder: Path) -> None:
    """Wait for every process the killed benchmark has started to end by itself."""
    end = time.monotonic() + 10
    while left := [p for p in psutil.process_iter() if belongs(p, folder)]:
        assert time.monotonic() < end, f"left over: {left}"
        time.sleep(0.02)


def belongs(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get("KILL_STRESS") == str(folder)
    except psutil.Error:
        return False


def diary(folder: Path) -> list[int]:
    """The seeds of the runs that have begun, in order."""
    path = Path(f"{folder}.diary")
    return [int(line) for line in path.read_text().split()] if path.exists() else []


if __name__ == "__main__":
    main()
