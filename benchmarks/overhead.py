"""What the harness itself costs.

    python -m benchmarks.overhead [throughput] [overrun] [records] [--records 100000]

``throughput``: 500 runs of a method that answers at once, on two workers, from data to record,
against SRBench's way measured beside it: a Python process for every run that imports pandas,
scikit-learn and SymPy, reads the data, fits and writes a JSON file; two at a time, too. And what
of a run its walls cost: forks that put them up and take their folder away, and forks that do not,
in turn.

``overrun``: 32 runs of a method that spins for ever, two and then eight at a time: by how much
the longest outlives its budget and grace.

``records``: a results folder of 100,000 records and as many scorecards: seconds to plan, and
seconds and peak memory of ``rediscover status`` and ``rediscover leaderboard`` on it, the first
time and again, with the index. On a busy machine the CPU seconds tell more.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench import Budget, Candidate, Discovery
from bench.kinds.metrics import metrics_of
from bench.problems import Dataset, load_dataset
from bench.running import (
    Limits,
    LocalExecutor,
    MethodSpec,
    Record,
    Report,
    Resources,
    Run,
    Store,
    execute,
    matrix,
)
from bench.running.results.judging import KeptScore, judge_of
from bench.running.seal.folder import Base
from bench.running.seal.paths import blueprint
from bench.running.seal.walls import Cell, Walls
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import ScoringLimits
from benchmarks import short_runs

RUNS = 500
WORKERS = 2
FORKS = 200
INSTANT = f"{Path(__file__).with_name('instant.py')}:Instant"
PROCESSES = 30  # SRBench's way is slow; its rate shows in fewer runs

ONE_PROCESS_PER_RUN = """
import json, sys
import pandas as pd
import sklearn.linear_model, sklearn.model_selection, sklearn.metrics
import sympy
table = pd.read_csv(sys.argv[1], sep="\\t")
X, y = table.drop(columns="target"), table["target"]
train = sklearn.model_selection.train_test_split(X, y, random_state=0)
model = sklearn.linear_model.LinearRegression().fit(train[0], train[2])
found = {"model": str(sympy.sympify("x0*x1")), "r2": model.score(train[1], train[3])}
with open(sys.argv[2], "w") as file:
    json.dump(found, file)
