"""A real Slurm, where there is one (``tests/running/slurm/start`` makes one of a Debian host)."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from clusters import benchmark, essence, in_a_folder_of_shadows, local
from toys import method

from bench.basics.installation import install_hint
from bench.method import Budget
from bench.problems import load_dataset
from bench.running import Store, execute, matrix
from bench.running.events import Event, Finished, Note
from bench.running.executors.slurm import SlurmExecutor

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:submitit")


@pytest.fixture(scope="module")
def slurm() -> None:
    """Skips where no Slurm answers."""
    pytest.importorskip("submitit", reason="submitit is not installed (the extra slurm)")
    names = {process.info["name"] for process in psutil.process_iter(["name"])}
    if shutil.which("sbatch") is None or not {"slurmctld", "slurmd"} <= names:
        pytest.skip("no Slurm runs here; as root on Debian: tests/running/slurm/start")


@pytest.mark.usefixtures("slurm")
def test_slurm_gives_what_local_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = in_a_folder_of_shadows(tmp_path, monkeypatch)
    events: list[Event] = []
    records = benchmark(tmp_path / "slurm", SlurmExecutor(chunk=10), events)
    assert len(records) == 40
    assert essence(records) == local(tmp_path / "local")
    assert sum(isinstance(event, Finished) for event in events) == 40
    assert not ran.exists()
    assert "40 runs in 4 jobs" in next(e.text for e in events if isinstance(e, Note))


@pytest.mark.usefixtures("slurm")
def test_a_node_lost_in_the_middle_costs_only_what_it_held(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    sleepy = method("Sleepy", {"seconds": 0.5, "diary": str(diary)})
    datasets = {"nguyen": load_dataset("nguyen", limit=1)}
    runs = matrix([sleepy], datasets, seeds=range(30), budget=Budget(seconds=5, memory_mb=500))
    store = Store(tmp_path / "results")
    done: set[int] = set()

    def lose_the_node() -> None:
        while len(list(store.records())) < 8:
            time.sleep(0.1)
        kill_the_node()
        time.sleep(5)  # a job that has just begun, Slurm gives time to appear
        done.update(record.run.seed for record in store.records())
        begun.extend(map(int, (line.split()[0] for line in diary.read_text().splitlines())))
        subprocess.run(["slurmd"], check=True)

    begun: list[int] = []
    losing = threading.Thread(target=lose_the_node)
    losing.start()
    execute(runs, datasets, store, SlurmExecutor(chunk=8))
    losing.join()
    assert sorted(record.run.seed for record in store.records()) == list(range(30))
    after = [int(line.split()[0]) for line in diary.read_text().splitlines()][len(begun) :]
    assert not done & set(after)
    assert len(after) <= 30 - len(done)


def kill_the_node() -> None:
    """Kill the node's daemon, the steps it has under way, and what runs in them."""
    daemons = [p for p in psutil.process_iter(["name"]) if p.info["name"] == "slurmd"]
    steps = [p for p in psutil.process_iter(["name"]) if p.info["name"] == "slurmstepd"]
    jobs = [job for step in steps for job in step.children(recursive=True)]
    assert daemons and jobs
    for process in (*daemons, *steps, *jobs):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(ImportError, match=re.escape(install_hint("slurm"))):
        SlurmExecutor()
