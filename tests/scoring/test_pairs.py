"""Pairs from CSV to CSV: domains, order, faults, and going on after an interruption."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from scoring_problems import problem

from bench.problems import Dataset
from bench.scoring import (
    CsvError,
    FormCache,
    Pair,
    judge_file,
    judge_pairs,
    pair,
    read_pairs,
)

TOY = Dataset("toy", "1", (problem(name="energy"),))
COLUMNS = [
    "ned",
    "srbench_relative",
    "exact",
    "skeleton",
    "srbench",
    "reason",
    "witness",
    "read_as",
    "seconds",
]


def load(name: str) -> Dataset:
    if name != "toy":
        raise LookupError(f"dataset '{name}' not found")
    return TOY


def written(folder: Path, text: str) -> Path:
    path = folder / "pairs.csv"
    path.write_text(text)
    return path


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers unpickle the test problems' source."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        assert reader.fieldnames == COLUMNS
    return rows


def test_the_problem_supplies_domain_and_symbols(tmp_path: Path) -> None:
    text = "prediction,truth,problem\nabs(x0),x0,toy/energy\nm*c**2,,toy/energy\nabs(x0),x0,\n"
    pairs = read_pairs(written(tmp_path, text), load)
    assert [one.problem.truth for one in pairs] == ["x0", "x0*x1**2", "x0"]
    cards = list(judge_pairs(pairs, forms=FormCache(tmp_path)))
    # |x| is x for a positive x; with no problem, x has either sign.
    assert [card.answer_by("exact") for card in cards] == ["yes", "yes", "no"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("prediction\nx0\n", "row 1: no column 'truth'"),
        ("prediction,truth\nx0,\n", "row 2, column 'truth': empty"),
        ("prediction,truth,problem\nx0,x0,energy\n", "row 2, column 'problem': .* dataset/name"),
        ("prediction,truth,problem\nx0,x0,toy/x\n", "row 2, column 'problem': .* no problem 'x'"),
        ("prediction,truth,problem\nx0,x0,toi/x\n", "row 2, column 'problem': dataset 'toi'"),
    ],
)
def test_malformed_files_are_told_by_row_and_column(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(CsvError, match=f"pairs.csv, {complaint}"):
        read_pairs(written(tmp_path, text), load)


def test_every_row_has_its_answer_in_order(tmp_path: Path) -> None:
    pairs = [pair("x + x", "2*x"), pair("sin(x)", "cos(x)"), pair("x*(", "x"), pair("x", "x*(")]
    out, counts = tmp_path / "out.csv", list[int]()
    judge_file(pairs, out, workers=2, forms=FormCache(tmp_path), on_progress=counts.append)
    rows = table(out)
    assert [row["ned"] for row in rows] == ["0.0", "0.5", "1.0", "1.0"]
    assert [row["exact"] for row in rows] == ["yes", "no", "no", "undecided"]
    assert all(row["reason"] for row in rows)
    assert json.loads(rows[1]["witness"])
    assert "the truth is no expression" in rows[3]["reason"]
    assert not out.with_name("out.csv.partial").exists()


def test_an_interrupted_file_is_gone_on_with(tmp_path: Path) -> None:
    pairs = [pair(f"x*{k}", f"{k}*x") for k in range(2, 8)]
    out, forms = tmp_path / "out.csv", FormCache(tmp_path / "forms")

    class Interrupted(Exception):
        pass

    def stop_at_three(count: int) -> None:
        if count == 3:
            raise Interrupted

    with pytest.raises(Interrupted):
        judge_file(pairs, out, forms=forms, on_progress=stop_at_three)
    partial = out.with_name("out.csv.partial")
    kept = partial.read_text().splitlines()[1:]
    assert 0 < len(kept) < len(pairs) and not out.exists()
    with partial.open("a") as file:
        file.write('{"ned": "0.0", "srb')  # killed in the midst of a line
    counts: list[int] = []
    judge_file(pairs, out, forms=forms, on_progress=counts.append)
    assert counts == list(range(len(kept) + 1, len(pairs) + 1))
    rows = table(out)
    assert len(rows) == len(pairs)
    assert [json.loads(line) for line in kept] == rows[: len(kept)]


def test_another_files_rest_is_not_taken(tmp_path: Path) -> None:
    out, forms = tmp_path / "out.csv", FormCache(tmp_path / "forms")
    out.with_name("out.csv.partial").write_text('{"digest": "of other pairs"}\n{"ned": "0.7"}\n')
    pairs: list[Pair] = [pair("x", "x")]
    judge_file(pairs, out, forms=forms)
    assert [row["ned"] for row in table(out)] == ["0.0"]
