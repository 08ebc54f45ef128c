"""PMLB's format: tables, stated formulas and ranges, SRBench's split, errors that point."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from bench.problems import load_dataset
from bench.problems.formats.pmlb import PmlbError, read, recognises, split_rows
from bench.problems.formats.tabular import TableError

METADATA = """\
dataset: toy_law
description: |
    A law for the tests, with units.

    F = q1*q2/(4*pi*epsilon*r**2) + arcsin(q1/9)

    q1 in [1.0,5.0]
    r in [1.0,3]
source: the tests
target:
  type: continuous
  description: F, Force
features:
  - name: q1
    type: continuous
    description: Charge
  - name: r
    type: continuous
    description: ~
"""
HEADER = "q1\tr\ttarget\tq2\tepsilon"


def write_problem(folder: Path, name: str, rows: list[str], metadata: str | None) -> Path:
    (folder / name).mkdir(parents=True)
    with gzip.open(folder / name / f"{name}.tsv.gz", "wt") as file:
        file.write("\n".join(rows) + "\n")
    if metadata is not None:
        (folder / name / "metadata.yaml").write_text(metadata)
    return folder


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    rows = [HEADER, *("\t".join(str(float(i + j)) for j in range(5)) for i in range(1, 41))]
    write_problem(tmp_path / "pmlb", "toy_law", rows, METADATA)
    write_problem(tmp_path / "pmlb", "black_box", ["a\ttarget", "1\t2", "3\t4", "5\t6"], None)
    (tmp_path / "pmlb" / "notes").mkdir()
    return tmp_path / "pmlb"


def test_a_folder_of_problems(collection: Path) -> None:
    assert recognises(collection)
    dataset = read(collection)
    assert [p.name for p in dataset.problems] == ["black_box", "toy_law"]
    problem = dataset["toy_law"]
    assert [v.symbol for v in problem.variables] == ["q1", "r", "q2", "epsilon"]
    assert problem.truth == "x0*x2/(4*pi*x3*x1**2) + asin(x0/9)"
    assert problem.formula == "q1*q2/(4*pi*epsilon*r**2) + arcsin(q1/9)"
    assert problem.variables[0].meaning == "Charge"
    ranges = [v.sampling and (v.sampling.low, v.sampling.high) for v in problem.variables]
    assert ranges == [(1, 5), (1, 3), None, None]
    assert dataset["black_box"].truth is None


def test_the_folder_of_one_problem(collection: Path) -> None:
    (problem,) = read(collection / "toy_law").problems
    assert problem.name == "toy_law"


def test_any_folder_of_that_kind_is_a_dataset(collection: Path) -> None:
    assert load_dataset(collection)["toy_law"].truth is not None
    assert load_dataset(collection, only=["black_box"]).problems[0].name == "black_box"


def test_rows_and_columns(collection: Path) -> None:
    data = read(collection)["toy_law"].data()
    assert (len(data.train), len(data.test)) == (30, 10)
    X = np.concatenate([data.train.X, data.test.X])
    y = np.concatenate([data.train.y, data.test.y])
    assert np.array_equal(np.sort(y), np.arange(3.0, 43.0))
    assert np.array_equal(X, y[:, None] + np.array([-2.0, -1.0, 1.0, 2.0]))


@pytest.mark.parametrize(("n", "seed"), [(41, 0), (100, 11284), (7, 3)])
def test_the_split_is_srbenchs(n: int, seed: int) -> None:
    train, test = split_rows(n, seed, None)
    theirs = train_test_split(np.arange(n), train_size=0.75, test_size=0.25, random_state=seed)
    assert np.array_equal(train, theirs[0][: len(train)])
    assert np.array_equal(test, theirs[1])


def test_large_tables_train_on_a_sample_as_in_srbench() -> None:
    train, test = split_rows(20_000, 5, 10_000)
    whole, _ = split_rows(20_000, 5, None)
    np.random.seed(5)  # noqa: NPY002
    theirs = np.random.choice(np.arange(15_000), size=10_000, replace=False)  # noqa: NPY002
    assert np.array_equal(train, whole[theirs])
    assert len(test) == 5_000


@pytest.mark.parametrize(
    "formula", ["no equation", "F = q1 +", "F = import os", "F = q1*unknown", "a = b = q1"]
)
def test_what_is_no_formula_of_the_columns_is_no_truth(tmp_path: Path, formula: str) -> None:
    metadata = f"description: |\n  {formula}\n"
    write_problem(tmp_path / "all", "one", [HEADER, "1\t2\t3\t4\t5"], metadata)
    assert read(tmp_path / "all")["one"].truth is None


@pytest.mark.parametrize(
    ("metadata", "message"),
    [("a: [", "not YAML"), ("- a\n- b", "holds list"), ("!!python/name:os.system x", "not YAML")],
)
def test_metadata_that_is_none(tmp_path: Path, metadata: str, message: str) -> None:
    write_problem(tmp_path / "all", "one", [HEADER, "1\t2\t3\t4\t5"], metadata)
    with pytest.raises(PmlbError, match=f"metadata.yaml: {message}"):
        read(tmp_path / "all")


def test_a_table_without_a_target(tmp_path: Path) -> None:
    write_problem(tmp_path / "all", "one", ["a\tb", "1\t2"], None)
    with pytest.raises(TableError, match=r"line 1 has no column 'target'; it has a, b"):
        read(tmp_path / "all")


def test_a_bad_cell_is_named(tmp_path: Path) -> None:
    write_problem(tmp_path / "all", "one", ["a\ttarget", "1\t2", "x\t3"], None)
    with pytest.raises(TableError, match=r"one.tsv.gz: line 3, column 'a' holds 'x'"):
        read(tmp_path / "all")["one"].data()


def test_a_pointer_in_place_of_the_table(tmp_path: Path) -> None:
    folder = tmp_path / "all" / "one"
    folder.mkdir(parents=True)
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n"
    (folder / "one.tsv.gz").write_text(pointer)
    with pytest.raises(TableError, match="git lfs pull"):
        read(tmp_path / "all")


def test_a_folder_of_another_kind(tmp_path: Path) -> None:
    assert not recognises(tmp_path)
    assert not recognises(tmp_path / "missing")
    with pytest.raises(PmlbError, match=r"no folder NAME with a NAME.tsv.gz"):
        read(tmp_path)
