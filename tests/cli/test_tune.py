"""``tune``: settings are chosen on held-out training rows, and what that costs is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from command_line import Command

from bench.kinds.system.heldout import held_out as system_held_out
from bench.kinds.table.heldout import TooFewRows, held_out
from bench.leaderboard import read_board
from bench.problems import load_dataset
from bench.problems.data import Data, Table
from bench.problems.problem import Problem, Target
from bench.problems.sources.given import Given
from bench.problems.variable import Variable

METHOD = """
from dataclasses import dataclass
from bench import Discovery

@dataclass(frozen=True)
class Power:
    power: int = 7
    sign: str = "+"

    def discover(self, task):
        if self.power == 9:
            raise RuntimeError("no nines")
        return Discovery.of(f"{self.sign}x0**{self.power}")
"""
QUICK = ("budget.seconds=60", "executor.workers=1")


def problem(rows: int = 20) -> Problem:
    X = np.arange(1.0, rows + 1)[:, None]
    data = Data({"train": Table(X, X[:, 0] ** 2), "test": Table(X + 1000, np.zeros(rows))})
    variables, targets = (Variable("x0"),), (Target(truth="x0**2"),)
    return Problem("own", "1", "square", variables, targets, Given(data), formula="x²")


def test_what_is_held_out_are_training_rows_without_the_law() -> None:
    whole = problem()
    part = held_out(whole, 0.0)
    data, rows = part.data(3), whole.data().train
    assert part.truth is None and part.formula == "" and set(data.splits) == {"train", "test"}
    assert (len(data.train), len(data.test)) == (15, 5)
    both = np.concatenate([data.train.X, data.test.X])[:, 0]
    assert sorted(both) == sorted(rows.X[:, 0])  # each row once, and no row of the test
    assert np.array_equal(data.test.y, data.test.X[:, 0] ** 2)
    assert np.array_equal(part.data(3).test.X, data.test.X)
    assert (part.dataset, part.version) != (whole.dataset, whole.version)


def test_what_is_held_out_is_as_noisy_as_what_is_shown() -> None:
    data = held_out(problem(400), 0.1).data()
    errors = [split.y - split.X[:, 0] ** 2 for split in (data.train, data.test)]
    assert all(np.abs(one).min() > 0 for one in errors)
    assert errors[0].std() == pytest.approx(errors[1].std(), rel=0.5)


def test_few_rows_are_refused() -> None:
    with pytest.raises(TooFewRows, match="own/square has 7 training rows"):
        held_out(problem(7), 0.0).data()


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_of_a_system_the_end_of_what_is_observed_is_held_out(noise: float) -> None:
    whole: Any = load_dataset("odebench")["ode1"]
    part = system_held_out(whole, noise)
    data, clean = part.data(3), whole.data(3)
    assert part.truth is None and part.law == part.meaning == "" and not data.later
    ((shown,), (rest,)) = data.shown, data.held_back
    t, n = clean.shown[0].t, len(clean.shown[0])
    assert np.array_equal(np.concatenate([shown.t, rest.t[1:]]), t)
    assert rest.t[0] == shown.t[-1] and len(rest) - 1 == round(n / 4)
    off = np.concatenate([shown.x, rest.x[1:]]) - clean.shown[0].x
    assert (np.abs(off).max() > 0) == (noise > 0)
    assert part.data(3).digest == data.digest


@pytest.fixture
def tuned(tmp_path: Path) -> Path:
    (tmp_path / "power.py").write_text(METHOD)
    rows = [f"{x / 8},{(x / 8) ** 3}" for x in range(1, 81)]
    (tmp_path / "cubes.csv").write_text("\n".join(["x0,target", *rows]) + "\n")
    return tmp_path / "results" / "tune-power-cubes"


def test_the_best_is_written_with_what_it_has_cost(command: Command, tuned: Path) -> None:
    grid = ("method.power.power=2,9,3", "method.power.sign=-,+")
    asked = ("tune", "power.py", "--on", "cubes.csv", "--budget", "20", *grid, "executor.workers=1")
    outcome = command(*asked)
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    (header,) = (k for k, line in enumerate(lines) if line.startswith("settings  "))
    assert lines[header + 1].split()[:3] == [
        "method.power.power=3",
        "method.power.sign=+",
        "1.0000",
    ]
    assert lines[-3] == "best: method.power.power=3 method.power.sign=+"
    preset = yaml.safe_load((tuned / "conf" / "preset" / "power_tuned.yaml").read_text())
    assert preset["method"] == {"power": {"power": 3, "sign": "+"}}
    spent = preset["tuned"]["power"]
    assert spent["dataset"] == "cubes.csv" and spent["runs"] == 6
    assert spent["choices"] == {"method.power.power": [2, 9, 3], "method.power.sign": ["-", "+"]}
    assert spent["held_out_r2"] == 1.0 and spent["cpu_seconds"] > 0
    again = command(*asked)
    assert again.code == 0 and "6/6 done" in again.out
    use = lines[-1].removeprefix("use it: rediscover run ").split()
    used = command("run", *use, "dataset=[cubes.csv]", "experiment=used", *QUICK)
    assert used.code == 0, used.err
    assert f"power: settings chosen by 6 runs, {spent['cpu_seconds']:g} CPU s" in used.out
    kept = yaml.safe_load((tuned.parent / "used" / "config.yaml").read_text())
    assert kept["method"]["power"]["power"] == 3 and kept["tuned"]["power"] == spent
    (line,) = read_board([tuned.parent / "used"]).table.to_dict(orient="records")
    assert line["tuning_cpu_seconds"] == spent["cpu_seconds"]
    assert line["cpu_seconds_per_solved"] >= spent["cpu_seconds"]
    command("run", "method=[power.py]", "dataset=[cubes.csv]", "experiment=used", *QUICK)
    costs = read_board([tuned.parent / "used"]).table.set_index("settings")["tuning_cpu_seconds"]
    assert costs["power=3"] == spent["cpu_seconds"] and np.isnan(costs["power=7"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "what is there to choose from?"),
        (("method.power.power=2",), "what is there to choose from?"),
        (("method.power.power=2,3", "seeds=0,1"), "what is chosen are settings"),
        (("method.other.power=2,3",), "the method is called power"),
        (("method.power.size=2,3",), "size"),
        (("method.power.power=2,x",), "power"),
        (("method.power.power=2,3", "noise=[0,0.1]"), "at one level of noise"),
        (("method.power.power=2,3", "-m"), "it takes no '-m'"),
        (("method.power.power=2,3", "dataset=[nguyen]"), "the dataset behind --on"),
    ],
)
def test_what_cannot_be_chosen_is_said(
    command: Command, tuned: Path, words: tuple[str, ...], said: str
) -> None:
    outcome = command("tune", "power.py", "--on", "cubes.csv", *words, *QUICK)
    assert outcome.code == 2 and said in outcome.err
    assert outcome.err.count("\n") == 1
    assert not tuned.exists()
