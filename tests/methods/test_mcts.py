"""Monte Carlo tree search and RSRM: laws they must find, and how they behave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from marks import KERNELS

from bench import Budget, Discovery, Task, Variable, evaluate, parse
from methods.mcts import MCTS, RSRM

pytestmark = KERNELS

Make = Callable[..., Task]
ErrorOf = Callable[[Discovery, Task], float]


def law_task(make_task: Make, law: str, low: float, high: float, **more: Any) -> Task:
    """A task of the law on uniform points; ``rows``, ``columns`` and ``noise`` may be told."""
    rows, columns = more.pop("rows", 50), more.pop("columns", 2)
    noise = more.pop("noise", 0.0)
    rng = np.random.default_rng(0)
    X = rng.uniform(low, high, (rows, columns))
    y = evaluate(parse(law), tuple(f"x{j}" for j in range(columns)), X)
    more.setdefault("budget", Budget(seconds=120.0))  # for slow machines; it stops at the law
    return make_task(X, y + noise * np.std(y) * rng.normal(size=rows), **more)


@pytest.mark.parametrize(
    "law", ["x0**3 + x0**2 + x0", "sqrt(x0)", "2.5*x0*x1", "6.67e-11*x0*x1", "sin(x0) + x1**2"]
)
def test_tree_search_finds_short_laws(make_task: Make, error_of: ErrorOf, law: str) -> None:
    asked = law_task(make_task, law, 0.1, 2.0, seed=1)
    assert error_of(MCTS().discover(asked), asked) < 1e-9


@pytest.mark.parametrize("law", ["sin(1.5*x0)*x1 + x0", "x0**2*x1/(x1 + x0)"])
def test_tree_and_evolution_find_laws(make_task: Make, error_of: ErrorOf, law: str) -> None:
    asked = law_task(make_task, law, 0.5, 2.0, seed=1)
    assert error_of(RSRM().discover(asked), asked) < 1e-9


@pytest.mark.parametrize("method", [MCTS(), RSRM()])
def test_a_seed_fixes_the_answer_where_evaluations_end_the_search(
    make_task: Make, method: MCTS
) -> None:
    asked = law_task(
        make_task, "exp(x0)/(x1 + sin(x0)) + tanh(x0*x1)", 0.5, 2.0,
        budget=Budget(seconds=60.0, evaluations=5_000),
    )  # fmt: skip
    assert method.discover(asked) == method.discover(asked)


@pytest.mark.parametrize("rows", [10, 100_000])
@pytest.mark.parametrize("method", [MCTS(), RSRM()])
def test_few_rows_and_many(make_task: Make, error_of: ErrorOf, method: MCTS, rows: int) -> None:
    asked = law_task(make_task, "x0*x1 + x0", 0.5, 2.0, rows=rows)
    assert error_of(method.discover(asked), asked) < 1e-9


@pytest.mark.parametrize("method", [MCTS(), RSRM()])
def test_noise_is_not_fitted(make_task: Make, method: MCTS) -> None:
    asked = law_task(
        make_task, "x0*sin(x1)", 1.0, 3.0, rows=500, noise=0.01, budget=Budget(seconds=4.0)
    )
    best = parse(method.discover(asked).best.expression)
    clean = np.random.default_rng(9).uniform(1.0, 3.0, (200, 2))
    error = evaluate(best, asked.names, clean) - clean[:, 0] * np.sin(clean[:, 1])
    assert np.sqrt(np.mean(error**2)) < 0.005


@pytest.mark.parametrize("method", [MCTS(), RSRM()])
def test_edge_cases_are_answered(make_task: Make, edge_case: tuple[Any, Any], method: MCTS) -> None:
    asked = make_task(*edge_case, budget=Budget(seconds=0.3))
    found = method.discover(asked)
    values = evaluate(parse(found.best.expression, asked.variables), asked.names, asked.X)
    assert np.isfinite(values).all()


def test_improvements_are_reported_and_the_front_is_one(make_task: Make) -> None:
    reports: list[float | None] = []
    asked = law_task(
        make_task, "exp(x0)*tanh(x1) + x0", 0.5, 2.0,
        budget=Budget(seconds=2.0), on_report=lambda text, loss: reports.append(loss),
    )  # fmt: skip
    found = RSRM().discover(asked)
    assert reports
    assert len(found.front) > 1
    pairs = [(one.complexity or 0, one.loss or 0) for one in found.front]
    assert pairs == sorted(pairs)
    assert [loss for _, loss in pairs] == sorted((loss for _, loss in pairs), reverse=True)


def test_evaluations_are_honoured(make_task: Make) -> None:
    from methods.mcts.run import SearchRun

    asked = law_task(
        make_task, "exp(x0)*tanh(x1) + x0", 0.5, 2.0,
        budget=Budget(seconds=30.0, evaluations=5_000),
    )  # fmt: skip
    for method in (MCTS(), RSRM()):
        run = SearchRun(asked, method.rows, method.scale)
        run.follow(method.course(run))
        assert run.evaluations < 10_000


def test_only_the_variables_that_are_named_are_used(make_task: Make, error_of: ErrorOf) -> None:
    asked = law_task(make_task, "x1**2 + x1", 0.5, 2.0, columns=3)
    found = RSRM(variables=("x1",)).discover(asked)
    assert error_of(found, asked) < 1e-9
    other = MCTS(variables=("x0", "x2")).discover(replace(asked, budget=Budget(seconds=1.0)))
    assert "x1" not in other.best.expression
    with pytest.raises(ValueError, match="variables names 'x7'; this problem has x0, x1, x2"):
        MCTS(variables=("x7",)).discover(asked)


@pytest.mark.parametrize("method", [MCTS(units=True), RSRM(units=True)])
def test_units_bar_what_has_the_wrong_unit(method: MCTS) -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(1.0, 3.0, (40, 2))
    metre, second = (1.0, 0, 0, 0, 0), (0, 1.0, 0, 0, 0)
    variables = (Variable("x0", unit=metre), Variable("x1", unit=second))
    speed = Variable("y", unit=(1.0, -1.0, 0, 0, 0))
    asked = Task(X, 3.0 * X[:, 0] / X[:, 1], variables, target=speed, budget=Budget(seconds=10.0))
    found = method.discover(asked)
    values = evaluate(parse(found.best.expression), asked.names, X)
    np.testing.assert_allclose(values, asked.y, rtol=1e-9)


def test_units_that_are_not_known_are_named(make_task: Make) -> None:
    asked = law_task(make_task, "x0*x1", 1.0, 2.0)
    with pytest.raises(ValueError, match="the unit of 'x0' is not known"):
        MCTS(units=True).discover(asked)


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="policy is 'best'; choose from uct, double_q"):
        MCTS(policy="best")
    with pytest.raises(ValueError, match="no operator 'sine'"):
        RSRM(operators=("add", "sine"))
    with pytest.raises(ValueError, match="no rule of nesting: 'sin under cos'"):
        MCTS(nesting=("sin under cos",))
