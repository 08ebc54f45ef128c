"""Killed and stopped in the middle: nothing finished is lost, nothing runs twice, nothing stays."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from toys import HARD

from bench.running import Store

ROOT = Path(__file__).resolve().parents[2]

BENCHMARK = """
import socket
import sys
from pathlib import Path
from toys import method, dataset, LIMITS
from bench.method import Budget
from bench.running import LocalExecutor, Store, execute, matrix
from bench.running.progress.display import Display
folder = Path(sys.argv[1])
if len(sys.argv) > 2:
    socket.gethostname = lambda: sys.argv[2]
sleepy = method("Sleepy", {"seconds": 0.2, "diary": f"{folder}.diary"})
datasets = {"toy": dataset()}
runs = matrix([sleepy], datasets, seeds=range(40), budget=Budget(seconds=5))
with Display() as display:
    execute(runs, datasets, Store(folder), LocalExecutor(2), limits=LIMITS, on_event=display)
"""


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a benchmark of 40 runs in a process group of its own, as a shell would."""
    started: list[subprocess.Popen[str]] = []

    def start_one(folder: Path, *host: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(HARD.parent)}
        process = subprocess.Popen(
            [sys.executable, "-c", BENCHMARK, str(folder), *host],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


def wait_for_records(folder: Path, count: int) -> None:
    end = time.monotonic() + 120
    while len(list(folder.glob("records/*/*/*/*.json"))) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


def begun(folder: Path) -> list[tuple[int, int]]:
    """Seed and process of every run that has begun."""
    lines = Path(f"{folder}.diary").read_text().splitlines()
    return [(int(seed), int(pid)) for seed, pid in map(str.split, lines)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(tmp_path: Path, start: Start) -> None:
    process = start(tmp_path)
    wait_for_records(tmp_path, 5)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode != 0
    done = {record.run.seed for record in Store(tmp_path).records()}
    told = re.search(r"stopped: (\d+) of 40 runs are done and kept", out)
    assert told is not None
    assert len(done) - 2 <= int(told[1]) <= len(done)  # a run may end while all is being stopped
    assert not [pid for _, pid in begun(tmp_path) if alive(pid)]
    assert not list((tmp_path / "leases").iterdir())
    before = len(begun(tmp_path))
    out, _ = start(tmp_path).communicate(timeout=120)
    assert f"40 runs planned in {tmp_path}, {len(done)} of them done before" in out
    assert not done & {seed for seed, _ in begun(tmp_path)[before:]}
    assert len(list(Store(tmp_path).records())) == 40


def test_commands_on_one_folder_share_the_runs_also_under_two_host_names(
    tmp_path: Path, start: Start
) -> None:
    processes = [start(tmp_path), start(tmp_path), start(tmp_path, "another-host")]
    for process in processes:
        out, _ = process.communicate(timeout=200)
        assert process.returncode == 0, out
        assert "40/40 done" in out
    assert sorted(seed for seed, _ in begun(tmp_path)) == list(range(40))
    assert len(list(Store(tmp_path).records())) == 40


def test_killed_again_and_again_nothing_is_lost_double_or_left_over() -> None:
    command = [sys.executable, "-m", "benchmarks.kill_stress", "--runs", "30", "--kills", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["records"] == found["ok"] == 30
    assert found["of which while at work"] > 0


def test_a_job_that_is_ended_as_a_whole_blames_no_run(tmp_path: Path, start: Start) -> None:
    process = start(tmp_path)
    wait_for_records(tmp_path, 5)
    for child in psutil.Process(process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended by itself
            child.terminate()  # not the benchmark itself: some schedulers have it ignore this
    out, _ = process.communicate(timeout=120)
    assert "the system has ended a run" in out
    records = list(Store(tmp_path).records())
    assert 5 <= len(records) < 40
    assert {record.status for record in records} == {"ok"}
