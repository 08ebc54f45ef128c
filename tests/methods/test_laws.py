"""Laws by linear algebra, alone and beside RSRM's search: what they find, how they behave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from marks import KERNELS

from bench import Budget, Discovery, Task, evaluate, parse
from bench.problems import load_dataset
from methods.laws import Laws, RSRMLaws

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


def problem_task(dataset: str, problem: str, seconds: float = 120.0) -> Task:
    one = load_dataset(dataset)[problem]
    train = one.data().train
    X, y = np.array(train.X), np.array(train.y)
    return Task(X, y, tuple(one.variables), budget=Budget(seconds=seconds))


@pytest.mark.parametrize(
    ("dataset", "problem"),
    [
        ("nguyen", "Nguyen-1"),
        ("nguyen", "Nguyen-5"),
        ("nguyen", "Nguyen-8"),
        ("nguyen_c", "Nguyen-7c"),
        ("r", "R1"),
        ("livermore", "Livermore-9"),
        ("srsd_easy", "feynman-i.12.4"),
        ("srsd_easy", "feynman-ii.8.31"),
    ],
)
def test_laws_of_the_suites_are_found(error_of: ErrorOf, dataset: str, problem: str) -> None:
    asked = problem_task(dataset, problem)
    assert error_of(Laws().discover(asked), asked) < 1e-10


@pytest.mark.parametrize("method", [Laws(library=50), RSRMLaws(library=50)])
def test_evaluations_end_it_and_a_seed_fixes_the_answer(
    make_task: Make, method: Laws | RSRMLaws, monkeypatch: pytest.MonkeyPatch
) -> None:
    from methods.mcts.run import SearchRun

    runs: list[SearchRun] = []
    begin = SearchRun.__init__

    def kept(run: SearchRun, *given: Any) -> None:
        runs.append(run)
        begin(run, *given)

    monkeypatch.setattr(SearchRun, "__init__", kept)
    asked = law_task(
        make_task, "exp(x0)/(x1 + sin(x0)) + tanh(x0*x1)", 0.5, 2.0,
        budget=Budget(seconds=600.0, evaluations=2_000),
    )  # fmt: skip
    assert method.discover(asked) == method.discover(asked)
    assert len(runs) == 2 and all(run.evaluations < 6_000 for run in runs)


@pytest.mark.parametrize("rows", [10, 100_000])
def test_few_rows_and_many(make_task: Make, error_of: ErrorOf, rows: int) -> None:
    asked = law_task(make_task, "x0*x1 + x0", 0.5, 2.0, rows=rows)
    assert error_of(Laws().discover(asked), asked) < 1e-9


def test_noise_is_not_fitted(make_task: Make) -> None:
    asked = law_task(
        make_task, "x0*sin(x1)", 1.0, 3.0, rows=500, noise=0.01, budget=Budget.of_cpu(1.5)
    )
    best = parse(Laws().discover(asked).best.expression)
    clean = np.random.default_rng(9).uniform(1.0, 3.0, (200, 2))
    error = evaluate(best, asked.names, clean) - clean[:, 0] * np.sin(clean[:, 1])
    assert np.sqrt(np.mean(error**2)) < 0.005


@pytest.mark.parametrize("method", [Laws(library=200), RSRMLaws(library=200)])
def test_edge_cases_are_answered(
    make_task: Make, edge_case: tuple[Any, Any], method: Laws | RSRMLaws
) -> None:
    asked = make_task(*edge_case, budget=Budget(seconds=0.3))
    found = method.discover(asked)
    values = evaluate(parse(found.best.expression, asked.variables), asked.names, asked.X)
    assert np.isfinite(values).all()


def test_dummies_are_left_out(make_task: Make, error_of: ErrorOf) -> None:
    asked = law_task(make_task, "1.7*x3 + x7*exp(-x3)", 1.0, 3.0, columns=10, seed=2)
    found = Laws().discover(asked)
    assert error_of(found, asked) < 1e-9
    assert {name for name in asked.names if name in found.best.expression} == {"x3", "x7"}


@pytest.mark.parametrize("rows", [2, 3])
def test_two_rows_are_answered_in_time(make_task: Make, rows: int) -> None:
    asked = law_task(make_task, "x0", 0.5, 2.0, rows=rows, budget=Budget(seconds=2.0))
    assert parse(Laws().discover(asked).best.expression) == parse("x0")


def test_values_of_sixty_decades_are_searched(make_task: Make) -> None:
    X = 10.0 ** np.random.default_rng(0).uniform(-30, 30, (50, 2))
    asked = make_task(X, X[:, 0] ** 0.5, budget=Budget(seconds=2.0))
    assert np.isfinite(Laws().discover(asked).best.loss)
