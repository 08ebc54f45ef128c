"""Datasets written out: what our own loaders read back, and what other tools find."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from bench.expression import evaluate, parse
from bench.problems import Data, Dataset, load_dataset
from bench.problems.formats.export import LAYOUTS, ExportError, write_dataset


@pytest.fixture
def dataset() -> Dataset:
    return load_dataset("srsd_easy", only=["feynman-i.12.1", "feynman-i.14.3", "feynman-i.12.5"])


def same_tables(one: Data, other: Data) -> bool:
    return one.splits.keys() == other.splits.keys() and all(
        np.array_equal(table.X, other.splits[split].X)
        and np.array_equal(table.y, other.splits[split].y)
        for split, table in one.splits.items()
    )


def test_srsd_is_read_back_identically(dataset: Dataset, tmp_path: Path) -> None:
    files = write_dataset(dataset, tmp_path / "out", "srsd")
    assert tmp_path / "out" / "val" / "feynman-i.14.3.txt" in files
    again = load_dataset(tmp_path / "out")
    assert {p.name for p in again.problems} == {p.name for p in dataset.problems}
    for problem in dataset.problems:
        twin = again[problem.name]
        assert twin.data().digest == problem.data().digest
        assert twin.truth is not None and problem.truth is not None
        X = problem.data().test.X
        values = [
            evaluate(parse(p.truth, p.variables), p.names, X) for p in (twin, problem) if p.truth
        ]
        assert np.allclose(values[0], values[1], rtol=1e-14)


@pytest.mark.parametrize("form", ["srsd", "csv"])
def test_rows_out_of_domain_are_read_back_too(tmp_path: Path, form: str) -> None:
    dataset = load_dataset("llmsrbench_matsci", limit=1)
    write_dataset(dataset, tmp_path / "out", form)
    (problem,), (twin,) = dataset.problems, load_dataset(tmp_path / "out").problems
    assert twin.data().digest == problem.data().digest
    assert "ood" in twin.data().splits


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_are_read_back_identically(dataset: Dataset, tmp_path: Path, form: str) -> None:
    write_dataset(dataset, tmp_path / "out", form)
    again = load_dataset(tmp_path / "out")
    for problem in dataset.problems:
        assert same_tables(again[problem.name].data(), problem.data())


def test_pmlb_has_all_rows_and_the_law(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(dataset, tmp_path / "out", "pmlb")
    again = load_dataset(tmp_path / "out", max_train=None)
    for problem in dataset.problems:
        twin = again[problem.name]
        assert twin.truth == str(parse(problem.truth or "", problem.variables))
        rows = [np.concatenate([t.y for t in p.data().splits.values()]) for p in (twin, problem)]
        assert np.array_equal(np.sort(rows[0]), np.sort(rows[1]))


def test_pmlb_keeps_uniform_ranges(tmp_path: Path) -> None:
    write_dataset(load_dataset("jin", limit=1), tmp_path / "out", "pmlb")
    (problem,) = load_dataset(tmp_path / "out").problems
    assert [v.sampling and v.sampling.low for v in problem.variables] == [-3, -3]


def test_hdf5_has_the_target_first(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(dataset, tmp_path / "out", "hdf5")
    with h5py.File(tmp_path / "out" / "srsd_easy.hdf5") as file:
        problem = dataset["feynman-i.14.3"]
        group = file[problem.name]
        assert list(group.attrs["columns"]) == ["target", *problem.names]
        assert group.attrs["truth"] == problem.truth
        test = problem.data().test
        assert np.array_equal(group["test"][:, 0], test.y)
        assert np.array_equal(group["test"][:, 1:], test.X)


def test_csv_for_other_tools(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(dataset, tmp_path / "out", "csv")
    frame = pd.read_csv(tmp_path / "out" / "feynman-i.12.1_test.csv")
    assert list(frame.columns) == ["x0", "x1", "target"]
    assert len(frame) == 1000


@pytest.mark.parametrize("form", LAYOUTS)
def test_the_index_describes_every_problem(dataset: Dataset, tmp_path: Path, form: str) -> None:
    files = write_dataset(dataset, tmp_path / "out", form, seed=3)
    assert tmp_path / "out" / "problems.json" in files
    index = json.loads((tmp_path / "out" / "problems.json").read_text())
    assert (index["dataset"], index["seed"]) == ("srsd_easy", 3)
    one = index["problems"]["feynman-i.12.1"]
    assert one["truth"] == "x0*x1"
    assert one["rows"] == {"train": 8000, "validation": 1000, "test": 1000}
    assert one["digest"] == dataset["feynman-i.12.1"].data(3).digest
    assert one["inputs"][0]["symbol"] == "mu"


@pytest.mark.parametrize("form", ["srsd", "csv", "pmlb"])
def test_the_same_data_are_the_same_bytes(dataset: Dataset, tmp_path: Path, form: str) -> None:
    one, other = (write_dataset(dataset, tmp_path / name, form) for name in ("a", "b"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_a_format_that_there_is_not(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no format 'arff'; there are srsd, csv"):
        write_dataset(dataset, tmp_path / "out", "arff")


def test_a_folder_in_use_is_left_alone(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="not empty; choose another folder"):
        write_dataset(dataset, tmp_path, "csv")
    assert (tmp_path / "mine.txt").read_text() == "mine"
