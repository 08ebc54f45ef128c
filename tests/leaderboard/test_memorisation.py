"""The memorisation gap: twins held against what they were made from."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from results_folders import Result, write

from bench.cli import main
from bench.leaderboard import LeaderboardError
from bench.leaderboard.memorisation import memorisation_gaps, without_control
from bench.leaderboard.rows import read_rows

COUNT = 8


def results(method: str, published: int, twins: int, kind: str = "constants") -> list[Result]:
    """Runs of which the first so many of each are solved."""
    found = [Result(method, f"p{k}", yes=k < published) for k in range(COUNT)]
    return found + [
        Result(method, f"p{k}-{kind}", dataset="toy_twins", yes=k < twins) for k in range(COUNT)
    ]


def test_the_gap_is_what_is_solved_less_of_the_twins(tmp_path: Path) -> None:
    write(tmp_path, [*results("knows", 8, 1), *results("searches", 3, 3), *results("direct", 6, 0)])
    column, gaps = memorisation_gaps(read_rows([tmp_path]).frame)
    assert column.name == "symbolic_exact"
    knows, searches, probe = gaps
    assert (knows.method, knows.kind) == ("knows", "constants")
    assert knows.difference.difference == pytest.approx(7 / 8)
    assert 0 < knows.difference.low < 7 / 8 <= knows.difference.high
    assert (knows.solved, knows.recalled) == (8, 6)
    assert searches.difference.difference == 0 and (searches.solved, searches.recalled) == (3, 3)
    assert (probe.published, probe.twins) == (0.75, 0.0)


def test_only_twins_of_what_was_run_count(tmp_path: Path) -> None:
    own = [
        Result("a", "p0"), Result("a", "p0-form", dataset="toy_twins", yes=False),
        Result("a", "p1-form", dataset="toy_twins"), Result("a", "p2-form", dataset="toy"),
        Result("a", "p0-names", dataset="toy_twins"), Result("b", "p0"),
    ]  # fmt: skip
    _, gaps = memorisation_gaps(read_rows([write(tmp_path, own)]).frame)
    assert [(one.method, one.kind, one.difference.problems) for one in gaps] == [
        ("a", "names", 1), ("a", "form", 1),
    ]  # fmt: skip
    assert gaps[1].difference.difference == 1.0 and gaps[1].solved is None


def test_without_twins_it_says_how_to_get_them(tmp_path: Path) -> None:
    write(tmp_path, [Result("a", "p0")])
    with pytest.raises(LeaderboardError, match=r"datasets.NAME.twins="):
        memorisation_gaps(read_rows([tmp_path]).frame)


def test_compare_shows_the_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, results("knows", 8, 1))
    assert main(["compare", str(tmp_path), "--twins"]) == 0
    told = capsys.readouterr().out
    assert "memorisation gap" in told and "+0.875 [" in told and "no probe: direct" in told
    assert main(["compare", str(tmp_path), "--twins", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gaps"][0]["kind"] == "constants"


def test_a_table_with_a_model_and_no_control_says_so() -> None:
    table = pd.DataFrame({"method": ["llmsr", "linear"], "calls": [6.0, None]})
    (line,) = without_control(table)
    assert line.startswith("llmsr: no control; run method=[llm_prior]")
    beside = pd.DataFrame({"method": ["llmsr", "llm_prior"], "calls": [6.0, None]})
    assert without_control(beside) == ()
    assert without_control(table[1:]) == ()


def test_twins_are_run_scored_later_and_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["method=[linear]", "dataset=[nguyen]", "datasets.nguyen.limit=1"]
    words += ["datasets.nguyen.twins=[constants,form]", "budget.cpu_seconds=5"]
    assert main(["run", "--no-score", *words, f"experiment={tmp_path / 'e'}"]) == 0
    assert "nguyen: no twin of the kind 'form' of 1 problem" in "".join(capsys.readouterr())
    assert main(["score", str(tmp_path / "e")]) == 0
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "e"), "--twins", "--json"]) == 0
    (gap,) = json.loads(capsys.readouterr().out)["gaps"]
    assert (gap["method"], gap["kind"], gap["difference"]["problems"]) == ("linear", "constants", 1)
