"""The classic suites: their laws, and data by their published recipes."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import evaluate, parse
from bench.problems import CatalogueError, Problem, load_dataset
from bench.problems.catalogue import dataset_from

COUNTS = {
    "nguyen": 12,
    "nguyen_c": 5,
    "livermore": 22,
    "livermore_extra": 8,
    "livermore2": 150,
    "jin": 6,
    "keijzer": 15,
    "korns": 12,
    "vladislavleva": 8,
    "constant": 8,
    "r": 3,
    "pagie": 1,
    "neat": 9,
    "meier": 2,
    "koza": 2,
    "poly": 6,
    "classic_extra": 9,
    "classic": 111,
}


def problem(dataset: str, name: str) -> Problem:
    return load_dataset(dataset)[name]


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_every_problem_has_data_by_its_law(name: str, count: int) -> None:
    dataset = load_dataset(name)
    assert len(dataset) == count
    for one in dataset.problems[:25]:
        if one.truth is None:
            continue
        law = parse(one.truth, one.variables)
        for table in one.data().splits.values():
            assert len(table) > 0
            values = evaluate(law, one.names, table.X)
            assert np.allclose(values, table.y, rtol=1e-9, atol=1e-12), one.id


@pytest.mark.parametrize(
    ("dataset", "name", "train", "test"),
    [
        ("nguyen", "Nguyen-1", 20, 20),
        ("livermore", "Livermore-1", 1000, 1000),
        ("keijzer", "Keijzer-1", 21, 2001),
        ("keijzer", "Keijzer-4", 101, 101),
        ("keijzer", "Keijzer-5", 1000, 10000),
        ("keijzer", "Keijzer-6", 50, 120),
        ("keijzer", "Keijzer-10", 100, 101 * 101),
        ("korns", "Korns-1", 100, 100),
        ("pagie", "Pagie-1", 26 * 26, 26 * 26),
        ("r", "R1", 20, 20),
        ("vladislavleva", "Vladislavleva-1", 100, 221 * 221),
        ("vladislavleva", "Vladislavleva-3", 100 * 6, 221 * 23),
        ("vladislavleva", "Vladislavleva-4", 1024, 5000),
        ("vladislavleva", "Vladislavleva-5", 300, 15 * 12 * 15),
        ("vladislavleva", "Vladislavleva-8", 50, 34 * 34),
        ("poly", "Poly-10", 330, 170),
        ("classic_extra", "Nonic", 20, 20),
        ("jin", "Jin-1", 100, 30),
    ],
)
def test_rows_of_the_published_recipe(dataset: str, name: str, train: int, test: int) -> None:
    data = problem(dataset, name).data()
    assert (len(data.train), len(data.test)) == (train, test)


def test_a_grid_has_both_ends_and_equal_steps() -> None:
    x = problem("keijzer", "Keijzer-1").data().train.X[:, 0]
    assert np.allclose(x, np.linspace(-1, 1, 21), atol=1e-15)


def test_grids_are_combined() -> None:
    X = problem("pagie", "Pagie-1").data().train.X
    assert len({tuple(row) for row in X}) == 26 * 26
    assert X.min() == -5 and X.max() == 5


def test_an_empty_test_recipe_draws_the_training_one_anew() -> None:
    data = problem("nguyen", "Nguyen-7").data()
    for table in (data.train, data.test):
        assert table.X.min() >= 0 and table.X.max() <= 2
    assert not np.intersect1d(data.train.X, data.test.X).size


def test_a_test_range_of_its_own() -> None:
    data = problem("vladislavleva", "Vladislavleva-4").data()
    assert data.train.X.min() >= 0.05 and data.train.X.max() <= 6.05
    assert data.test.X.min() < 0.05 and data.test.X.max() > 6.05


def test_function_sets() -> None:
    koza = ("add", "sub", "mul", "div", "sin", "cos", "exp", "log")
    assert problem("nguyen", "Nguyen-1").functions == koza
    assert problem("keijzer", "Keijzer-1").functions == (
        "add",
        "mul",
        "inv",
        "neg",
        "sqrt",
        "const",
    )
    assert problem("poly", "Poly-1").functions == (*koza, "sqrt", "poly")
    assert problem("neat", "Neat-1").functions == (*koza, "1.0")


def test_the_harmonic_numbers_are_values_without_a_law() -> None:
    one = problem("neat", "Neat-6")
    assert one.truth is None
    data = one.data()
    assert (len(data.train), len(data.test)) == (50, 120)
    assert np.allclose(data.test.y, np.cumsum(1 / data.test.X[:, 0]), rtol=1e-14)


def test_the_livermore_list_and_what_lies_beyond_it() -> None:
    fifth = problem("livermore", "Livermore-5"), problem("livermore_extra", "Livermore-5")
    assert [p.truth for p in fifth] == ["x0**4 - x0**3 + x0**2 - x1", "x0**4 - x0**3 + x1**2 - x1"]
    assert problem("livermore", "Livermore-22").truth == "exp(-0.5*x0**2)"


@pytest.mark.parametrize(
    "files", [{"train": "a.csv"}, {"train": "a.csv", "test": "b.csv", "other": "c.csv"}, "a.csv"]
)
def test_files_in_a_catalogue_are_those_of_the_splits(files: object) -> None:
    problem = {"name": "p", "variables": [{"symbol": "x"}], "files": files}
    header = {"name": "made", "version": "1", "source": "the tests", "licence": "none"}
    with pytest.raises(CatalogueError, match=r"needed: \{train: NAME.csv, test: NAME.csv\}"):
        dataset_from({**header, "problems": [problem]}, "made")
