"""A real Ray on this machine, where Ray is installed."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import time
from collections.abc import Iterator
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
from bench.running.executors.ray import RayExecutor

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def shutdowns() -> Iterator[list[str]]:
    """Ray, which takes seconds to start, is ended after the last test only; who wanted it earlier.

    So the first test starts it, and the next one finds it running, as in a notebook.
    """
    ray = pytest.importorskip("ray", reason="Ray is not installed (the extra ray)")
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ray, "shutdown", lambda: asked.append("shutdown"))
        yield asked
    ray.shutdown()


def test_ray_gives_what_local_gives(
    tmp_path: Path, shutdowns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = in_a_folder_of_shadows(tmp_path, monkeypatch)
    events: list[Event] = []
    records = benchmark(tmp_path / "ray", RayExecutor(chunk=10), events)
    assert len(records) == 40
    assert essence(records) == local(tmp_path / "local")
    assert sum(isinstance(event, Finished) for event in events) == 40
    assert shutdowns == ["shutdown"]
    assert not ran.exists()


@pytest.mark.usefixtures("shutdowns")
def test_a_worker_lost_in_the_middle_costs_only_what_it_held(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    sleepy = method("Sleepy", {"seconds": 0.5, "diary": str(diary)})
    datasets = {"nguyen": load_dataset("nguyen", limit=1)}
    runs = matrix([sleepy], datasets, seeds=range(16), budget=Budget(seconds=5, memory_mb=500))
    store = Store(tmp_path / "results")
    done: set[int] = set()
    begun: list[int] = []

    def lose_a_worker() -> None:
        while len(list(store.records())) < 5:
            time.sleep(0.1)
        while not _killed("ray::_perform"):  # none is at work between two tasks
            time.sleep(0.1)
        time.sleep(0.5)
        done.update(record.run.seed for record in store.records())
        begun.extend(int(line.split()[0]) for line in diary.read_text().splitlines())

    losing = threading.Thread(target=lose_a_worker)
    losing.start()
    events: list[Event] = []
    execute(runs, datasets, store, RayExecutor(chunk=4), on_event=events.append)
    losing.join()
    assert sorted(record.run.seed for record in store.records()) == list(range(16))
    assert any("lost" in event.text for event in events if isinstance(event, Note))
    after = [int(line.split()[0]) for line in diary.read_text().splitlines()][len(begun) :]
    assert not done & set(after)


def _killed(title: str) -> int:
    """Kill the processes below this one that have ``title``; how many there were."""
    count = 0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # ended, or a zombie
            if title in " ".join(process.cmdline()):
                process.kill()
                count += 1
    return count


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=re.escape(install_hint("ray"))):
        RayExecutor()
