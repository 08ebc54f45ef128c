"""Laws of systems under noise: searched for along trajectories."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from bench import Budget, Discovery, Symbol, SystemTask, Trajectory, Variable, judge, parse
from bench.clock import Clock, Remaining
from methods.laws.systems.discovery import discovered
from methods.laws.systems.fitting import fit_at
from methods.laws.systems.judging import JudgedSystem, cost_of
from methods.laws.systems.observed import noise_level, whole_pieces
from methods.laws.systems.response import Along
from methods.laws.systems.search import Search
from methods.laws.systems.selection import best_sets
from methods.laws.systems.terms import RateModel, Term

pytestmark = pytest.mark.usefixtures("kernels")

NOISE = 0.03
T = np.linspace(0.0, 10.0, 120)


@dataclass
class Steps(Clock):
    """A clock that is up after so many looks at it: the same on every machine."""

    steps: int
    used: int = field(default=0, init=False)

    def remaining(self, budget: Budget) -> Remaining:
        self.used += 1
        return Remaining(1.0, None, max(0.0, 1.0 - self.used / self.steps))


def task_of(*trajectories: Trajectory, steps: int = 100, **more: Any) -> SystemTask:
    states = tuple(Variable(f"x{k}") for k in range(trajectories[0].x.shape[1]))
    return SystemTask(trajectories, states, clock=Steps(steps), **more)


def noisy(x: np.ndarray, seed: int = 0) -> np.ndarray:
    return x + NOISE * np.random.default_rng(seed).standard_normal(x.shape)


def swing(t: np.ndarray, start: float = 1.0, seed: int = 0) -> np.ndarray:
    return noisy(start * np.column_stack([np.cos(t), -np.sin(t)]), seed)


def never() -> Discovery:
    raise AssertionError("rates are not to be asked for under noise")


SWING = {"x0": "x1", "x1": "-x0"}
FEW = T[np.r_[0:20:2, 60:120:3]]
CASES: dict[str, tuple[SystemTask, dict[str, str]]] = {
    "even": (task_of(Trajectory(T, swing(T))), SWING),
    "gaps": (task_of(Trajectory(FEW, swing(FEW))), SWING),
    "two starts": (
        task_of(Trajectory(T, swing(T)), Trajectory(T[:31], swing(T[:31], 2.0, 1))), SWING,
    ),
    "a single point": (
        task_of(Trajectory(T, swing(T)), Trajectory(T[:1], swing(T[:1], 2.0, 1))), SWING,
    ),
    "a state at rest": (
        task_of(Trajectory(T, np.column_stack([swing(T), np.full_like(T, 7.0)]))),
        {**SWING, "x2": "0"},
    ),
    "a state that is 0": (
        task_of(Trajectory(T, np.column_stack([np.zeros_like(T), swing(T)]))),
        {"x0": "0", "x1": "x2", "x2": "-x1"},
    ),
    "time": (task_of(Trajectory(T, noisy(1.0 + np.sin(T)[:, None])), time="t"), {"x0": "cos(t)"}),
    "an input": (
        task_of(
            Trajectory(T, noisy(np.sin(T)[:, None]), u=np.cos(T)[:, None]),
            inputs=(Variable("u0"),),
        ),
        {"x0": "u0"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_laws_are_found_under_noise(case: str) -> None:
    task, laws = CASES[case]
    found = discovered(task, never).best.expression
    assert isinstance(found, dict)
    for name, law in laws.items():
        assert judge(found[name], law)["skeleton"].answer == "yes", found


def test_a_budget_that_is_spent_ends_the_search_with_what_there_is() -> None:
    task = task_of(Trajectory(T, swing(T)), steps=3)
    found = discovered(task, lambda: Discovery.of({"x0": "1", "x1": "2"})).best.expression
    assert isinstance(found, dict)
    assert set(found) == {"x0", "x1"}


def test_evaluations_limit_the_search() -> None:
    task = task_of(Trajectory(T, swing(T)), steps=10**6, budget=Budget(1e9, evaluations=40))
    assert discovered(task, never).best.expression
    assert isinstance(task.clock, Steps)
    assert task.clock.used <= 40


@pytest.mark.parametrize(
    "task",
    [
        task_of(Trajectory(T, np.column_stack([np.cos(T), -np.sin(T)]))),
        task_of(Trajectory(T[:3], swing(T[:3]))),
        task_of(Trajectory(T, swing(T), dx=swing(T))),
        task_of(Trajectory(T, np.full((len(T), 2), 3.0))),
    ],
    ids=["no noise", "three points", "rates that are told", "all at rest"],
)
def test_what_has_no_noise_to_weigh_is_left_to_rates(task: SystemTask) -> None:
    by_rates = Discovery.of({"x0": "1", "x1": "2"})
    assert discovered(task, lambda: by_rates) is by_rates


@pytest.mark.parametrize("share", [False, True])
def test_noise_is_measured_whatever_its_kind(share: bool) -> None:
    x = 2.0 + np.column_stack([np.cos(T), np.sin(3.0 * T)])
    e = 0.02 * np.random.default_rng(0).standard_normal(x.shape)
    pieces = whole_pieces(task_of(Trajectory(T, x * (1.0 + e) if share else x + e)))
    true = 0.02 * x if share else np.full_like(x, 0.02)
    assert np.median(pieces[0].sigma / true) == pytest.approx(1.0, rel=0.3)
    assert noise_level(pieces) > 0.003


def test_columns_are_what_paths_gain_with_a_term() -> None:
    """Against paths of the system with a little of the term."""
    task = task_of(Trajectory(T, swing(T)))
    pieces = whole_pieces(task)
    x0, x1 = Term(Symbol("x0")), Term(Symbol("x1"))
    extra = Term(parse("x0**2*x1"))
    plain = RateModel(((x1,), (x0,)), ("x0", "x1"))
    more = RateModel(((x1,), (x0, extra)), ("x0", "x1"))
    start, little = np.array([[1.0, 0.0]]), 1e-5
    fit = fit_at(plain, pieces, np.array([1.0, -1.0]), start, 1)
    moved = fit_at(more, pieces, np.array([1.0, -1.0, little]), start, 1)
    along = Along.of(fit)
    x = along.columns
    column = along.gained((x[0] ** 2 * x[1])[None])[1][:, 0]
    gained = (fit.residuals - moved.residuals) / little
    assert np.abs(column - gained).max() < 1e-3 * np.abs(gained).max()


def test_the_cheapest_set_is_what_a_target_was_made_of() -> None:
    draw = np.random.default_rng(0)
    columns = draw.standard_normal((200, 30))
    columns[:, 1] = columns[:, 0] + 0.1 * columns[:, 1]
    target = columns[:, [0, 7, 11]] @ [1.0, -2.0, 0.5] + 0.1 * draw.standard_normal(200)
    assert best_sets(columns, target, np.full(30, 5.0), 200, 10, 5)[0].members == (0, 7, 11)
    dear = np.full(30, 1e4)
    assert best_sets(columns, target, dear, 200, 10, 5)[0].members == ()


def test_a_common_factor_is_paid_for_once() -> None:
    pieces = whole_pieces(task_of(Trajectory(T, swing(T))))
    start = np.array([[1.0, 0.0]])

    def cost(first: str, second: str) -> float:
        rate = tuple(Term(parse(one)) for one in (first, second))
        model = RateModel((rate, ()), ("x0", "x1"))
        return cost_of(fit_at(model, pieces, np.zeros(2), start, 1))

    # x0 and x0*x1 are two nodes less than x0 and x1*x1*... written apart: x0*(c + d*x1).
    apart = cost("1", "x0") + cost("1", "x1*x0") - cost("1", "1")
    assert cost("x0", "x0*x1") < apart


def test_each_better_system_is_reported() -> None:
    reports: list[JudgedSystem] = []
    looks = iter(range(150))
    search = Search(
        whole_pieces(task_of(Trajectory(T, swing(T)))), ("x0", "x1"),
        lambda: next(looks, None) is not None, reports.append,
    )  # fmt: skip
    found = search.run()
    assert found[0].cost <= min(one.cost for one in found)
    assert reports
