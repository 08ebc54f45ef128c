"""Edits made by a generator: none is read as if it had been written, and none does harm."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from results_folders import Result, rewrite

from bench.basics.plain_yaml import plain_yaml
from bench.cli import main
from bench.leaderboard.verification.check import verify
from bench.running import Record, Store
from bench.running.results.judging import KeptScore
from bench.running.results.record import RecordError

HOSTILE: list[Any] = [None, [], {}, [[]], {"a": []}, "", "x", "../x", -1, 2**70, 1e999, True]


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value within ``value``."""
    if path:
        yield path
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(one, dict | list):
            yield from spots(one, (*path, key))
        else:
            yield (*path, key)


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of ``value`` with ``new`` at ``path``."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copy


def record() -> str:
    return Result(cpu_seconds=3.0).record.to_json()


def score() -> str:
    return KeptScore(Result().run.digest, Result().card).to_json()


@pytest.mark.parametrize(
    ("text", "read"), [(record(), Record.from_json), (score(), KeptScore.from_json)]
)
def test_no_edit_of_any_value_is_read_as_what_was_written(
    text: str, read: Callable[[str], object]
) -> None:
    value = json.loads(text)
    read(text)
    for spot, new in itertools.product(spots(value), HOSTILE):
        edited = json.dumps(changed(value, spot, new))
        if edited != json.dumps(value):
            with pytest.raises(RecordError):
                read(edited)


@pytest.mark.parametrize("turn", range(2))
def test_no_cell_of_a_table_can_be_edited(folder: Path, turn: int) -> None:
    table = folder / "leaderboard.csv"
    rows = list(csv.reader(io.StringIO(table.read_text())))
    (folder / "leaderboard.manifest.json").unlink()  # only what the records come to is left
    cells = [(row, column) for row in (1, 2) for column in range(len(rows[0]))
             if rows[0][column] != "stale"]  # fmt: skip
    for row, column in random.Random(turn).sample(cells, 4):
        other = [list(one) for one in rows]
        cell = other[row][column]
        other[row][column] = "0.123" if cell != "0.123" else ""
        with table.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(other)
        found = verify(Store(folder), sample=0).faults
        assert any(one.word == "edited" and rows[0][column] in one.why for one in found)


def one(folder: Path, method: str, problem: str, top: str = "records") -> Path:
    (path,) = (folder / top / method / "nguyen" / problem).iterdir()
    return path


def exchange(first: Path, second: Path) -> None:
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def another_method(folder: Path) -> None:
    """The answer of a method that solved the problem, told as that of one that did not."""
    path, value = one(folder, "linear", "Nguyen-8"), one(folder, "root", "Nguyen-8").read_text()
    found = json.loads(value)["discovery"]
    rewrite(path, discovery=found)


def another_experiment(folder: Path) -> None:
    path = one(folder, "root", "Nguyen-1")
    path.write_text(Result(method="root", dataset="nguyen", problem="Nguyen-1").record.to_json())


def no_line_of(folder: Path, wanted: Callable[[str], bool]) -> None:
    plan = folder / "plan.jsonl"
    lines = plan.read_text().splitlines(keepends=True)
    plan.write_text("".join(line for line in lines if not wanted(line)))


def a_problem_left_out(folder: Path) -> None:
    no_line_of(folder, lambda line: '"root"' in line and "Nguyen-1" in line)
    for top in ("records", "scores"):
        one(folder, "root", "Nguyen-1", top).unlink()


def a_method_left_out(folder: Path) -> None:
    no_line_of(folder, lambda line: "linear" in line)
    for top in ("records", "scores"):
        shutil.rmtree(folder / top / "linear")


def another_judge(folder: Path) -> None:
    path = one(folder, "root", "Nguyen-8", "scores")
    card = json.loads(path.read_text())["card"]
    rewrite(path, card={**card, "judge_version": "0" * 12 + card["judge_version"][12:]})


