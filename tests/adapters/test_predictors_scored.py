"""Predictors that answers keep: asked once the answer is fixed, scored beside what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from contracts import regressor

import bench
from bench import Budget, Data, Dataset, Problem, Table, Target, Variable
from bench.leaderboard.writers import brief
from bench.plugins import find_method, spec_of
from bench.problems.sources.given import Given
from bench.running import Limits, LocalExecutor, MethodSpec, Record, Store, execute, matrix
from bench.running.results.judging import judge_records, read_score
from bench.running.results.plain import unpacked
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import ScoringLimits

METHOD = '''
import os
import sys
import time
from dataclasses import dataclass

import numpy as np

from bench import Discovery


@dataclass(frozen=True)
class Keeps:
    """Answers with ``text``, and keeps a predictor that does as ``how`` says."""

    text: str = ""
    how: str = "right"

    def discover(self, task):
        if self.how == "no function":
            return Discovery.of(self.text, predict=3)
        return Discovery.of(self.text, predict=self.predict)

    def predict(self, X):
        print("asked", *X.shape)
        if self.how == "raises":
            raise ValueError("no values here")
        if self.how == "leaves":
            os._exit(3)
        if self.how == "exits":
            sys.exit(4)
        if self.how == "is short":
            return X[1:, 0]
        if self.how == "nan":
            return np.full(len(X), np.nan)
        return X[:, 0] * X[:, 1] * (1.0 if self.how == "right" else 2.0)
'''


FAILS = {
    "raises": "ValueError: no values here",
    "leaves": "exit code 3",
    "exits": "SystemExit: 4",
    "is short": "predict gave shape (9,) for 10 rows",
}


def problem() -> Problem:
    X = np.arange(1.0, 21.0).reshape(10, 2)
    splits = {name: X + k for k, name in enumerate(("train", "test", "validation", "ood"))}
    data = Data({name: Table(rows, rows[:, 0] * rows[:, 1]) for name, rows in splits.items()})
    variables = (Variable("x0"), Variable("x1"))
    return Problem("held", "1", "product", variables, (Target(truth="x0*x1"),), Given(data))


VARIANTS: dict[str, dict[str, Any]] = {
    "fork": {},
    "fresh": {"start": "fresh"},
    "keep": {"start": "keep"},
    "differs": {"text": "x0*x1", "how": "doubled"},
    "same": {"text": "x1*x0*1.00000000001"},
    "nan": {"how": "nan"},
    "no_function": {"how": "no function"},
    **{f"black_{how.replace(' ', '_')}": {"how": how} for how in FAILS},
    **{f"text_{how.replace(' ', '_')}": {"how": how, "text": "x0*x1"} for how in FAILS},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of every variant, scored."""
    folder = tmp_path_factory.mktemp("predictors")
    path = folder / "keeps.py"
    path.write_text(METHOD)
    one = problem()
    datasets = {"held": Dataset("held", "1", (one,))}
    store = Store(folder / "results")
    specs = [
        MethodSpec(
            name,
            f"{path}:Keeps",
            {key: value for key, value in settings.items() if key != "start"},
            worker={"start": settings.get("start", "fork")},
        )
        for name, settings in VARIANTS.items()
    ]
    runs = matrix(specs, datasets, seeds=[0, 1], budget=Budget(seconds=30))
    runs = [run for run in runs if run.seed == 0 or run.method.label == "keep"]
    execute(runs, datasets, store, LocalExecutor(2), limits=Limits(grace=10))
    records = list(store.records())
    judge_records(store, records, {("held", "product"): one}, limits=ScoringLimits(), workers=1)
    return folder / "results"


def found(results: Path, label: str) -> tuple[Record, Scorecard]:
    """The record and the scorecard of the last run of a variant."""
    store = Store(results)
    *_, record = (one for one in store.records() if one.run.method.label == label)
    kept = read_score(store, record.run.key)
    assert kept is not None
    return record, kept.card


