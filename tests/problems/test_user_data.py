"""Users' tables: what a file or a folder becomes, and what each mistake is told."""

from __future__ import annotations

import csv
import gzip
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.basics.installation import install_hint
from bench.problems import Variable, load_dataset
from bench.problems.formats.naming import variables_for
from bench.problems.formats.tabular import TableError, read_table
from bench.problems.identifiable.dependent import dependences


def frame(n: int = 40, columns: tuple[str, ...] = ("a", "b")) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.uniform(1, 2, (n, len(columns))), columns=list(columns))
    return table.assign(target=table[columns[0]] * table[columns[-1]])


def rows(data: object, split: str) -> np.ndarray:
    table = data.splits[split]  # type: ignore[attr-defined]
    return np.column_stack([table.X, table.y])


def write(path: Path, table: pd.DataFrame) -> Path:
    if path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False, sep="\t" if ".tsv" in path.name else ",")
    return path


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.csv.gz", "t.tsv.gz", "t.parquet"])
def test_a_file_is_a_problem_split_three_to_one(tmp_path: Path, name: str) -> None:
    table = frame()
    dataset = load_dataset(write(tmp_path / name, table))
    problem = dataset["t"]
    data = problem.data()
    assert (len(data.train), len(data.test)) == (30, 10)
    together = np.concatenate([rows(data, "train"), rows(data, "test")])
    assert set(map(tuple, together)) == set(map(tuple, table.to_numpy()))
    assert problem.data(0).digest == data.digest != problem.data(1).digest
    assert [v.symbol for v in problem.variables] == ["a", "b"] and problem.truth is None


def test_text_is_read_to_the_last_bit(tmp_path: Path) -> None:
    table = frame(500)
    data = load_dataset(write(tmp_path / "t.csv", table)).problems[0].data()
    assert {row[0] for row in rows(data, "train")} <= set(table["a"])


def test_files_of_splits_are_one_problem_as_they_are(tmp_path: Path) -> None:
    parts = {"train": frame(7), "test": frame(5), "ood": frame(3)}
    for split, part in parts.items():
        write(tmp_path / f"pendulum_{split}.csv", part)
    write(tmp_path / "alone.csv", frame())
    dataset = load_dataset(tmp_path)
    assert [problem.name for problem in dataset.problems] == ["alone", "pendulum"]
    data = dataset["pendulum"].data(seed=3)
    for split, part in parts.items():
        np.testing.assert_array_equal(rows(data, split), part.to_numpy())


def test_target_split_and_truth_are_options(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", frame(40, ("mass (kg)", "v", "target 2")))
    dataset = load_dataset(path, target="v", split=0.5, truth="x0*target - x1")
    problem = dataset.problems[0]
    assert (len(problem.data().train), problem.target.variable.symbol) == (20, "v")
    assert [v.symbol for v in problem.variables] == ["mass (kg)", "target 2", "target"]
    assert problem.truth == "x0*x2 - x1"
    assert dataset.version != load_dataset(path, target="v").version


def test_truths_of_a_folder_are_a_mapping(tmp_path: Path) -> None:
    for name in ("p", "q"):
        write(tmp_path / f"{name}.csv", frame())
    dataset = load_dataset(tmp_path, truth={"p": "a*b"})
    assert (dataset["p"].truth, dataset["q"].truth) == ("x0*x1", None)
    with pytest.raises(TableError, match="one truth for 2 problems"):
        load_dataset(tmp_path, truth="a*b")
    with pytest.raises(TableError, match="'r', which is none of p, q"):
        load_dataset(tmp_path, truth={"r": "a*b"})
    with pytest.raises(TableError, match=r"the truth of 'p'.*c"):
        load_dataset(tmp_path, truth={"p": "a*c"})


def test_a_changed_file_is_another_version(tmp_path: Path) -> None:
    before = load_dataset(write(tmp_path / "t.csv", frame())).version
    assert load_dataset(write(tmp_path / "t.csv", frame())).version == before
    assert load_dataset(write(tmp_path / "t.csv", frame(41))).version != before


@pytest.mark.parametrize(
    ("headers", "variables"),
    [
        (["m", "v (m/s)"], [("x0", "m"), ("x1", "v (m/s)")]),
        (["x1", "x2"], [("x1", "x1"), ("x2", "x2")]),
        (["x1", "speed"], [("x0", ""), ("x1", "speed")]),
    ],
)
def test_any_header_becomes_a_variable(
    headers: list[str], variables: list[tuple[str, str]]
) -> None:
    made: tuple[Variable, ...] = variables_for(headers)
    assert [(variable.name, variable.symbol) for variable in made] == variables


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b,target\n1,2,3\n4,x,6\n", "line 3, column 'b' holds 'x', not a finite number"),
        ("a,b,target\n1,2,3\n4,,6\n", "line 3, column 'b' is empty, not a finite number"),
        ("a,b,target\n1,2,3\n4,nan,6\n", "line 3, column 'b' holds 'nan'"),
        ("a,b,target\n1,2,1e999\n4,5,6\n", "line 2, column 'target' holds '1e999'"),
        ("a,b,target\n1,2,3\n4,5\n", "line 3 has 2 cells, not 3"),
        ("a,b,target\n1,2,3\n4,5,6,7\n", "line 3 has 4 cells, not 3"),
        ("a,b,target\n1,2,3,4\n4,5,6,7\n", "line 2 has 4 cells, not 3"),
        ("a,b,target\n1_000,2,3\n", "line 2, column 'a' holds '1_000'"),
        ("a,b,y\n1,2,3\n", "there is no column 'target'; the columns are 'a', 'b', 'y'"),
        ("a,a,target\n1,2,3\n", "more than one column is called 'a'"),
        ("a,,target\n1,2,3\n", "line 1: column 2 has no name"),
        ("a;b;target\n1;2;3\n", "line 1 has one column, 'a;b;target'; separate the columns by ','"),
        ("1,2,3\n4,5,6\n", "line 1 holds numbers; it must name the columns"),
        ("a,b,target\n", "there is a header, and no row of data below it"),
        ("", "empty, or its first line is"),
        ("target\n1\n2\n", "there is no column but 'target'"),
        ("a,b,target\n1,2,3\n", "one row cannot be split"),
    ],
)
def test_malformed_text_is_told_with_file_line_and_column(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content)
    with pytest.raises(TableError) as caught:
        load_dataset(path)
    assert str(path) in str(caught.value) and message in str(caught.value)


