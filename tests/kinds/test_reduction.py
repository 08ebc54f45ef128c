"""How methods for tables take part in systems, and what stands in for rates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import (
    Budget,
    Candidate,
    Discovery,
    SystemTask,
    Task,
    Trajectory,
    Variable,
    judge,
)
from bench.kinds.system import reduction
from bench.kinds.system.differences import Estimated, with_rates
from bench.plugins import find_method, spec_of
from bench.problems import load_dataset
from bench.running import LocalExecutor, MethodSpec, Run, Store, execute, matrix
from bench.running.debug import debug
from bench.running.perform import Job
from methods.linear import Linear
from methods.systems.polynomial_system import PolynomialSystem

HOWS = ("differences", "smoothed", "weak")
OSCILLATOR = load_dataset("odebench", only=["ode24"])  # x0' = x1, x1' = -2.1*x0
STATES = (Variable("x0"), Variable("x1"))


def turning(t: np.ndarray, noise: float = 0.0) -> Trajectory:
    """The harmonic oscillator x0' = x1, x1' = -x0, with seeded noise."""
    draws = np.random.default_rng(5).standard_normal((len(t), 2))
    return Trajectory(t, np.column_stack([np.sin(t), np.cos(t)]) + noise * draws)


def wrong_by(found: Estimated) -> float:
    """The error of the rates that are well known."""
    t = found.trajectory.t
    errors = found.rates - np.column_stack([np.cos(t), -np.sin(t)])
    return float(np.sqrt(np.mean(errors**2, where=found.sure)))


EVEN = np.linspace(0.0, 10.0, 200)
UNEVEN = EVEN + np.random.default_rng(2).uniform(-0.02, 0.02, 200)


@pytest.mark.parametrize("t", [EVEN, UNEVEN], ids=["even", "uneven"])
def test_rates_of_clean_states_are_right(t: np.ndarray) -> None:
    assert wrong_by(with_rates(turning(t), "differences")) < 1e-3
    assert wrong_by(with_rates(turning(t), "smoothed")) < 1e-8
    assert wrong_by(with_rates(turning(t), "weak")) < 0.1


def test_smoothing_helps_where_there_is_noise() -> None:
    noisy = turning(EVEN, 0.02)
    errors = {how: wrong_by(with_rates(noisy, how)) for how in HOWS}  # type: ignore[arg-type]
    assert errors["smoothed"] < 0.3 * errors["differences"]
    assert errors["weak"] < 0.3 * errors["differences"]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("points", [1, 2, 3, 4, 6, 8])
def test_few_points_have_rates_too(how: Any, points: int) -> None:
    t = np.linspace(0.0, 1.0, points)
    line = with_rates(Trajectory(t, np.column_stack([3.0 * t, np.full(points, 2.0)])), how)
    assert np.isfinite(line.rates).all() and np.isfinite(line.errors).all() and line.sure.all()
    if 2 <= points < 5:
        np.testing.assert_allclose(line.rates, [[3.0, 0.0]] * points, atol=1e-9)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("value", [0.0, 3.0, -1e-30, 0.1])
def test_a_state_at_rest_has_no_rate(how: Any, value: float) -> None:
    x = np.column_stack([np.sin(EVEN), np.full(len(EVEN), value)])
    found = with_rates(Trajectory(EVEN, x), how)
    assert not found.rates[:, 1].any() and found.rates[:, 0].any()


@pytest.mark.parametrize("t", [EVEN, UNEVEN], ids=["even", "uneven"])
@pytest.mark.parametrize("pace", [0.3, 1.0, 3.0, 10.0])
def test_what_rates_are_off_by_is_known(t: np.ndarray, pace: float) -> None:
    """Of smooth states; the faster they turn, the worse."""
    x = np.column_stack([np.sin(pace * t), np.exp(-pace * t / 5)])
    true = np.column_stack([pace * np.cos(pace * t), -pace / 5 * x[:, 1]])
    found = with_rates(Trajectory(t, x))
    errors = np.sqrt(np.mean((found.rates - true) ** 2, axis=0, where=found.sure))
    assert (errors <= 3.0 * found.errors + 1e-12).all()
    assert (found.errors <= 30.0 * errors + 1e-9).all()


def test_rates_at_a_jump_are_not_sure() -> None:
    """Two windows do not agree there, and do elsewhere."""
    x = np.where(EVEN < 4.0, np.sin(EVEN), np.sin(EVEN) + 1.0)[:, None]
    sure = with_rates(Trajectory(EVEN, x)).sure[:, 0]
    at_jump = np.abs(EVEN - 4.0) < 0.1
    assert not sure[at_jump].any() and sure[~at_jump].mean() > 0.5


def test_many_points_are_taken_in_blocks() -> None:
    t = np.linspace(0.0, 100.0, 10_000)
    found = with_rates(turning(t), "smoothed")
    assert wrong_by(found) < 1e-6


def test_disclosed_rates_stay_as_they_are() -> None:
    one = Trajectory(EVEN, np.zeros((200, 2)), dx=np.ones((200, 2)))
    found = with_rates(one)
    np.testing.assert_array_equal(found.trajectory.dx, one.dx)
    assert found.sure.all() and not found.errors.any()


def test_a_state_has_a_table_of_its_own() -> None:
    task = SystemTask((turning(EVEN), turning(UNEVEN)), STATES, time="t")
    tables = task.tables("differences")
    assert [table.target.name for table in tables] == ["dx0", "dx1"]
    assert all(table.names == ("x0", "x1", "t") for table in tables)
    assert all(table.X.shape == (400, 3) and table.y.shape == (400,) for table in tables)
    np.testing.assert_array_equal(tables[0].X[:200, 2], EVEN)


@dataclass(frozen=True)
class Fronts:
    """Stands by a wrong answer; the right one is in its front."""

    def discover(self, task: Task) -> Discovery:
        task.report("x0 + 7")
        right = "x1" if task.target.name == "dx0" else "-x0"
        front = [Candidate("1/0", loss=0.1), Candidate(right, loss=0.2), Candidate("z", loss=0.3)]
        return Discovery.of("x0 + 7", front)


@dataclass(frozen=True)
class Wordy:
    """Stands by the law, with parts in it that change next to nothing."""

    first: str
    second: str

    def discover(self, task: Task) -> Discovery:
        return Discovery.of(self.first if task.target.name == "dx0" else self.second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x1*exp(1e-9*x0)", "-x0 + 3e-8*sin(x1)"),
        ("1.0000001*x1 + 2e-7*x0**3", "-x0*cos(1e-4*x1)"),
        ("x1/(1.0 + 1e-8*x0**2)", "-(x0 - 1e-9)"),
        ("x1 + 1e-8*tanh(x0*x1) - 1e-9", "1e-8*x1**2 - x0"),
    ],
)
def test_what_changes_nothing_is_left_out(first: str, second: str) -> None:
    found = reduction.reduced(Wordy(first, second), SystemTask((turning(EVEN),), STATES)).best
    assert isinstance(found.expression, dict)
    for name, law in (("x0", "x1"), ("x1", "-x0")):
        assert judge(found.expression[name], law)["exact"].answer == "yes", found
        assert len(found.expression[name]) < 30, found


def test_an_exponent_that_is_nearly_whole_is_made_so() -> None:
    """Real powers have no value on half of an oscillation; the data are of the other half."""
    t = np.linspace(0.0, 3.0, 100)
    falling = Trajectory(t, (5.0 * np.tanh(t / 2.0))[:, None])  # x' = 2.5 - x^2/10
    task = SystemTask((falling,), (Variable("x0"),))
    found = reduction.reduced(Wordy("2.5 - 0.1*x0**2.0000001", ""), task).best
    assert isinstance(found.expression, dict)
    assert judge(found.expression["x0"], "5/2 - x0**2/10")["exact"].answer == "yes", found


def test_what_is_small_and_true_is_kept() -> None:
    t = np.linspace(0.0, 10.0, 200)
    x = np.exp(-0.5 * t)
    drift = Trajectory(t, np.column_stack([x, 1.0 + 0.002 * (1.0 - x)]))  # x1' = 0.001 x0
    found = reduction.reduced(Wordy("-0.5*x0", "0.001*x0"), SystemTask((drift,), STATES)).best
    assert isinstance(found.expression, dict)
    assert judge(found.expression["x1"], "0.001*x0")["exact"].answer == "yes", found


@dataclass(frozen=True)
class Counts:
    """Keeps the budgets that it is given."""

    seen: list[Budget]

    def discover(self, task: Task) -> Discovery:
        self.seen.append(task.budget)
        return Discovery.of("0")


def test_candidates_are_ranked_by_integrating_them_again() -> None:
    reports: list[Any] = []
    task = SystemTask(
        (turning(EVEN),), STATES, on_report=lambda answer, loss: reports.append(answer)
    )
    found = reduction.reduced(Fronts(), task)
    assert found.best.expression == {"x0": "x1", "x1": "-x0"}
    assert all(set(report) == {"x0", "x1"} for report in reports)
    assert reports[1]["x0"] == "x0 + 7" != reports[0]["x0"]


def test_states_share_a_budget() -> None:
    seen: list[Budget] = []
    task = SystemTask((turning(EVEN),), STATES, budget=Budget.of_cpu(10.0, evaluations=100))
    reduction.reduced(Counts(seen), task)
    first, second = seen
    assert first.evaluations == second.evaluations == 50
    assert first.cpu_seconds is not None and second.cpu_seconds is not None
    assert 3.0 < first.cpu_seconds <= 3.75 and first.cpu_seconds < second.cpu_seconds <= 7.5


def test_a_linear_method_finds_a_linear_system() -> None:
    """As a run poses it, in this process: by the way that a worker takes."""
    spec = MethodSpec("linear", "methods.linear:Linear", {})
    (run,) = matrix([spec], {"odebench": OSCILLATOR})
    assert isinstance(run, Run)
    found = debug(Job(run, OSCILLATOR.problems[0]), lambda answer, loss: None)
    assert isinstance(found.best.expression, dict)
    problem: Any = OSCILLATOR.problems[0]
    task = SystemTask(problem.data().shown, problem.states)
    path = task.integrated(found.best.expression, problem.data().held_back[0])
    assert np.abs(path - problem.data().held_back[0].x).max() < 0.01


def test_both_kinds_of_methods_run_in_workers(tmp_path: Path) -> None:
    specs = [spec_of(find_method(name)) for name in ("linear", "polynomial_system")]
    assert [spec.kinds for spec in specs] == [("table",), ("system",)]
    datasets = {"odebench": OSCILLATOR}
    store = Store(tmp_path)
    execute(matrix(specs, datasets, budget=Budget(60.0)), datasets, store, LocalExecutor(1))
    records = list(store.records())
    assert [record.status for record in records] == ["ok", "ok"], [r.message for r in records]
    for record in records:
        assert record.discovery is not None
        assert set(record.discovery.best.expression) == {"x0", "x1"}


def test_three_points_and_a_state_at_rest_are_no_fault() -> None:
    t = np.array([0.0, 0.5, 2.0])
    task = SystemTask((Trajectory(t, np.column_stack([t, np.ones(3)])),), STATES)
    for found in (reduction.reduced(Linear(), task), PolynomialSystem().discover(task)):
        path = task.integrated(found.best.expression, task.trajectories[0])
        np.testing.assert_allclose(path, task.trajectories[0].x, atol=1e-6)


def test_what_explodes_is_integrated_as_far_as_it_goes() -> None:
    task = SystemTask((turning(EVEN),), STATES)
    path = task.integrated({"x0": "1 + x0**2", "x1": "0"}, task.trajectories[0])
    assert np.isfinite(path[:5]).all() and np.isnan(path[-1]).all()
    with pytest.raises(ValueError, match="unknown name 'w'"):
        task.integrated({"x0": "w", "x1": "0"}, task.trajectories[0])


def test_the_floor_finds_polynomials() -> None:
    problem: Any = load_dataset("odebench", only=["ode24"]).problems[0]
    task = SystemTask(problem.data().shown, problem.states)
    found = PolynomialSystem(degree=1, estimate="differences").discover(task).best.expression
    assert isinstance(found, dict)
    np.testing.assert_allclose(
        task.integrated(found, problem.data().held_back[0]),
        problem.data().held_back[0].x,
        atol=0.01,
    )
    with pytest.raises(ValueError, match="degree is -1"):
        PolynomialSystem(degree=-1)
