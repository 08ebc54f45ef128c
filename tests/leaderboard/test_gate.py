"""The gate of CI: only what is worse beyond chance and margin fails, and what is left out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from results_folders import Result, write

from bench.cli import main
from bench.leaderboard.gate import passages

PROBLEMS = 30


def solved(count: int, *, method: str = "m", seeds: Iterable[int] = (0,)) -> list[Result]:
    """Runs on ``PROBLEMS`` problems, of which the first ``count`` are solved."""
    return [
        Result(method, f"p{k}", seed=seed, yes=k < count) for k in range(PROBLEMS) for seed in seeds
    ]


def gate(tmp_path: Path, old: list[Result], new: list[Result], margin: float = 0.0) -> list[str]:
    write(tmp_path / "old", old)
    write(tmp_path / "new", new)
    found = passages(tmp_path / "old", tmp_path / "new")
    return [one.outcome(margin) for one in found.methods]


@pytest.mark.parametrize(
    ("before", "after", "margin", "outcome"),
    [
        (20, 20, 0.02, "not shown"),  # no change of 30 problems bears out 2 points
        (20, 20, 0.2, "no worse"),
        (20, 30, 0.02, "no worse"),
        (20, 18, 0.0, "not shown"),  # two problems fewer are chance
        (20, 10, 0.0, "worse"),
        (20, 10, 0.1, "worse"),  # the interval is [-0.50, -0.17]
        (20, 10, 0.2, "not shown"),
        (30, 0, 0.5, "worse"),
    ],
)
def test_a_loss_fails_where_chance_and_margin_do_not_explain_it(
    tmp_path: Path, before: int, after: int, margin: float, outcome: str
) -> None:
    assert gate(tmp_path, solved(before), solved(after), margin) == [outcome]


def test_seeds_are_repeats_and_no_more_problems(tmp_path: Path) -> None:
    """One problem lost in all of 8 seeds is one problem lost."""
    old, new = (solved(count, seeds=range(8)) for count in (20, 19))
    assert gate(tmp_path, old, new) == ["not shown"]


def test_several_methods_are_held_to_the_level_together(tmp_path: Path) -> None:
    """Six of six lost are p = 0.03: enough for one method, and not for the worst of three."""
    losing = [solved(count) for count in (20, 14)]
    assert gate(tmp_path / "alone", *losing) == ["worse"]
    others = [*solved(20, method="b"), *solved(20, method="c")]
    assert gate(tmp_path / "three", *([*one, *others] for one in losing))[0] == "not shown"


def test_unsolved_runs_cannot_be_left_out(tmp_path: Path) -> None:
    assert gate(tmp_path, solved(20), solved(20)[:20], 0.5) == ["missing"]
    assert gate(tmp_path / "gone", solved(20), solved(20, method="other"), 0.5) == ["missing"]
    unscored = [replace(one, scored=False) for one in solved(20)]
    assert gate(tmp_path / "unscored", solved(20), unscored, 0.5) == ["missing"]


def test_a_failure_counts_as_not_solved(tmp_path: Path) -> None:
    crashed = [replace(one, status="crash", answer=None) for one in solved(20)]
    assert gate(tmp_path, solved(20), crashed) == ["worse"]


def cli(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = main(["gate", *argv])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    write(old, solved(20))
    write(new, solved(10) + solved(3, method="new"))
    argv = [str(old), str(new), "--fail-if-worse"]
    code, out = cli(capsys, *argv, "2pp")
    assert code == 1 and out.splitlines()[-1] == "failed: m"
    assert "its whole 95 % interval lies below -2pp and p < 0.05" in out
    assert cli(capsys, *argv, "60pp")[0] == 0
    code, out = cli(capsys, *argv, "0.02", "--json")
    plain: dict[str, Any] = json.loads(out)
    assert code == 1 and plain["failed"] and plain["margin"] == 0.02
    (one,) = plain["methods"]
    assert one["outcome"] == "worse" and one["difference"] == pytest.approx(-1 / 3)
    code, out = cli(capsys, str(new), str(old))
    assert code == 1 and "new: 30 runs of the old results not in the new" in out


@pytest.mark.parametrize("margin", ["-1pp", "x", "nan", "2%", "inf", "pp"])
def test_a_margin_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], margin: str
) -> None:
    code, out = cli(capsys, str(tmp_path), str(tmp_path), f"--fail-if-worse={margin}")
    assert code == 2 and "write percentage points, 2pp" in out


def test_a_margin_of_points_is_of_shares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "old", solved(20))
    folder = str(tmp_path / "old")
    code, out = cli(capsys, folder, folder, "--metric", "ned", "--fail-if-worse", "2pp")
    assert code == 2 and "ned is no share" in out
    code, out = cli(capsys, folder, folder, "--metric", "ned", "--fail-if-worse", "0.02")
    assert code == 0 and out.splitlines()[-1] == "passed"
    code, out = cli(capsys, folder, folder, "--metric", "taste")
    assert code == 2 and "cannot be compared by 'taste'" in out


def test_less_is_better_where_it_is(tmp_path: Path) -> None:
    write(tmp_path / "old", solved(30))  # NED 0
    write(tmp_path / "new", solved(0))  # NED 0.5
    (one,) = passages(tmp_path / "old", tmp_path / "new", "ned").methods
    assert one.gain.difference == -0.5 and one.outcome(0.1) == "worse"
    (one,) = passages(tmp_path / "new", tmp_path / "old", "ned").methods
    assert one.gain.difference == 0.5 and one.outcome(0.1) == "no worse"


def test_another_budget_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "old", solved(20))
    write(tmp_path / "new", [replace(one, seconds=99.0) for one in solved(20)])
    out = cli(capsys, str(tmp_path / "old"), str(tmp_path / "new"))[1]
    assert "m is not set as it was: budget.seconds=10; now budget.seconds=99" in out


def test_problems_whose_data_are_others_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "old", solved(20))
    plan = write(tmp_path / "new", solved(20)) / "plan.jsonl"
    plan.write_text(plan.read_text().replace('"version": "1"', '"version": "2"'))
    code, out = cli(capsys, str(tmp_path / "old"), str(tmp_path / "new"))
    assert code == 2 and "has other data in the new results" in out
