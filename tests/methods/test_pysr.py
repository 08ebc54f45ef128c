"""pysr: settings and table everywhere; a real search where there is a Julia."""

from __future__ import annotations

import csv
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas
import pytest

from bench import Budget, Variable, evaluate, parse
from methods.answering import Answering
from methods.pysr import PySR, discovery_of, julia_executable
from methods.scaling import Scaling

HALL_OF_FAME = Path(__file__).parents[1] / "data" / "pysr_hall_of_fame.csv"
"""As PySR 2.7 writes it, for y = 2.5*m*c**2 with a row that is no expression."""

RNG = np.random.default_rng(1)


def _without_julia() -> str | None:
    if importlib.util.find_spec("pysr") is None:
        return "pysr is not installed (the extra pysr)"
    return PySR.missing()


def _rows():
    with HALL_OF_FAME.open(newline="") as file:
        for row in csv.DictReader(file):
            yield {"complexity": int(row["Complexity"]), "loss": float(row["Loss"]),
                   "equation": row["Equation"]}  # fmt: skip


def _law():
    X = RNG.uniform(0.4, 1.4, (50, 2)) * [1.0, 1e8]
    return X, 2.5 * X[:, 0] * X[:, 1] ** 2


def _discovery(make_task, chosen):
    X, y = _law()
    task = replace(make_task(X, y), variables=(Variable("m"), Variable("c")))
    answer = Answering(task, len(y))
    assert answer.scaling == Scaling({"m": 0, "c": 8}, 16)
    return discovery_of(_rows(), chosen, {"x0": "m", "x1": "c"}, answer), task


def test_its_table_becomes_a_front_in_raw_units_and_own_names(make_task):
    discovery, task = _discovery(make_task, "((x0 * (x1 * 2.4999998)) * x1)")

    values = evaluate(parse(discovery.best.expression), ("m", "c"), task.X)
    np.testing.assert_allclose(values, task.y, rtol=1e-12)
    assert (discovery.best.complexity, discovery.best.loss) == (7, 3.1e-14)
    assert [c.complexity for c in discovery.front] == [1, 3, 5, 7]


def test_a_selected_row_that_is_no_expression_is_an_error(make_task):
    with pytest.raises(ValueError, match="no expression: 'Inf \\+ x0'"):
        _discovery(make_task, "Inf + x0")


def test_the_setting_is_srsds():
    arguments = PySR().arguments(Budget(seconds=100, evaluations=7, threads=4), seed=3)

    assert arguments["binary_operators"] == ["+", "-", "*", "/"]
    assert arguments["unary_operators"] == ["sin", "cos", "exp", "log"]
    assert arguments["nested_constraints"]["sin"] == {"sin": 0}
    assert (arguments["populations"], arguments["population_size"]) == (10, 40)
    assert (arguments["maxsize"], arguments["weight_randomize"]) == (50, 0.1)
    assert arguments["timeout_in_seconds"] < 100
    assert (arguments["max_evals"], arguments["random_state"]) == (7, 3)
    assert (arguments["parallelism"], arguments["deterministic"]) == ("multithreading", False)


def test_on_one_thread_the_seed_decides():
    arguments = PySR().arguments(Budget(threads=1), seed=0)

    assert (arguments["parallelism"], arguments["deterministic"]) == ("serial", True)


def test_without_julia_one_line_says_what_to_do(monkeypatch, tmp_path):
    for name in ("PYTHON_JULIACALL_EXE", "PYTHON_JULIAPKG_EXE", "PYTHON_JULIAPKG_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.prefix", str(tmp_path))

    reason = PySR.missing()

    assert reason is not None and "\n" not in reason
    assert "needs Julia" in reason and "import pysr" in reason


@pytest.mark.parametrize("place", ["PYTHON_JULIACALL_EXE", "PYTHON_JULIAPKG_EXE", "PATH", "venv"])
def test_julia_is_looked_for_where_juliacall_looks(monkeypatch, tmp_path, place):
    folder = tmp_path / "julia_env/pyjuliapkg/install/bin" if place == "venv" else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    julia = folder / "julia"
    julia.write_text("#!/bin/sh\n")
    julia.chmod(0o755)
    for name in ("PYTHON_JULIACALL_EXE", "PYTHON_JULIAPKG_EXE", "PYTHON_JULIAPKG_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path) if place == "PATH" else "")
    monkeypatch.setattr("sys.prefix", str(tmp_path if place == "venv" else tmp_path / "none"))
    if place.startswith("PYTHON"):
        monkeypatch.setenv(place, str(julia))

    assert julia_executable() == str(julia)


@pytest.mark.parametrize("changes", [{"precision": 8}, {"model_selection": "worst"}])
def test_a_setting_that_pysr_does_not_know_is_refused(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        PySR(**changes)


def test_it_runs_on_pysrs_interface(make_task, error_of, monkeypatch):
    # A stand-in with the parts of PySRRegressor that are used; the real one needs Julia.
    seen = {}

    class PySRRegressor:
        def __init__(self, **arguments):
            seen.update(arguments)

        def fit(self, X, y):
            seen["magnitudes"] = np.median(X, axis=0), np.median(y)
            self.equations_ = pandas.DataFrame(_rows())

        def get_best(self):
            return self.equations_.iloc[-1]

    monkeypatch.setitem(sys.modules, "pysr", SimpleNamespace(PySRRegressor=PySRRegressor))
    reports = []
    X, y = _law()
    task = make_task(X, y, on_report=lambda text, loss: reports.append(text))

    discovery = PySR().discover(task)

    assert error_of(discovery, task) < 1e-12
    assert reports == [discovery.best.expression]
    assert seen["timeout_in_seconds"] < task.budget.seconds
    assert max(*seen["magnitudes"][0], seen["magnitudes"][1]) < 100  # scaled by powers of ten


@pytest.mark.skipif(_without_julia() is not None, reason=str(_without_julia()))
@pytest.mark.timeout(1800)
def test_a_real_search_finds_a_product(make_task, error_of):
    X = RNG.uniform(1, 3, (100, 2))
    task = make_task(X, 2.5 * X[:, 0] * X[:, 1], budget=Budget(seconds=60))

    assert error_of(PySR().discover(task), task) < 1e-6
