"""Tables that lie in installed packages: read as text where they are those that are meant."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris

from bench.problems import CatalogueError, Problem, load_dataset
from bench.problems.catalogue import dataset_from
from bench.problems.sources.installed import InstalledTable, PackagedTableError
from benchmarks.real_tables import table

READ = "name;;mass\n" + "a;1;0.1\n" + "b;.;0.2\n" + "c;3;\n" + "".join(
    f"d;{k};{k / 7!r}\n" for k in range(4, 40)
)  # fmt: skip


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that holds tables, and does harm where it is imported."""
    folder = tmp_path / "site" / "some_tables"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return folder


def problem(files: dict[Path, str | None], **more: Any) -> Problem:
    """A problem over files of the package; a digest that is not given is the file's."""
    told = {
        path.name: digest or hashlib.sha256(path.read_bytes()).hexdigest()
        for path, digest in files.items()
    }
    entry = {
        "name": "one", "target": {"symbol": "mass"}, "variables": [{"symbol": "size"}],
        "installed": {"requirement": "some-tables==1.0", "files": told, **more},
    }  # fmt: skip
    top = {"name": "t", "version": "1", "source": "s", "licence": "l", "problems": [entry]}
    return dataset_from(top, "here").problems[0]


@pytest.mark.parametrize("pack", [None, gzip.compress, bz2.compress], ids=["csv", "gz", "bz2"])
def test_rows_without_a_number_are_left_out_and_the_others_are_read_to_the_bit(
    package: Path, pack: Any
) -> None:
    text = READ.replace(";;", ";size;")
    path = package / {None: "t.csv", gzip.compress: "t.csv.gz"}.get(pack, "t.csv.bz2")
    path.write_bytes(pack(text.encode()) if pack else text.encode())
    data = problem({path: None}, separator=";").data(seed=3)
    rows = sorted(zip(*data.train.X.T, data.train.y, strict=True))
    rows += zip(*data.test.X.T, data.test.y, strict=True)
    assert sorted(rows) == [(1.0, 0.1), *((float(k), k / 7) for k in range(4, 40))]
    assert len(data.test.y) == 10  # a quarter, upwards


def test_files_without_a_header_stand_side_by_side(package: Path) -> None:
    left, right = package / "left.csv", package / "right.csv"
    left.write_text("2 files\n" + "".join(f"{k} {k * k}\n" for k in range(8)))
    right.write_text("2 files\n" + "".join(f"{k * k * k}\n" for k in range(8)))
    data = problem(
        {left: None, right: None}, separator=" ", skip=1, columns=["size", "area", "mass"]
    ).data()
    np.testing.assert_array_equal(data.train.X[:, 0] ** 3, data.train.y)


def test_another_file_another_version_and_no_package_say_what_brings_it(package: Path) -> None:
    path = package / "t.csv"
    path.write_text(READ.replace(";;", ";size;"))
    other = problem({path: "0" * 64}, separator=";")
    with pytest.raises(PackagedTableError, match=r"t\.csv is not the one .*some-tables==1\.0"):
        other.data()
    with pytest.raises(PackagedTableError, match="is not the one"):
        other.source.check(other)  # type: ignore[attr-defined]
    with pytest.raises(PackagedTableError, match=r"is not there; .*pip install some-tables"):
        problem({package / "u.csv": "0" * 64}).data()
    with pytest.raises(PackagedTableError, match=r"needs the package nowhere: .*pip install"):
        problem({path: None}, module="nowhere").data()


@pytest.mark.parametrize(
    "entry",
    [
        {"files": {"a": "b"}},
        {"requirement": "numpy", "files": {"a": "b"}},
        {"requirement": "numpy>=1", "files": {"a": "b"}},
        {"requirement": "numpy==1"},
        {"requirement": "numpy==1", "files": ["a"]},
        {"requirement": "numpy==1", "files": {"a": "b"}, "seperator": ";"},
    ],
)
def test_what_a_catalogue_says_wrongly_is_told(entry: dict[str, Any]) -> None:
    top: dict[str, Any] = {"name": "t", "version": "1", "source": "s", "licence": "l"}
    top["problems"] = [{"name": "one", "variables": [], "installed": entry}]
    with pytest.raises(CatalogueError, match=r"'one': installed is .*needed: requirement"):
        dataset_from(top, "here")


def test_the_tables_of_scikit_learn_are_what_it_loads_itself() -> None:
    tables = load_dataset("real_tables")
    iris, diabetes = load_iris(), load_diabetes(scaled=False)
    known = {
        "iris": iris.data[:, [0, 1, 3, 2]],  # the length of petals is the target
        "diabetes": np.column_stack([diabetes.data, diabetes.target]),
    }
    for name, rows in known.items():
        data = tables[name].data()
        ours = [np.column_stack([part.X, part.y]) for part in (data.train, data.test)]
        assert sorted(np.vstack(ours).tolist()) == sorted(rows.tolist())


@pytest.mark.parametrize("name", [one.name for one in load_dataset("real_tables").problems])
def test_every_table_that_ships_is_read(name: str) -> None:
    one = load_dataset("real_tables")[name]
    assert isinstance(one.source, InstalledTable)
    if importlib.util.find_spec(one.source.module) is None:
        pytest.skip(f"{one.source.module} is not installed (the extra tables)")
    data = one.data()
    for part in (data.train, data.test):
        assert part.X.shape == (len(part.y), len(one.variables))
        assert np.isfinite(part.X).all() and np.isfinite(part.y).all()
        assert np.ptp(part.y) > 0 and np.ptp(part.X, axis=0).all()


def test_the_benchmark_compares_table_by_table() -> None:
    rows = [
        ("operon", "a", 0.5, 9.0), ("operon", "b", 0.9, 5.0), ("operon", "c", 0.2, 7.0),
        ("laws", "a", 0.6, 4.0), ("laws", "b", 0.902, 6.0), ("laws", "c", np.nan, np.nan),
    ]  # fmt: skip
    runs = pd.DataFrame(rows, columns=["method", "problem", "r2", "complexity"])
    assert list(table(runs))[2:] == [
        "| laws | 0.600 | 5 | 1 | 1 |",
        "| operon | 0.500 | 7 |  |  |",
    ]
