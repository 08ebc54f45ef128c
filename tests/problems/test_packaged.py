"""What an installed package adds, datasets and formats, is seen by every verb."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from one_process import Rediscover, one_process

CODE = """
from pathlib import Path
import numpy as np
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem, Target
from bench.problems.variable import Variable

OPTIONS = ("start",)
CATALOGUE = Path(__file__).with_name("springs.yaml")
NEITHER = 7

class Rows:
    def __init__(self, start): self.start = start
    def data(self, problem, seed):
        X = self.start + np.arange(8.0)[:, None]
        return Data({"train": Table(X, 2 * X[:, 0]), "test": Table(X, 2 * X[:, 0])})

def made(name, start):
    problem = Problem(name, "1", "p", (Variable("x0"),), (Target(truth="2*x0"),), Rows(start))
    return Dataset(name, "1", (problem,), "a package's own", "here", "CC0")

def pendulums(start=1.0): return made("pendulums", start)
def broken(): raise RuntimeError("no pendulum hangs here")
def wrong(): return [1, 2]

def recognises(path): return path.suffix == ".pen"
def read(path, start=3.0): return made(path.stem, float(path.read_text()) + start)
"""
CATALOGUE = """
name: springs
title: springs of a package
version: "1"
source: here
licence: CC0
samples: {train: 5, test: 5}
problems:
  - {name: s, truth: 3*x0, variables: [{sampling: uniform, low: 1, high: 2}]}
"""


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Callable[[str], Rediscover]]:
    """``install(entry points)`` gives a command that sees a package with these."""
    with contextlib.ExitStack() as stack:

        def made(entry_points: str) -> Rediscover:
            site = tmp_path / "site"
            info = site / "pendula-1.0.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pendula\nVersion: 1.0\n")
            (info / "entry_points.txt").write_text(entry_points)
            (site / "pendula.py").write_text(CODE)
            (site / "springs.yaml").write_text(CATALOGUE)
            environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "200"}
            return stack.enter_context(one_process(tmp_path, environment))

        yield made


def test_datasets_of_a_package_are_listed_shown_and_run(
    install: Callable[[str], Rediscover], tmp_path: Path
) -> None:
    command = install(
        "[rediscover.datasets]\npendulums = pendula:pendulums\nsprings = pendula:CATALOGUE\n"
    )
    listed = {one["name"]: one for one in json.loads(command("list", "datasets", "--json").stdout)}
    assert listed["pendulums"]["title"] == "a package's own"
    assert listed["springs"]["problems"] == 1 and listed["nguyen"]["problems"] == 12
    assert "truth: 3*x0" in command("show", "springs/s").stdout
    done = command(
        "run", "method=linear", "dataset=[pendulums,springs]", "datasets.pendulums.start=5",
        "experiment=mine", "budget.seconds=2",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    board = json.loads(command("leaderboard", "results/mine", "--json").stdout)["lines"]
    assert board[0]["symbolic_exact"] == 1.0 and board[0]["done"] == 2
    odd = command("plan", "dataset=[pendulums]", "datasets.pendulums.begin=5")
    assert odd.returncode == 2 and "exclude, " in odd.stderr and ", start" in odd.stderr


def test_a_format_of_a_package_is_read_with_its_options(
    install: Callable[[str], Rediscover], tmp_path: Path
) -> None:
    command = install("[rediscover.formats]\npen = pendula\n")
    (tmp_path / "mine.pen").write_text("10")
    assert json.loads(command("show", "mine.pen/p", "--json").stdout)["rows"][0] == [13.0, 26.0]
    planned = command(
        "plan", "method=linear", "dataset=[mine.pen]", "datasets.mine.start=1", "--json"
    )
    assert [run["dataset"] for run in json.loads(planned.stdout)] == ["mine"]
    (tmp_path / "mine.pun").write_text("10")
    assert "holds no data" in command("show", "mine.pun").stderr
    assert ", pen" in command("show", "mine.pun").stderr


FAILING = {
    "broken": "dataset 'broken' of package pendula 1.0: RuntimeError: no",
    "wrong": "pendula:wrong returned [1, 2], which is no Dataset",
    "NEITHER": "is 7, neither a callable nor the path of a catalogue",
    "nothing": "importing pendula:nothing failed with AttributeError",
}


def test_a_package_that_fails_is_named_in_one_line(install: Callable[[str], Rediscover]) -> None:
    command = install(
        "[rediscover.datasets]\n" + "".join(f"{name} = pendula:{name}\n" for name in FAILING)
    )
    listed = command("list", "datasets")
    assert listed.returncode == 0 and listed.stdout.count("cannot be loaded") == len(FAILING)
    asked = [(("show", name), name) for name in FAILING]
    for argv, name in [*asked, (("run", "dataset=[broken]"), "broken")]:
        refused = command(*argv)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
        assert FAILING[name] in refused.stderr


def test_a_package_cannot_take_the_name_of_what_ships(
    install: Callable[[str], Rediscover],
) -> None:
    command = install("[rediscover.datasets]\nnguyen = pendula:pendulums\n")
    for argv in (("list", "datasets"), ("show", "nguyen"), ("plan",)):
        refused = command(*argv)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
        assert "package pendula 1.0 offers 'nguyen' to datasets" in refused.stderr
