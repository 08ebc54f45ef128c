"""Published figures: whole, sourced, about datasets that ship, beside the table and never in it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from results_folders import Result, write

from bench.cli import main
from bench.leaderboard.columns import column_names
from bench.leaderboard.published import COLUMNS, published
from bench.problems import dataset_names

FIGURES = published(dataset_names())


def test_every_figure_is_of_a_dataset_that_ships_and_has_its_source() -> None:
    named = {name for names in FIGURES["dataset"] for name in names.split("+")}
    assert named <= set(dataset_names())
    assert list(FIGURES.columns) == list(COLUMNS)
    assert set(FIGURES["measure"]) <= set(column_names())
    assert all(FIGURES["source"].str.len() > 10) and all(FIGURES["protocol"].str.len() > 5)
    rates = FIGURES[~FIGURES["measure"].str.endswith("nmse")]
    assert rates["value"].between(0, 1).all() and (FIGURES["value"] >= 0).all()
    assert not FIGURES.duplicated().any()


@pytest.mark.parametrize(
    ("dataset", "method", "measure", "noise", "value"),
    [
        ("aifeynman+strogatz", "AFP", "symbolic_srbench", 0.0, 0.2048),
        ("srsd_easy", "PySR", "symbolic_exact", 0.0, 0.86),
        (
            "llmsrbench_transform", "Direct prompting (GPT-4o-mini)", "symbolic_skeleton", 0.0,
            0.0721,
        ),
    ],
)  # fmt: skip
def test_figures_are_those_of_the_sources(
    dataset: str, method: str, measure: str, noise: float, value: float
) -> None:
    wanted = {"dataset": dataset, "method": method, "measure": measure, "noise": noise}
    found = FIGURES
    for name, one in wanted.items():
        found = found[found[name] == one]
    assert value in list(found["value"])


def test_they_stand_beside_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "x", [Result("mine", "feynman-i.12.1", "srsd_easy")])
    assert main(["leaderboard", str(folder), "--with-published"]) == 0
    ours, _, theirs = capsys.readouterr().out.partition("Published by others")
    assert "mine" in ours and "TiSR" not in ours
    assert "TiSR" in theirs and "accepted forms" in theirs and "aifeynman" not in theirs
    for form in ("md", "tex", "html"):
        target = tmp_path / f"t.{form}"
        assert main(["leaderboard", str(folder), "--with-published", "-o", str(target)]) == 0
        assert "Published by others" in target.read_text()


def test_machines_get_a_file_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "x", [Result("mine", "feynman-i.12.1", "srsd_easy")])
    given = ["leaderboard", str(folder), "--with-published"]
    assert main([*given, "--format", "csv"]) == 2
    assert "name it with -o" in capsys.readouterr().err
    assert main([*given, "-o", str(tmp_path / "t.csv")]) == 0
    assert list(pd.read_csv(tmp_path / "t.csv")["method"]) == ["mine"]
    assert set(pd.read_csv(tmp_path / "t.published.csv")["method"]) == {"TiSR", "PySR"}
    assert main([*given, "-o", str(tmp_path / "t.parquet")]) == 0
    assert list(pd.read_parquet(tmp_path / "t.parquet")["method"]) == ["mine"]
    assert main(["leaderboard", str(folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["lines"][0]["method"] == "mine"
