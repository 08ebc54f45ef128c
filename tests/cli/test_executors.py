"""Where runs run: an executor by name, by its class, or from an installed package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from command_line import Command

from bench.basics.extension import ExtensionError
from bench.kinds import kind_names

EXECUTOR = """
from dataclasses import dataclass
from pathlib import Path
from bench.running import LocalExecutor
from bench.running.events import Note

@dataclass(frozen=True)
class Backwards:
    diary: str = "diary"
    times: int = 1
    flags: tuple[str, ...] = ()

    def __post_init__(self):
        if self.times < 0:
            raise ValueError("executor.times is negative; time goes forward")

    def run(self, jobs, store, limits):
        jobs = jobs[::-1]
        names = [job.run.problem for job in jobs]
        Path(self.diary).write_text(f"{names} {self.times} {self.flags}")
        yield Note("backwards")
        yield from LocalExecutor(1).run(jobs, store, limits)

class Idle:
    pass
"""
RUN = ("run", "method=linear", "dataset=srsd_easy", "dataset.limit=2", "--no-score")


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with an executor called ``backwards``."""
    site = tmp_path / "site"
    (site / "toy_cluster-2.0.dist-info").mkdir(parents=True)
    (site / "toy_cluster.py").write_text(EXECUTOR)
    metadata = {
        "METADATA": "Metadata-Version: 2.1\nName: toy-cluster\nVersion: 2.0\n",
        "entry_points.txt": "[rediscover.executors]\nbackwards = toy_cluster:Backwards\n",
    }
    for name, text in metadata.items():
        (site / "toy_cluster-2.0.dist-info" / name).write_text(text)
    monkeypatch.syspath_prepend(site)


@pytest.mark.parametrize(
    "chosen", ["executor=backwards", "executor._target_=toy_cluster.Backwards"]
)
def test_somebody_elses_executor_runs_the_runs(
    command: Command, tmp_path: Path, chosen: str
) -> None:
    outcome = command(*RUN, chosen, "executor.times=3", "executor.flags=[a,b]")
    assert outcome.code == 0, outcome
    assert "backwards" in outcome.out
    expected = "['feynman-i.12.4', 'feynman-i.12.1'] 3 ('a', 'b')"
    assert (tmp_path / "diary").read_text() == expected
    folder = tmp_path / "results" / "linear-srsd_easy"
    assert len(list(folder.glob("records/*/*/*/*.json"))) == 2
    kept = yaml.safe_load((folder / "config.yaml").read_text())["executor"]
    assert kept["times"] == 3 and kept["diary"] == "diary"
    assert json.loads(command("status", str(folder), "--json").out)["methods"][0]["left"] == 0


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ("executor=pbs", "executor=pbs not found; choose local or ray or slurm or backwards"),
        ("executor._target_=nowhere.Class", "there is no module 'nowhere'"),
        ("executor._target_=toy_cluster.Forwards", "has no class 'Forwards'"),
        ("executor._target_=toy_cluster.Idle", "has no function run(jobs, store, limits)"),
        ("executor._target_=Backwards", "executor._target_=Backwards"),
        ("executor=backwards executor.tims=2", "did you mean 'times'"),
        ("executor=backwards executor.times=few", "'few', which is no int"),
        ("executor=backwards executor.times=-1", "executor.times is negative"),
        ("executor.workers=0", "executor.workers is 0; it is a number of runs at a time, or null"),
        ("executor=slurm executor.chunk=0", "executor.chunk is 0"),
        ("executor=ray executor.chunk=0", "executor.chunk is 0"),
    ],
)
def test_an_executor_that_cannot_be_is_told_in_one_line(
    command: Command, overrides: str, words: str
) -> None:
    outcome = command(*RUN, *overrides.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    assert outcome.err.startswith("rediscover: ") and outcome.err.count("\n") == 1


def test_a_package_cannot_take_the_name_of_what_ships(command: Command, tmp_path: Path) -> None:
    points = tmp_path / "site" / "toy_cluster-2.0.dist-info" / "entry_points.txt"
    points.write_text(
        "[rediscover.executors]\nlocal = toy_cluster:Backwards\n"
        "[rediscover.kinds]\ntable = toy_cluster:Idle\n"
    )
    outcome = command(*RUN, "executor=local")
    assert outcome.code == 2 and outcome.err.count("\n") == 1
    assert "package toy-cluster 2.0 offers 'local' to executors, and Rediscover" in outcome.err
    with pytest.raises(ExtensionError, match=r"toy-cluster 2\.0 offers 'table' to kinds"):
        kind_names()
