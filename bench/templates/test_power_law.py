"""Tests of power_law: run them with ``pytest test_power_law.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from power_law import PowerLaw

from bench import Task, Variable, evaluate, parse
from bench.conformance import check


def test_finds_a_power_law() -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(1.0, 3.0, (100, 2))
    y = 2.5 * X[:, 0] * X[:, 1] ** -2
    task = Task(X, y, (Variable("x0"), Variable("x1")))

    found = parse(PowerLaw().discover(task).best.expression, task.variables)

    np.testing.assert_allclose(evaluate(found, task.names, X), y, rtol=1e-9)


def test_keeps_the_contract() -> None:
    report = check(str(Path(__file__).with_name("power_law.py")), seconds=2)
    assert not report.failures, report.text()
