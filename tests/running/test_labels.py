"""Labels of methods and datasets stand in paths, tables and commands: what cannot is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import bench
from bench.cli import main
from bench.leaderboard.verification.check import verify
from bench.running import MethodSpec, Record, Resources, Store, matrix
from bench.running.results.archive.packing import pack, unpack
from bench.running.results.run import LONGEST_LABEL

DATASET = replace(bench.load("nguyen"), problems=bench.load("nguyen").problems[:1])
REFUSED = [
    "", " ", "a/b", "/a", "a/", "a ", " a", "a\n", "a\nb", "a\tb", "\x1b[2J", "a\x00b", "a\u202eb",
    "a\u2028b", "a\xa0", "\ud800", "x" * (LONGEST_LABEL + 1), "x" * 300,
]  # fmt: skip
ODD = [
    ".a", "..", "...", "a\\b", "a b", "a:b", "%2F", "~", "-", "it's", 'a"b', "día", "数据", "😀",
    "<b>&", "$(x)", "con", "a,b=c", "😀" * LONGEST_LABEL, "x" * LONGEST_LABEL,
]  # fmt: skip
"""Odd, and taken."""


def method(label: str) -> MethodSpec:
    return MethodSpec(label, "methods.linear:Linear")


@pytest.mark.parametrize("label", REFUSED)
def test_a_label_that_cannot_stand_in_a_path_is_refused_in_a_line(label: str) -> None:
    with pytest.raises(ValueError, match="is none: it ") as error:
        matrix([method(label)], {"nguyen": DATASET})
    assert str(error.value).isprintable() and len(str(error.value)) < 250


@pytest.mark.parametrize("label", ["a/b", "/", "x/"])
def test_a_name_of_a_dataset_holds_no_slash(label: str) -> None:
    with pytest.raises(ValueError, match="is none: it holds a '/'"):
        matrix([method("m")], {label: replace(DATASET, name=label)})


@pytest.mark.parametrize(("one", "other"), [("A", "a"), ("é", "e\u0301"), ("ß", "SS"), ("a", "a")])
def test_labels_that_some_file_systems_take_for_one_are_refused(one: str, other: str) -> None:
    with pytest.raises(ValueError, match="two methods are labelled"):
        matrix([method(one), method(other)], {"nguyen": DATASET})


def test_odd_labels_are_run_verified_and_packed(tmp_path: Path) -> None:
    runs = [
        run
        for name, label in zip(ODD, reversed(ODD), strict=True)
        for run in matrix([method(label)], {name: replace(DATASET, name=name)})
    ]
    store = Store(tmp_path / "results")
    store.add_to_plan(runs)
    for run in runs:
        store.write(Record(run, "error", "none", None, (), Resources(1.0, 1.0, 1.0)))
    words = {one.word for one in verify(store, sample=0).faults}
    assert words == {"unscored"}
    pack(store, tmp_path / "packed.zip")
    (tmp_path / "out").mkdir()
    assert unpack(tmp_path / "packed.zip", tmp_path / "out") == []
    assert {one.run.key for one in Store(tmp_path / "out").records()} == {one.key for one in runs}


@pytest.mark.parametrize("name", ["org/model", "a\x1b[2J", "x" * 101])
def test_predictions_of_such_a_method_are_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "found.csv"
    path.write_text(f"problem,expression,method\nNguyen-1,x0,good\nNguyen-2,x0,{name}\n")
    assert main(["score", str(path), "--dataset", "nguyen"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "is none: it" in lines[0]
    assert not (tmp_path / "results").exists()
