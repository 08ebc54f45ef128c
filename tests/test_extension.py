"""One package from outside adds a row to every table, and the command line shows each of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from one_process import one_process

PACKAGE = Path(__file__).parent / "data" / "outside"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """``run(words...)`` gives what the command prints where the package is installed."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    with one_process(tmp_path, environment) as rediscover:

        def command(*words: str) -> str:
            done = rediscover(*words)
            assert done.returncode == 0, done.stderr
            return done.stdout

        yield command


def test_every_table_takes_a_row_from_outside(run: Callable[..., str], tmp_path: Path) -> None:
    assert "outside_mean" in run("list", "methods")
    assert "outside_lines" in run("list", "datasets")
    assert "outside_length" in run("list", "metrics")
    assert "outside_same_text" in run("list", "rules")
    (tmp_path / "square.pts").write_text("1 1\n2 4\n3 9\n4 16\n")
    assert "datasets.square" in run("show", "square.pts")

    out = run(
        "run", "method=[outside_mean,linear]", "dataset=[outside_lines,square.pts]",
        "executor=outside_one_by_one", "budget.seconds=20", "experiment=tables",
    )  # fmt: skip
    assert "outside executor" in out
    table = json.loads(run("leaderboard", "results/tables", "--json"))
    lines = {line["method"]: line for line in table["lines"]}
    assert lines["linear"]["ok"] == lines["outside_mean"]["ok"] == 2
    assert lines["linear"]["outside_length"] > 0
    assert lines["outside_mean"]["symbolic_outside_same_text"] == 0.0


def test_every_verb_takes_a_kind_from_outside(run: Callable[..., str], tmp_path: Path) -> None:
    assert "outside_hit" in run("list", "metrics") and "seven" in run("show", "outside_numbers")
    out = run(
        "run", "method=[outside_guesser,outside_zero]", "dataset=outside_numbers",
        "budget.seconds=20", "seeds=[0,1]", "experiment=numbers",
    )  # fmt: skip
    assert "outside_guesser" in out
    lines = json.loads(run("leaderboard", "results/numbers", "--json"))["lines"]
    assert {one["method"]: one["outside_hit"] for one in lines} == {
        "outside_guesser": 1.0, "outside_zero": 0.0,
    }  # fmt: skip
    record, *others = (tmp_path / "results/numbers/records/outside_guesser").rglob("*.json")
    assert len(others) == 1
    assert json.loads(record.read_text())["discovery"]["best"][0] == {"value": "7"}
    assert "by outside_hit" in run("compare", "results/numbers")
    assert "0 records judged" in run("score", "results/numbers")
    assert "nothing is wrong" in run("verify", "results/numbers")
    assert "value = 7" in run("show", "results/numbers", "outside_guesser", "seven", "0")
    run("report", "results/numbers")
    assert "outside_hit" in (tmp_path / "results/numbers/report.html").read_text()