WRITTEN = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.text("0123456789+-.eE_x ,;\"'()\0\t\u00a0\u0661TRUEfalsenaif", max_size=6),
)
"""Cells as they may be written, well and badly."""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(
    st.lists(st.lists(WRITTEN, min_size=2, max_size=3), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_a_table_is_read_as_it_is_written_or_refused(
    cells: list[list[str]], end: str, quoted: bool
) -> None:
    lines = [["1", "2"], *cells, ["3", "4"]]
    text = end.join(",".join(f'"{c}"' if quoted else c for c in line) for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(f"a,target{end}{text}{end}".encode())
        try:
            found = read_table(path).values
        except TableError as error:
            assert str(path) in str(error) and "\n" not in str(error)
            return
        with path.open(newline="") as file:
            rows = [row for row in list(csv.reader(file))[1:] if any(map(str.strip, row))]
    kept = [row[:2] if row[2:] == [""] else row for row in rows]  # a comma at the end of each line
    assert found.tolist() == [[float(cell) for cell in row] for row in kept]


def test_many_columns_are_looked_through_in_a_moment(tmp_path: Path) -> None:
    values = np.random.default_rng(0).uniform(1, 2, (30, 600))
    values[:, 500] = 3 * values[:, 3] + 1
    names = [f"c{j}" for j in range(599)]
    assert [one.of for one in dependences(values[:, :-1], names)] == ["c500", "c3"]
    table = pd.DataFrame(np.hstack([values] * 4), columns=[f"c{j}" for j in range(2400)])
    problem = load_dataset(write(tmp_path / "t.csv", table), target="c2399").problems[0]
    assert len(problem.variables) == 2399


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,target\n\xff\xfe,1\n")
    with pytest.raises(TableError, match=r"t\.csv: .*(UTF-8|as text)"):
        load_dataset(path)
    broken = tmp_path / "u.csv.gz"
    broken.write_bytes(gzip.compress(b"a,target\n" + b"1.5,2.5\n" * 5000)[:40])
    with pytest.raises(TableError, match=r"u\.csv\.gz: "):
        load_dataset(broken)


def test_malformed_parquet_is_told_with_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"a": [1.0, None], "target": [1.0, 2.0]}).to_parquet(path)
    with pytest.raises(TableError, match="row 2, column 'a' holds nan or nothing"):
        load_dataset(path)
    pd.DataFrame({"a": ["one", "two"], "target": [1.0, 2.0]}).to_parquet(path)
    with pytest.raises(TableError, match=r"column 'a' holds .*string, not numbers"):
        load_dataset(path)
    path.write_bytes(b"no parquet")
    with pytest.raises(TableError, match="not a Parquet file"):
        load_dataset(path)


def test_parquet_without_pyarrow_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "t.parquet", frame())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(TableError, match=re.escape(install_hint("parquet"))):
        load_dataset(path)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["p_train.csv"], "there is no p_test beside p_train.csv"),
        (["p_test.csv"], "there is no p_train beside p_test.csv"),
        (["p.csv", "p.tsv"], "would be the same problem"),
        (["p.csv", "p_train.csv", "p_test.csv"], "there are files of splits"),
    ],
)
def test_a_folder_that_is_ambiguous_is_an_error(
    tmp_path: Path, names: list[str], message: str
) -> None:
    for name in names:
        write(tmp_path / name, frame())
    with pytest.raises(TableError, match=message):
        load_dataset(tmp_path)


def test_splits_with_other_columns_are_an_error(tmp_path: Path) -> None:
    write(tmp_path / "p_train.csv", frame())
    write(tmp_path / "p_test.csv", frame(columns=("b", "a")))
    with pytest.raises(TableError, match="its columns differ"):
        load_dataset(tmp_path)


@pytest.mark.parametrize("split", [0, 1, -0.5, 2])
def test_a_split_is_a_share(tmp_path: Path, split: float) -> None:
    with pytest.raises(TableError, match=f"split is {split}; it is the share of training rows"):
        load_dataset(write(tmp_path / "t.csv", frame()), split=split)


def test_the_domain_of_a_table_is_the_box_around_it(tmp_path: Path) -> None:
    n = 60
    table = pd.DataFrame(
        {
            "count": np.arange(n) % 7,
            "decades": np.geomspace(1e-6, 1e3, n),
            "debt": -np.geomspace(1, 1e4, n),
            "plain": np.linspace(-2, 5, n),
            "target": np.ones(n),
        }
    )
    problem = load_dataset(write(tmp_path / "t.csv", table)).problems[0]
    rules = {v.symbol: v.sampling for v in problem.domain.variables}
    kinds = {name: (rule.kind, rule.signs) for name, rule in rules.items() if rule}
    assert kinds == {
        "count": ("integer", "positive"),
        "decades": ("log_uniform", "positive"),
        "debt": ("log_uniform", "negative"),
        "plain": ("uniform", "positive"),
    }