"""


def main() -> None:
    """Measure what is asked for and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=["throughput", "overrun", "records"])
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    measured: dict[str, object] = {"processors": os.cpu_count(), "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        if "throughput" in options.parts:
            measured["runs a second"] = throughput(Path(folder) / "ours")
            measured["runs a second, a process each"] = one_process_per_run(Path(folder))
            measured["walls, ms a run"] = walls()
        if "overrun" in options.parts:
            for workers in (2, 8):
                name = f"longest overrun, {workers} workers, s"
                measured[name] = overrun(Path(folder) / f"overrun{workers}", workers)
        if "records" in options.parts:
            measured["records"] = many_records(Path(folder) / "many", options.records)
    print(json.dumps(measured, indent=1))


def throughput(folder: Path) -> dict[str, float]:
    """Runs a second on SRSD's easy problems; memory of this process early and late."""
    method = MethodSpec("instant", INSTANT)
    datasets = {"srsd_easy": load_dataset("srsd_easy")}
    runs = matrix([method], datasets, seeds=range(RUNS), budget=Budget(seconds=10))[:RUNS]
    memory: list[float] = []
    begun = time.perf_counter()
    execute(
        runs,
        datasets,
        Store(folder),
        LocalExecutor(WORKERS),
        on_event=lambda event: memory.append(_memory_mb()),
    )
    seconds = time.perf_counter() - begun
    assert sum(record.status == "ok" for record in Store(folder).records()) == RUNS
    return {
        "rate": round(RUNS / seconds, 1),
        "runner's memory, MB, after a fifth": round(memory[len(memory) // 5], 1),
        "runner's memory, MB, at the end": round(memory[-1], 1),
    }


def one_process_per_run(folder: Path) -> float:
    """SRBench's way: runs a second with a process for each, ``WORKERS`` at a time."""
    table = load_dataset("srsd_easy").problems[0].data().train
    path = folder / "data.tsv"
    names = [f"x{k}" for k in range(table.X.shape[1])]
    lines = ["\t".join([*names, "target"])]
    lines += [
        "\t".join(map(repr, [*x, y]))
        for x, y in zip(table.X.tolist(), table.y.tolist(), strict=True)
    ]
    path.write_text("\n".join(lines))

    def one(k: int) -> None:
        command = [sys.executable, "-c", ONE_PROCESS_PER_RUN, str(path), str(folder / f"{k}.json")]
        subprocess.run(command, check=True)

    one(0)  # the disk's cache is warm for both
    begun = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(one, range(PROCESSES)))
    return round(PROCESSES / (time.perf_counter() - begun), 2)


def walls() -> dict[str, dict[str, float]]:
    """Milliseconds that a fork takes, in the median: bare, and with the walls of a run.

    On a machine that is busy with other things, the processor time tells more.
    """
    base = Base()
    plan = blueprint(base.path, INSTANT, {}, {})
    reading, writing = os.pipe()
    if os.fork() == 0:  # walls give their process mounts of its own
        prepared = Cell(Walls(plan))
        times = [(_one_fork(None), _one_fork(prepared)) for _ in range(FORKS)]
        os.write(writing, json.dumps(times).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        times = json.loads(pipe.read())
    os.wait()
    base.remove()
    return {
        kind: {
            name: round(1000 * statistics.median(pair[which][measure] for pair in times), 2)
            for which, name in enumerate(("bare", "sealed"))
        }
        for measure, kind in enumerate(("wall", "processor"))
    }


def _one_fork(prepared: Cell | None) -> tuple[float, float]:
    """Seconds of wall time and of processor time, the child's and this process's."""
    begun, used = time.perf_counter(), time.process_time()
    pid = os.fork()
    if pid == 0:
        if prepared is not None:
            prepared.put_up(os.getppid())
        os._exit(0)
    usage = os.wait4(pid, 0)[2]
    if prepared is not None:
        prepared.clean()
    processor = usage.ru_utime + usage.ru_stime + time.process_time() - used
    return time.perf_counter() - begun, processor


def overrun(folder: Path, workers: int) -> float:
    """Seconds by which the longest of 32 runs outlived its budget and grace."""
    method = MethodSpec("endless", f"{short_runs.HERE}:Endless")
    datasets = {"short": short_runs.dataset(1)}
    budget, limits = Budget(seconds=0.5), Limits(grace=0.5)
    runs = matrix([method], datasets, seeds=range(32), budget=budget)
    execute(runs, datasets, Store(folder), LocalExecutor(workers), limits=limits)
    walls = [record.resources.wall_seconds for record in Store(folder).records()]
    assert len(walls) == len(runs)
    return round(max(walls) - budget.seconds - limits.grace, 3)


def many_records(folder: Path, count: int) -> dict[str, object]:
    """Plan, write, and read back ``count`` records."""
    methods = [MethodSpec(f"m{k}", "some.where:Method", {"k": k}) for k in range(10)]
    dataset = short_runs.dataset(-(-count // 100))
    datasets: dict[str, Dataset] = {"short": dataset}
    store = Store(folder)
    runs: list[Run] = []
    planning = _seconds(lambda: runs.extend(matrix(methods, datasets, seeds=range(10))[:count]))
    planning += _seconds(lambda: store.add_to_plan(runs))
    writing = _seconds(lambda: _write_results(store, runs))
    found: dict[str, object] = {
        "count": count,
        "planning, s": round(planning, 1),
        "writing, s": round(writing, 1),
        "planning again, s": round(_seconds(lambda: store.add_to_plan(runs)), 1),
    }
    environment = {**os.environ, "REDISCOVER_CACHE": str(folder.with_name("cache"))}
    for verb in ("status", "leaderboard", "verify"):
        for time_ in ("the first time", "again"):
            command = [sys.executable, "-m", "bench", verb, str(folder)]
            found[f"{verb}, {time_}"] = _command(command, environment)
    return found


def _write_results(store: Store, runs: list[Run]) -> None:
    front = tuple(Candidate(f"{k}.123456789*x0*x1 + sin(x0)", k, 1.0 / k) for k in range(1, 16))
    reports = tuple(Report(float(k), c.expression, c.loss) for k, c in enumerate(front))
    model = Record(
        run=runs[0],
        status="ok",
        message="",
        discovery=Discovery(front[-1], front),
        reports=reports,
        resources=Resources(1.0, 1.0, 100.0),
        provenance={"host": "here", "data_digest": "0" * 64},
    )
    metrics = metrics_of("table")
    values = {metric.name: metric.worst if metric.everywhere else 0.5 for metric in metrics}
    card = Scorecard("short/p", "table", front[-1].expression, judge_of("table", ScoringLimits()))
    for k, run in enumerate(runs):
        record = replace(model, run=run)
        found = {**values, "symbolic_exact": float(k % 3 == 0)}
        own = replace(card, problem=f"{run.dataset}/{run.problem}", values=found)
        score = KeptScore(record.digest, own)
        for path, text in (
            (store.record_path(run.key), record.to_json()),
            (store.score_path(run.key), score.to_json()),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


_MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""
"""In a small process of its own: the peak of a new program begins at that of what starts it."""


def _command(command: list[str], environment: dict[str, str]) -> dict[str, object]:
    begun = time.perf_counter()
    measured = [sys.executable, "-c", _MEASURE, *command]
    said = subprocess.run(measured, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    status, processor, kilobytes = said.stdout.split()
    return {
        "exit code": int(status),
        "seconds": round(time.perf_counter() - begun, 1),
        "CPU seconds": round(float(processor), 1),
        "peak memory, MB": round(int(kilobytes) / 1024),
    }


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
