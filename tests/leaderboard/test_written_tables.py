"""Tables that ``leaderboard -o`` writes: they carry the digests of what they were made from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from results_folders import rewrite

from bench.cli import main


def verified(table: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What is wrong, each in a word and where."""
    capsys.readouterr()
    code = main(["verify", str(table), "--sample", "0", "--json"])
    faults = json.loads(capsys.readouterr().out)["faults"]
    assert code == (1 if faults else 0)
    return [f"{one['word']}: {one['where']}" for one in faults]


@pytest.fixture
def table(folder: Path) -> Path:
    """A table of the experiment, asked for in a way of its own."""
    (folder.parent / "paper").mkdir()
    target = folder.parent / "paper" / "table.csv"
    words = ["--by", "problem", "--columns", "method,problem,symbolic_exact", "--sort", "method"]
    assert main(["leaderboard", str(folder), *words, "-o", str(target)]) == 0
    return target


def a_cell(table: Path) -> None:
    table.write_text(table.read_text().replace("0.0", "1.0", 1))


def a_record(table: Path) -> None:
    path = next((table.parent.parent / "results" / "records").glob("root/nguyen/Nguyen-1/*.json"))
    rewrite(path, message="all is well")


def the_manifest(table: Path) -> None:
    path = table.with_name("table.csv.manifest.json")
    path.write_text(path.read_text().replace('"columns": "', '"columns": "seed,'))


def the_folder(table: Path) -> None:
    shutil.rmtree(table.parent.parent / "results")


def test_a_table_is_made_again_as_it_was_asked_for(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(table, capsys) == []
    elsewhere = table.parent.parent / "elsewhere"
    elsewhere.mkdir()
    for name in ("paper", "results"):
        (table.parent.parent / name).rename(elsewhere / name)
    assert verified(elsewhere / "paper" / "table.csv", capsys) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (a_cell, "edited: {table}"),
        (a_record, "the records of root"),
        (the_manifest, "edited: {table}.manifest.json"),
        (the_folder, "unchecked: "),
    ],
)
def test_whatever_is_edited_is_named(
    table: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None], said: str
) -> None:
    change(table)
    assert any(said.format(table=table) in one for one in verified(table, capsys))
