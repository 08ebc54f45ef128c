"""SRSD's own folders: rows as they are, truths from pickles."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import sympy

from bench.expression import evaluate, parse
from bench.problems import load_dataset
from bench.problems.formats.tabular import TableError
from bench.problems.formats.unpickle import UnsafePickle

ROWS = {"train": 8, "val": 3, "test": 4}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two problems in SRSD's layout, written as its authors' scripts do."""
    root = tmp_path / "srsd-feynman_tiny"
    rng = np.random.default_rng(0)
    x = sympy.symbols("x0:3", real=True)
    truths = {"feynman-a": x[0] * x[1], "feynman-b": sympy.Float(2.5e-11) * x[0] / x[2] ** 2 + x[1]}
    for name, truth in truths.items():
        d = 2 if name == "feynman-a" else 3
        for split, n in ROWS.items():
            X = rng.uniform(1, 5, (n, d))
            y = sympy.lambdify(x[:d], truth)(*X.T)
            (root / split).mkdir(parents=True, exist_ok=True)
            np.savetxt(root / split / f"{name}.txt", np.column_stack([X, y]), delimiter=" ")
        (root / "true_eq").mkdir(exist_ok=True)
        (root / "true_eq" / f"{name}.pkl").write_bytes(pickle.dumps(truth))
    return root


def test_reads_rows_and_truths(folder: Path) -> None:
    dataset = load_dataset(folder)
    assert dataset.name == "srsd-feynman_tiny"
    assert [problem.name for problem in dataset.problems] == ["feynman-a", "feynman-b"]
    assert dataset["feynman-a"].truth == "x0*x1"
    for problem in dataset.problems:
        data = problem.data()
        assert [len(data.splits[s]) for s in ("train", "validation", "test")] == [8, 3, 4]
        for table in data.splits.values():
            law = evaluate(parse(problem.truth or ""), problem.names, table.X)
            np.testing.assert_allclose(table.y, law, rtol=1e-12)


def test_rows_are_not_touched(folder: Path) -> None:
    table = load_dataset(folder)["feynman-b"].data(seed=7).train
    expected = np.loadtxt(folder / "train" / "feynman-b.txt")
    np.testing.assert_array_equal(np.column_stack([table.X, table.y]), expected)


def test_a_box_around_the_rows_stands_for_the_domain(folder: Path) -> None:
    problem = load_dataset(folder)["feynman-a"]
    X = problem.data().train.X
    rules = [variable.sampling for variable in problem.domain.variables]
    assert [(rule.low, rule.high) for rule in rules if rule] == [
        (X[:, j].min(), X[:, j].max()) for j in range(2)
    ]


def test_truth_and_validation_may_be_missing(folder: Path) -> None:
    (folder / "true_eq" / "feynman-a.pkl").unlink()
    (folder / "val" / "feynman-a.txt").unlink()
    problem = load_dataset(folder)["feynman-a"]
    assert problem.truth is None and set(problem.data().splits) == {"train", "test"}


def test_a_changed_file_is_another_version(folder: Path) -> None:
    before = load_dataset(folder).version
    path = folder / "test" / "feynman-a.txt"
    path.write_text(path.read_text() + "1 2 2\n")
    assert load_dataset(folder).version != before


def test_a_hostile_truth_is_refused_and_does_not_run(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"

    class Hostile:
        def __reduce__(self) -> object:
            return os.system, (f"touch {mark}",)

    (folder / "true_eq" / "feynman-a.pkl").write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(UnsafePickle, match=r"feynman-a\.pkl: holds .*system"):
        load_dataset(folder)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("train/feynman-a.txt", "1 2 3\n4 five 6\n", "line 2, column 2 holds 'five'"),
        ("train/feynman-a.txt", "1 2 3\n4 5\n", "line 2 has 2 cells, not 3"),
        ("test/feynman-a.txt", "1 nan 3\n", "line 1, column 2 holds 'nan'"),
        ("test/feynman-a.txt", "1 2 3 4\n", "has 4 columns, not 3"),
        ("val/feynman-a.txt", "", "empty"),
        ("train/feynman-a.txt", "1\n2\n", "line 1 has 1 columns"),
    ],
)
def test_malformed_rows_are_told_with_file_line_and_column(
    folder: Path, file: str, content: str, message: str
) -> None:
    (folder / file).write_text(content)
    with pytest.raises(TableError) as caught:
        load_dataset(folder)["feynman-a"].data()
    assert str(folder / file) in str(caught.value) and message in str(caught.value)


def test_a_truth_in_other_variables_is_an_error(folder: Path) -> None:
    truth = pickle.dumps(sympy.Symbol("x9") + 1)
    (folder / "true_eq" / "feynman-a.pkl").write_bytes(truth)
    with pytest.raises(TableError, match="has x9, and there are 2 inputs"):
        load_dataset(folder)


def test_a_missing_test_file_is_an_error(folder: Path) -> None:
    (folder / "test" / "feynman-b.txt").unlink()
    with pytest.raises(TableError, match=r"test/feynman-b\.txt: is missing"):
        load_dataset(folder)
