"""Problems of fewer variables: what slopes show, and what is solved and put together."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from marks import KERNELS
from numpy.typing import NDArray

from bench import Budget, Discovery, Task, evaluate, parse
from methods.laws import Laws
from methods.laws.reduction.reduced import Reduced, reductions
from methods.laws.reduction.surface import fitted_surface

pytestmark = KERNELS

Array = NDArray[np.float64]


def sampled(law: str, columns: int, noise: float = 0.0) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    X = rng.uniform(0.5, 2.0, (1000, columns))
    y = evaluate(parse(law), tuple(f"x{j}" for j in range(columns)), X)
    return X, y + noise * np.std(y) * rng.normal(size=len(y))


def drawn(seed: int) -> tuple[str, int]:
    """A law of one or two combinations of five variables, times powers of others."""
    rng = np.random.default_rng(seed)
    first, second = (f"x1{op}x2" for op in rng.permutation(["*", "/", " - ", " + "])[:2])
    power = int(rng.choice([-2, -1, 1, 2]))
    return [
        (f"x0**{power}*(exp({first}) + 1)", 3),
        (f"x0**{power}*x3*sin(({first})/2)", 4),
        (f"x0**{power}*tanh({second} + x3)", 4),
        (f"x3**{power}/(exp(({first})/4) - 0.3)", 4),
    ][seed % 4]


@pytest.mark.parametrize("seed", range(12))
def test_a_reduction_says_what_the_data_say(seed: int) -> None:
    law, columns = drawn(seed)
    X, y = sampled(law, columns)
    whole = Reduced.whole(tuple(f"x{j}" for j in range(columns)), X, y)
    found = [whole, *reductions(whole)]
    for before, after in pairwise(found):
        assert len(after.names) == len(before.names) - 1
    last = found[-1]
    factor = evaluate(last.back(parse("1")), whole.names, X)
    assert np.allclose(factor * last.y, y, rtol=1e-9)
    for name, column in zip(last.names, last.Z.T, strict=True):
        assert np.allclose(evaluate(last.back(parse(name)), whole.names, X), factor * column)


def test_laws_of_five_variables_become_laws_of_one() -> None:
    X, y = sampled("x0*(exp(x1*x2/(x3*x4)) - 1)", 5)
    last = list(reductions(Reduced.whole(("x0", "x1", "x2", "x3", "x4"), X, y)))[-1]
    inner = X[:, 1] * X[:, 2] / (X[:, 3] * X[:, 4])
    assert last.Z.shape[1] == 1
    assert min(np.ptp(last.Z[:, 0] / inner), np.ptp(last.Z[:, 0] * inner)) < 1e-9


def test_noise_hides_no_factor() -> None:
    X, y = sampled("x0**2*sin(x1 + x2)", 3, noise=0.1)
    found = list(reductions(Reduced.whole(("x0", "x1", "x2"), X, y)))
    assert any(str(one.factor) == "x0**2" for one in found)


def test_a_sum_is_no_product() -> None:
    X, y = sampled("x0 + x1**2 + sin(x2)*x0", 3)
    assert not list(reductions(Reduced.whole(("x0", "x1", "x2"), X, y)))


def test_slopes_of_a_surface_are_those_of_the_law() -> None:
    X, y = sampled("sin(x0)*x1", 2)
    surface = fitted_surface(X, y)
    slopes = surface.slopes * (y if surface.logarithmic else 1.0)
    assert np.allclose(slopes, [np.cos(X[:, 0]) * X[:, 1], np.sin(X[:, 0])], atol=0.02)


@pytest.mark.parametrize("law", ["x0*(exp(x1*x2/x3) - 1)", "x3/(exp((x1 - x2)/x0) + 0.4)"])
def test_subproblems_are_solved_and_put_together(
    make_task: Callable[..., Task], error_of: Callable[[Discovery, Task], float], law: str
) -> None:
    X, y = sampled(law, 4)
    asked = make_task(X, y, budget=Budget(seconds=120.0))  # for slow machines; it stops at the law
    assert error_of(Laws().discover(asked), asked) < 1e-10
