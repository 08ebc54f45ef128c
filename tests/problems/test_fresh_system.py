"""Fresh systems: the same for a seed, bounded, identifiable, and none that ships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.expression import parse
from bench.problems import DatasetNotFound, load_dataset
from bench.problems.fresh.system import LARGEST, FreshSystem, identifiable, key_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDISCOVER_CACHE", str(tmp_path_factory.mktemp("cache")))
        return load_dataset("fresh_system", seed=7, size=2)


def test_the_same_seed_makes_the_same_systems(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path))
    (again,) = load_dataset("fresh_system", seed=7, size=1).problems
    assert again == made.problems[0]
    assert [len(one.states) for one in made.problems] == [2, 3]
    assert made.version == "1-seed7"


def test_trajectories_stay_small_and_laws_can_be_told_from_what_is_shown(made: Any) -> None:
    problem = made.problems[0]
    data = problem.data()
    for one in (*data.shown, *data.held_back):
        assert np.abs(one.x).max() < LARGEST
    assert identifiable(FreshSystem(problem.truth, ()), data.shown[0].x)


@pytest.mark.parametrize(
    ("rates", "why"),
    [
        ({"x0": "x1", "x1": "-x0"}, "a circle"),
        ({"x0": "-0.5*x0", "x1": "-0.5*x1"}, "a line"),
        ({"x0": "1.0 + x1 - 1e-6*x1**2", "x1": "cos(x0)"}, "an idle term"),
    ],
)
def test_what_cannot_be_told_from_its_trajectory_is_none(rates: dict[str, str], why: str) -> None:
    from bench.problems.systems.rates import rates_of
    from bench.problems.systems.solver import solve

    system = FreshSystem(rates, ())
    path = solve(rates_of(system.laws, list(rates)), [1.0, 0.3], np.linspace(0, 10, 150))
    assert not identifiable(system, path), why


def test_a_known_system_is_known_by_any_constants_and_order_of_states() -> None:
    lorenz: Any = load_dataset("odebench")["ode56"]
    names = {name: name for name in ("x0", "x1", "x2")}
    turned = {"x0": "7*(x2 - x0)", "x2": "-x0*x1 + 2.0*x0 - x2", "x1": "x0*x2 - 3.3*x1"}
    assert key_of({name: parse(text, names) for name, text in turned.items()}) == key_of(
        lorenz.laws
    )


def test_options_that_are_none_are_refused() -> None:
    with pytest.raises((DatasetNotFound, TypeError, ValueError), match="sise"):
        load_dataset("fresh_system", sise=3)
