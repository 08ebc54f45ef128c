"""Tests of the example package, as its author would write them: ``pytest examples/plugin``."""

from __future__ import annotations

import numpy as np
from monomial_method.monomial import Monomial

from bench import Task, Variable, evaluate, parse
from bench.authoring.conformance import check
from bench.plugins import find_methods


def test_it_finds_a_monomial() -> None:
    X = np.random.default_rng(0).uniform(1.0, 3.0, (50, 3))
    y = 6.7 * X[:, 0] / X[:, 2] ** 2
    task = Task(X, y, tuple(Variable(name) for name in ("x0", "x1", "x2")))

    found = parse(Monomial().discover(task).best.expression, task.variables)

    np.testing.assert_allclose(evaluate(found, task.names, X), y, rtol=1e-9)


def test_the_package_brings_it() -> None:
    assert find_methods()["monomial"].origin.startswith("package rediscover-monomial")


def test_it_keeps_the_contract() -> None:
    report = check("monomial", seconds=2)
    assert not report.failures, report.text()
