"""Catalogue files: what is read, and what each mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bench.problems.catalogue import CatalogueError, catalogue_names, catalogue_path, read_catalogue

GOOD = {
    "name": "mine",
    "version": "1",
    "source": "a test",
    "licence": "none",
    "samples": {"train": 20, "test": 10},
    "problems": [
        {
            "name": "p",
            "truth": "x0*x1",
            "formula": "m*v",
            "meaning": "momentum",
            "tier": "easy",
            "target": {"symbol": "q", "unit": [1, -1, 1, 0, 0]},
            "variables": [
                {
                    "symbol": "m",
                    "unit": [0, 0, 1, 0, 0],
                    "sampling": "uniform",
                    "low": 1,
                    "high": 2,
                },
                {"symbol": "v", "sampling": "log_uniform", "low": 1, "high": 9, "signs": "both"},
            ],
            "constraints": ["x0 != 0"],
            "flaws": {"odd": "it is odd"},
        }
    ],
}


def written(tmp_path: Path, catalogue: object) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(catalogue), encoding="utf-8")
    return path


def changed(**fields: object) -> dict[str, object]:
    """The good catalogue with some fields of its problem changed (None: left out)."""
    problem = {**GOOD["problems"][0], **fields}  # type: ignore[dict-item]
    return {**GOOD, "problems": [{k: v for k, v in problem.items() if v is not None}]}


def variable(**fields: object) -> dict[str, object]:
    first, second = GOOD["problems"][0]["variables"]  # type: ignore[index]
    return changed(variables=[{**first, **fields}, second])


def test_reads_what_a_problem_says(tmp_path: Path) -> None:
    dataset = read_catalogue(written(tmp_path, GOOD))
    problem = dataset["p"]
    assert (dataset.name, dataset.version, problem.id) == ("mine", "1", "mine/p")
    assert (problem.truth, problem.formula, problem.tier) == ("x0*x1", "m*v", "easy")
    assert [v.symbol for v in problem.variables] == ["m", "v"]
    assert problem.target.variable.unit == (1, -1, 1, 0, 0)
    assert problem.flaws == {"odd": "it is odd"}
    assert {split: len(table) for split, table in problem.data().splits.items()} == {
        "train": 20, "test": 10
    }  # fmt: skip


@pytest.mark.parametrize("name", catalogue_names())
def test_every_catalogue_that_ships_is_read(name: str) -> None:
    dataset = read_catalogue(catalogue_path(name))
    assert len(dataset) and dataset.title and dataset.source and dataset.licence


@pytest.mark.parametrize(
    ("catalogue", "message"),
    [
        (["a", "list"], "a catalogue is a mapping"),
        ({**GOOD, "name": "other"}, "name is 'other'; a catalogue is named like its file"),
        (
            {**GOOD, "version": 1},
            'the dataset: version is 1; needed: text (a number in quotes: "1")',
        ),
        ({**GOOD, "colour": "red"}, "the dataset has an unknown field 'colour'; known are "),
        (
            {**GOOD, "samples": {"train": 0}},
            "problem 'p': samples is {'train': 0}; needed: positive",
        ),
        ({**GOOD, "samples": {"trial": 9}}, "problem 'p': samples is {'trial': 9}"),
        ({**GOOD, "problems": GOOD["problems"] * 2}, "two problems are called 'p'"),  # type: ignore[operator]
        ({**GOOD, "samples": 20}, "samples is 20; needed: a mapping"),
        ({**GOOD, "title": 5}, "the dataset: title is 5; needed: text"),
        ({**GOOD, "include": ["nguyen", "nope"]}, "include is 'nope'; needed: other datasets"),
        ({**GOOD, "dummies_of": "mine"}, "dummies_of is 'mine'; needed: other datasets"),
        ({**GOOD, "problems": ["p"]}, "a problem without a name: 'p'"),
        (changed(name=None), "a problem without a name"),
        (changed(truth=None), "problem 'p': truth is None; needed: text"),
        (changed(truth="x0*"), "problem 'p': "),
        (changed(truth="x0*x7"), "x7"),
        (changed(truth="__import__('os')"), "problem 'p': "),
        (changed(thruth="x0"), "problem 'p' has an unknown field 'thruth'"),
        (changed(variables="x0"), "problem 'p': variables is 'x0'; needed: a list"),
        (changed(constraints=["x0"]), "a constraint has one of != == >= <= > <"),
        (changed(constraints=[7]), "constraints is 7; needed: text"),
        (changed(meaning=5), "problem 'p': meaning is 5; needed: text"),
        (changed(functions="sin"), "problem 'p': functions is 'sin'; needed: a list"),
        (changed(functions=[1]), "problem 'p': functions is [1]; needed: a list of names"),
        (changed(flaws=["odd"]), "problem 'p': flaws is ['odd']; needed: a mapping"),
        (changed(flaws={"odd": 1}), "flaws is {'odd': 1}; needed: a sentence for each word"),
        (changed(time="x9"), "problem 'p': time is 'x9'; needed: one of x0, x1"),
        (variable(low="one"), "variable x0: low, high is ['one', 2]; needed: two numbers"),
        (variable(low=3), "variable x0: low, high is [3, 2]; needed: two numbers, the lower first"),
        (
            variable(sampling="normal"),
            "sampling is 'normal'; needed: uniform, log_uniform, integer",
        ),
        (variable(sampling="log_uniform", low=0), "low is 0; needed: a positive number"),
        (variable(sampling="grid"), "count is None; needed: the number of points"),
        (variable(signs="plus"), "signs is 'plus'; needed: positive, negative or both"),
        (variable(unit=[1, 2]), "unit is [1, 2]; needed: exponents of (m, s, kg, K, V)"),
        (variable(symbol=True), "symbol is True; needed: text, in quotes"),
        (variable(hight=3), "variable x0 has an unknown field 'hight'"),
        (changed(system={"rates": {}}), "problem 'p': system is "),
        (changed(files={"train": "a.csv"}), "problem 'p': files is {'train': 'a.csv'}; needed: {"),
        (changed(trajectory={"order": 1, "ponts": 9}), "problem 'p': trajectory is "),
        (changed(filtered={"rows": 9}), "problem 'p': filtered is {'rows': 9}; needed: {rows: "),
    ],
)
def test_a_mistake_is_told_with_file_problem_field_and_value(
    tmp_path: Path, catalogue: object, message: str
) -> None:
    path = written(tmp_path, catalogue)
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path)
    assert str(path) in str(caught.value) and message in str(caught.value)


def test_yaml_that_would_build_objects_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: !!python/object/apply:os.system ['true']\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="not YAML"):
        read_catalogue(path)
