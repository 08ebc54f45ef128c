"""Constants fitted along trajectories: exact without noise, near with it, chaos or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import Budget, SystemTask, Trajectory, Variable, numbers, parse
from bench.kinds.system.solving.integration import integrate
from bench.kinds.system.solving.pieces import lengths
from bench.problems.systems.rates import driven

Laws = dict[str, str]

LORENZ = {"x": "10.0*(y - x)", "y": "x*(28.0 - z) - y", "z": "x*y - 2.66667*z"}
PREDATORS = {"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"}


def task_of(
    laws: Laws, start: list[float], t: np.ndarray, noise: float = 0.0, u: np.ndarray | None = None,
    time: str = "",
) -> SystemTask:  # fmt: skip
    """A task of one trajectory of ``laws``, integrated by LSODA."""
    inputs = () if u is None else (Variable("u"),)
    names = [*laws, *(one.name for one in inputs), *([time] if time else [])]
    shown = Trajectory(t, np.zeros((len(t), len(laws))), None if u is None else u[:, None])
    rates = driven({k: parse(v) for k, v in laws.items()}, names, bool(inputs), bool(time), shown)
    x = integrate(rates, start, t).x
    x = x + noise * x.std(axis=0) * np.random.default_rng(0).normal(size=x.shape)
    states = tuple(Variable(name) for name in laws)
    return SystemTask((Trajectory(t, x, shown.u),), states, inputs, time, budget=Budget(60.0))


def constants(laws: Laws) -> np.ndarray:
    return np.array([one for law in laws.values() for one in numbers(parse(law))], dtype=float)


def off(laws: Laws, by: float, seed: int = 0) -> Laws:
    """``laws`` with every float off by up to a share."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, law in laws.items():
        for value in {one for one in numbers(parse(law)) if type(one) is float}:
            law = law.replace(repr(value), repr(value * (1 + by * rng.uniform(-1, 1))))
        found[name] = law
    return found


@pytest.mark.parametrize(
    ("laws", "start", "end"), [(PREDATORS, [10.0, 5.0], 30.0), (LORENZ, [1.0, 2.0, 20.0], 5.0)]
)
def test_without_noise_the_constants_are_found(laws: Laws, start: list[float], end: float) -> None:
    task = task_of(laws, start, np.linspace(0, end, 150))
    found = task.refined(off(laws, 0.1))
    np.testing.assert_allclose(constants(found), constants(laws), rtol=1e-5)


@settings(max_examples=6, deadline=None)
@given(st.floats(0.2, 3.0), st.floats(0.05, 0.5), st.integers(0, 10))
def test_with_noise_they_come_nearer(omega: float, damping: float, seed: int) -> None:
    laws = {"x": "v", "v": f"-{omega!r}*x - {damping!r}*v"}
    task = task_of(laws, [1.0, 0.0], np.linspace(0, 8, 60), noise=0.02)
    begun = off(laws, 0.3, seed)
    found = task.refined(begun)
    wanted = constants(laws)
    before, after = (np.abs(constants(one) - wanted).max() for one in (begun, found))
    assert after < max(before, 0.05)


def test_uneven_times_inputs_and_time_itself_are_followed() -> None:
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(0, 6, 80))
    laws = {"x": "-0.7*x + 1.3*u + 0.5*t"}
    task = task_of(laws, [0.3], t, u=np.interp(t, [0, 2, 4, 6], [0, 1, -1, 2]), time="t")
    found = task.refined({"x": "-0.5*x + 1.0*u + 0.6*t"})
    np.testing.assert_allclose(constants(found), constants(laws), rtol=1e-4)


def test_what_explodes_or_has_no_floats_comes_back_as_it_is() -> None:
    task = task_of(PREDATORS, [10.0, 5.0], np.linspace(0, 30, 50))
    for laws in ({"x": "x**3 + exp(x)*2.0", "y": "1.5*y"}, {"x": "x - x*y", "y": "x*y - 2*y"},
                 {"x": "log(-x)*1.5", "y": "y"}):  # fmt: skip
        found = task.refined(laws)
        assert {k: parse(v) for k, v in found.items()} == {k: parse(v) for k, v in laws.items()}
    with pytest.raises(ValueError, match="x"):
        task.refined({"x": "2.0*(x", "y": "y"})


@pytest.mark.parametrize("points", [2, 3, 5, 9, 150, 100_000])
def test_pieces_grow_to_the_whole_or_what_is_looked_at(points: int) -> None:
    one = Trajectory(np.arange(float(points)), np.zeros((points, 1)))
    found = lengths([one], 4)
    assert found[-1] == min(points, 1500) - 1 and found == sorted(set(found))


def test_a_spent_budget_ends_it_at_once() -> None:
    task = task_of(PREDATORS, [10.0, 5.0], np.linspace(0, 30, 50))
    spent = SystemTask(task.trajectories, task.states, budget=Budget(1e-9))
    begun = off(PREDATORS, 0.1)
    np.testing.assert_allclose(constants(spent.refined(begun)), constants(begun))


def test_constants_that_the_data_leave_open_stay_near() -> None:
    laws = {"x": "x*(1 - x) - 0.08*x/(0.8 + x)"}
    task = task_of(laws, [0.13], np.linspace(0, 10, 150), noise=0.05)
    found = constants(task.refined(off(laws, 0.04)))
    assert np.all(np.abs(found / constants(laws) - 1) < 0.6)
