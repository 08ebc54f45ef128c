"""Every engine, run for real where it is installed; CI has an environment for each."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import Budget, Variable, evaluate, parse
from bench.plugins import find_method, spec_of
from bench.problems import Data, Dataset, Problem, Table, Target
from bench.running import LocalExecutor, MethodSpec, Record, Store, execute, matrix

MODULES = {
    "eggp": "eggp", "symregg": "symregg", "rils_rols": "rils_rols_cpp", "gp_elite": "gp_elite",
    "bingo": "bingo", "psrn": "psrn",
}  # fmt: skip
PSRN_PYTHON = os.environ.get("REDISCOVER_PSRN_PYTHON", "")
"""The interpreter of the environment that has PSRN."""


def _spec(name: str) -> MethodSpec:
    if name == "psrn" and PSRN_PYTHON:
        entry = find_method(name)
        return spec_of(entry, worker={**entry.config["worker"], "python": PSRN_PYTHON})
    if importlib.util.find_spec(MODULES[name]) is None:
        pytest.skip(f"the engine {name} is not installed")
    return spec_of(find_method(name))


class _Given:
    def __init__(self, X: np.ndarray, y: np.ndarray) -> None:
        self.table = Table(X, y)

    def data(self, problem: Problem, seed: int) -> Data:
        return Data({"train": self.table, "test": self.table})


def _problem(name: str, X: np.ndarray, y: np.ndarray) -> Problem:
    variables = tuple(Variable(f"v{j}") for j in range(X.shape[1]))
    return Problem("toy", "1", name, variables, (Target(),), _Given(X, y))


def _run(
    folder: Path, spec: MethodSpec, problems: list[Problem], budget: Budget, seed: int = 0
) -> list[Record]:
    datasets = {"toy": Dataset("toy", "1", tuple(problems))}
    store = Store(folder)
    runs = matrix([spec], datasets, seeds=[seed], budget=budget)
    execute(runs, datasets, store, LocalExecutor(1))
    return list(store.records())


def _error(record: Record, X: np.ndarray, y: np.ndarray) -> float:
    assert record.discovery is not None, record.message
    names = [f"v{j}" for j in range(X.shape[1])]
    residual = evaluate(parse(record.discovery.best.text), names, X) - y
    return float(np.sqrt(np.mean(residual**2)) / np.sqrt(np.mean(y**2)))


@pytest.mark.parametrize("name", list(MODULES))
def test_it_finds_a_law_with_all_digits_and_its_version_is_recorded(name, tmp_path):
    """With one of three seeds at least: not every engine takes one, and each may be unlucky."""
    X = np.random.default_rng(0).uniform(1, 3, (100, 2))
    y = 2.5 * X[:, 0] * X[:, 1] + 0.123456789
    budget = Budget.of_cpu(60.0 if name == "psrn" else 15.0)
    spec = _spec(name)
    errors = []
    for seed in range(3):
        (record,) = _run(tmp_path / str(seed), spec, [_problem("law", X, y)], budget, seed)
        assert record.status in ("ok", "timeout"), record.message
        assert record.reports
        assert len(record.provenance["packages"]) > 2
        errors.append(_error(record, X, y))
        if errors[-1] < 1e-10:
            return
    pytest.fail(f"never found: errors {errors}")


@pytest.mark.parametrize("name", [name for name in MODULES if name != "psrn"])
def test_edge_cases_have_a_finite_answer(name, tmp_path, edge_cases):
    spec = _spec(name)
    problems = [
        _problem(case.replace(" ", "_"), np.asarray(X), np.asarray(y))
        for case, (X, y) in edge_cases.items()
    ]

    records = _run(tmp_path, spec, problems, Budget.of_cpu(2.0))

    assert len(records) == len(problems)
    data = {problem.name: problem.data().train for problem in problems}
    for record in records:
        assert record.status in ("ok", "timeout"), (record.run.problem, record.message)
        table = data[record.run.problem]
        if np.any(table.y):
            assert np.isfinite(_error(record, table.X, table.y)), record.run.problem


def test_gp_elite_holds_to_units_that_are_disclosed(tmp_path):
    spec = replace(_spec("gp_elite"), settings={**_spec("gp_elite").settings, "units": True})
    X = np.random.default_rng(0).uniform(1, 3, (100, 2))
    y = 0.5 * X[:, 0] * X[:, 1] ** 2
    variables = (
        Variable("v0", "m", "mass", (0, 0, 1, 0, 0)), Variable("v1", "v", "speed", (1, -1, 0, 0, 0))
    )  # fmt: skip
    target = Target(Variable("y", "E", "energy", (2, -2, 1, 0, 0)))
    problem = replace(_problem("law", X, y), variables=variables, targets=(target,))
    datasets = {"toy": Dataset("toy", "1", (problem,))}
    store = Store(tmp_path)
    runs = matrix([spec], datasets, budget=Budget.of_cpu(20.0), disclosure="full")

    execute(runs, datasets, store, LocalExecutor(1))

    (record,) = store.records()
    assert record.status == "ok", record.message
    assert _error(record, X, y) < 1e-10