@pytest.mark.parametrize("start", ["fork", "fresh", "keep"])
def test_a_black_box_gets_numeric_scores_only(results: Path, start: str) -> None:
    record, card = found(results, start)
    assert (record.status, record.message) == ("ok", "")
    assert record.discovery is not None and record.discovery.best.expression == ""
    assert list(record.discovery.predicted) == ["test", "ood"]
    test = problem().data().test
    np.testing.assert_array_equal(unpacked(record.discovery.predicted["test"]), test.y)
    values = card.values
    assert (values["accuracy"], values["r2"], values["ood_accuracy"]) == (1.0, 1.0, 1.0)
    assert (values["black_box"], values["predictor_accuracy"]) == (1, 1)
    assert values["text_differs"] is None
    assert (values["symbolic_exact"], values["ned"], values["complexity"]) == (0.0, 1.0, None)
    assert card.comparison.verdicts["exact"].reason == "a black box: it has no formula"
    assert not card.failure and not card.limits_hit, card.limits_hit


def test_a_text_that_differs_from_its_predictor_is_scored_as_both(results: Path) -> None:
    _, card = found(results, "differs")
    values = card.values
    assert (values["accuracy"], values["symbolic_exact"], values["text_differs"]) == (1, 1, 1)
    assert (values["predictor_accuracy"], values["black_box"]) == (0, 0)


def test_a_text_that_is_its_predictor_is_not_marked(results: Path) -> None:
    _, card = found(results, "same")
    assert (card.values["text_differs"], card.values["predictor_r2"]) == (0, 1)


@pytest.mark.parametrize("how", FAILS)
def test_a_predictor_that_fails_leaves_an_answer_its_formula(results: Path, how: str) -> None:
    record, card = found(results, f"text_{how.replace(' ', '_')}")
    assert (record.status, card.values["symbolic_exact"]) == ("ok", 1.0)
    assert card.values["predictor_accuracy"] is None
    record, card = found(results, f"black_{how.replace(' ', '_')}")
    assert record.status == "invalid" and record.discovery is None
    assert FAILS[how] in record.message


def test_a_predictor_without_values_is_wrong_everywhere(results: Path) -> None:
    _, card = found(results, "nan")
    assert (card.values["accuracy"], card.values["finite"], card.values["black_box"]) == (0, 0, 1)


def test_what_is_no_function_is_no_predictor(results: Path) -> None:
    record, _ = found(results, "no_function")
    assert record.status == "invalid" and "predict is int 3, no function" in record.message


def test_the_table_says_which_methods_are_black_boxes(results: Path) -> None:
    table = bench.read_results(results).leaderboard()
    by_method = table.set_index("method")
    assert by_method.loc["fork", "black_box"] == 1 and by_method.loc["differs", "black_box"] == 0
    assert by_method.loc["differs", "text_differs"] == 1
    header = brief(table).header
    assert {"black box", "text differs", "R2>.999 by predictor"} <= set(header)
    assert "black box" not in brief(table[table["method"] == "black_raises"]).header


OUTSIDE = """
import os
try:
    open({marker!r}, "w").close()
    print("outside")
except OSError as error:
    print("inside", type(error).__name__)
"""


def test_others_code_is_imported_behind_walls_alone(tmp_path: Path) -> None:
    """Not when a run is planned, and not by the server that forks its worker."""
    place = regressor(tmp_path)
    marker = tmp_path / "marker"
    file = place / "regressor.py"
    file.write_text(OUTSIDE.format(marker=str(marker)) + file.read_text())
    one = problem()
    store = Store(tmp_path / "results")
    spec = spec_of(find_method(str(place)))
    datasets = {"held": Dataset("held", "1", (one,))}
    runs = matrix([spec], datasets, seeds=[0], budget=Budget(seconds=30))
    execute(runs, datasets, store, LocalExecutor(1), limits=Limits(grace=10))
    (record,) = store.records()
    assert (record.status, record.message) == ("ok", "")
    if record.provenance["seal"] != "none":
        assert not marker.exists()
        assert "inside PermissionError" in store.log_path(record.run.key).read_text()
    # What it made is of the code there is, until its file changes.
    assert list(bench.read_results(store.folder).leaderboard()["stale"]) == [0]
    file.write_text(file.read_text() + "changed = 1\n")
    assert list(bench.read_results(store.folder).leaderboard()["stale"]) == [1]
