"""Monte Carlo tree search: laws it must find, and how it behaves."""

from __future__ import annotations

import numpy as np
import pytest

import methods.mcts.warm  # noqa: F401  (compiles before the clock starts, as in a worker)
from bench import Budget, Task, Variable, evaluate, parse
from methods.mcts import MCTS


def task(text: str, low: float, high: float, rows: int = 50, **budget: float) -> Task:
    law = parse(text)
    X = np.random.default_rng(0).uniform(low, high, (rows, 2))
    y = evaluate(law, ("x0", "x1"), X)
    limits = Budget(**{"seconds": 20.0, **budget})  # type: ignore[arg-type]
    return Task(X, y, (Variable("x0"), Variable("x1")), seed=1, budget=limits)


def error(found: Task, expression: str) -> float:
    values = evaluate(parse(expression), found.names, found.X)
    return float(np.sqrt(np.mean((values - found.y) ** 2)) / np.std(found.y))


@pytest.mark.parametrize(
    "law", ["x0**3 + x0**2 + x0", "sqrt(x0)", "2.5*x0*x1", "6.67e-11*x0*x1", "sin(x0) + x1**2"]
)
def test_short_laws_are_found_exactly(law: str) -> None:
    asked = task(law, 0.1, 2.0)
    assert error(asked, MCTS().discover(asked).best.expression) < 1e-9


def test_a_seed_fixes_the_answer_where_evaluations_end_the_search() -> None:
    asked = task("exp(x0)/(x1 + sin(x0))", 0.5, 2.0, evaluations=20_000)
    assert MCTS().discover(asked) == MCTS().discover(asked)


@pytest.mark.parametrize("rows", [10, 100_000])
def test_few_rows_and_many(rows: int) -> None:
    asked = task("x0*x1 + x0", 0.5, 2.0, rows=rows)
    assert error(asked, MCTS().discover(asked).best.expression) < 1e-9


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="policy is 'best'; choose from uct, double_q"):
        MCTS(policy="best")