def table(change: Callable[[list[list[str]]], list[list[str]]]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "leaderboard.csv"
        rows = change(list(csv.reader(io.StringIO(path.read_text()))))
        with path.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return edit


def as_bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "leaderboard.csv"
        path.write_bytes(change(path.read_bytes()))

    return edit


def rounded(cell: str) -> str:
    try:
        return f"{float(cell):.3g}"
    except ValueError:
        return cell


WHOLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "record of another problem": (
        lambda at: shutil.copy(one(at, "root", "Nguyen-8"), one(at, "root", "Nguyen-1")),
        "the record is of another run",
    ),
    "record under another name": (
        lambda at: shutil.copy(
            one(at, "root", "Nguyen-8"), one(at, "root", "Nguyen-1").with_name("x.json")
        ),
        "no plan holds it",
    ),
    "record of another experiment": (another_experiment, "the record is of another run"),
    "answer of another method": (another_method, "its scorecard is of another answer"),
    "two records": (
        lambda at: exchange(one(at, "root", "Nguyen-8"), one(at, "root", "Nguyen-1")),
        "the record is of another run",
    ),
    "two scorecards": (
        lambda at: exchange(
            one(at, "root", "Nguyen-8", "scores"), one(at, "linear", "Nguyen-8", "scores")
        ),
        "its scorecard is of another answer",
    ),
    "method renamed": (
        lambda at: (at / "records" / "root").rename(at / "records" / "ROOT"),
        "the record is of another run",
    ),
    "problem left out": (a_problem_left_out, "asked for by config.yaml, and not in the plan"),
    "method left out": (a_method_left_out, "no run is planned of linear"),
    "another judge": (another_judge, "other code of the judge made it"),
    "rows in another order": (table(lambda rows: [rows[0], *rows[:0:-1]]), "another order"),
    "row gone": (table(lambda rows: rows[:2]), "other lines or columns"),
    "row twice": (table(lambda rows: [*rows, rows[-1]]), "other lines or columns"),
    "column gone": (table(lambda rows: [row[:9] + row[10:] for row in rows]), "other lines or col"),
    "column of no cell": (table(lambda rows: [[*row, ""] for row in rows]), "other lines or col"),
    "rounded": (table(lambda rows: [list(map(rounded, row)) for row in rows]), "come to"),
    "BOM": (as_bytes(lambda text: b"\xef\xbb\xbf" + text), "other lines or columns"),
    "UTF-16": (as_bytes(lambda text: text.decode().encode("utf-16")), "other lines or columns"),
    "empty": (as_bytes(lambda text: b""), "other lines or columns"),
    "long cell": (as_bytes(lambda text: text + b'"' + b"x" * 200_000 + b'"'), "it is no table"),
    "zeros": (as_bytes(lambda text: bytes(9)), "other lines or columns"),
}  # fmt: skip
"""Edits of whole files, each with what ``verify`` says without any manifest."""


@pytest.mark.parametrize("name", WHOLE)
def test_no_edit_of_whole_files_goes_unseen(folder: Path, name: str) -> None:
    edit, said = WHOLE[name]
    edit(folder)
    assert any(fault.word == "edited" for fault in verify(Store(folder), sample=0).faults)
    (folder / "leaderboard.manifest.json").unlink()
    faults = verify(Store(folder), sample=0).faults
    assert any(said in fault.why for fault in faults), list(map(str, faults))


def test_ends_of_lines_are_no_matter_but_to_the_manifest(folder: Path) -> None:
    as_bytes(lambda text: text.replace(b"\n", b"\r\n"))(folder)
    whys = [fault.why for fault in verify(Store(folder), sample=0).faults]
    assert whys == ["its SHA-256 is not the one in its manifest"]


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
@pytest.mark.parametrize(
    "name",
    [
        "config.yaml", "plan.jsonl", "environment.jsonl", "leaderboard.manifest.json",
        "leaderboard.csv", "records", "record", "score",
    ],
)  # fmt: skip
def test_what_is_no_file_is_told_and_never_waited_for(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, make: Callable[[Path], None]
) -> None:
    places = {kind: one(folder, "root", "Nguyen-8", f"{kind}s") for kind in ("record", "score")}
    path = places.get(name, folder / name)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    make(path)
    assert main(["verify", str(folder), "--sample", "0"]) in (1, 2)
    said = capsys.readouterr()
    assert "Traceback" not in said.err and path.name in said.out + said.err


@pytest.mark.parametrize("turn", range(2))
def test_no_value_of_another_kind_brings_it_down(folder: Path, turn: int) -> None:
    """Fields of plan and configuration hold what they may not: a sample of all pairs."""
    plan = folder / "plan.jsonl"
    lines = [json.loads(line) for line in plan.read_text().splitlines()]
    config = folder / "config.yaml"
    asked = plain_yaml(config.read_text())
    originals = {plan: plan.read_text(), config: config.read_text()}
    cases = [(plan, lines, spot) for spot in spots(lines)]
    cases += [(config, asked, spot) for spot in spots(asked) if spot[0] not in ("model", "hydra")]
    pairs = list(itertools.product(cases, HOSTILE))[turn * 67 :: 133]
    assert pairs
    for (path, value, spot), new in pairs:
        edited = changed(value, spot, new)
        if path == plan:
            text = "".join(f"{json.dumps(line)}\n" for line in edited)
        else:
            text = yaml.dump(edited, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
        path.write_text(text)
        verify(Store(folder), sample=0, called="DIR")
        path.write_text(originals[path])
