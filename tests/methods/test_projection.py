"""Sums of terms found by projection: neighbours of known laws, and the parts that find them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from marks import KERNELS
from numpy.typing import NDArray

from bench import Budget, Discovery, Number, Rounding, Task, evaluate, parse
from methods.laws import Laws
from methods.laws.projection.beam import BeamItems, search
from methods.laws.projection.columns import TermColumn, products, single
from methods.laws.projection.curves import curves

pytestmark = KERNELS

Array = NDArray[np.float64]
OPERATORS = frozenset({"mul", "div", "sin", "exp", "log", "sqrt", "abs", "tanh", "pow", "cos"})


def drawn(seed: int) -> str:
    """A sum of terms as oscillators, growth and decay have them, powers and constants drawn."""
    rng = np.random.default_rng(seed)
    p, q = rng.permutation([1, 2, 3])[:2]
    a, b, c, k = (float(f"{one:.3g}") for one in rng.uniform(0.3, 1.7, 4))
    return [
        f"-{a}*x0**{p} + {b}*sin(x1) - {c}*x0*exp(-abs(x0))",
        f"{a}*x1**{q} - {b}*x1**{p}*exp(-{k}*x0**2)",
        f"{a}*sin({2 * k:.3g}*x1) - {b}*x1**{p}",
        f"-{a}*x0 - {b}*x0*abs(x1)**(1/3) + {c}*x0**2*x1",
    ][seed % 4]


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_of_known_laws_are_found_to_rounding(
    make_task: Callable[..., Task], error_of: Callable[[Discovery, Task], float], seed: int
) -> None:
    X = np.random.default_rng(seed).uniform(-2.0, 2.0, (400, 2)).astype(np.float32)
    law = drawn(seed)
    y = evaluate(parse(law), ("x0", "x1"), X.astype(float)).astype(np.float32)
    asked = make_task(X, y, budget=Budget(seconds=600.0))  # for slow machines; it stops at the law
    found = Laws().discover(asked)
    fresh = np.random.default_rng(9).uniform(-2.0, 2.0, (300, 2))
    value, truth = (
        evaluate(parse(text), ("x0", "x1"), fresh) for text in (found.best.expression, law)
    )
    assert np.max(np.abs(value - truth)) < 1e-4 * np.std(truth), (law, found.best.expression)


def test_the_beam_finds_a_sum_behind_terms_that_fit_better_at_first() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0.1, 2.0, 200)
    rows = np.array([x**k for k in range(1, 9)] + [np.exp(x), np.sin(x), np.log(x)])
    target = rows[0] - 2.0 * rows[2] + 0.5 * rows[9]
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    items = BeamItems(unit, np.zeros((0, 2, 200)), np.ones(len(rows)))
    *_, last = search(items, target / np.linalg.norm(target), 500, 3)
    best = int(np.argmin(last.left))
    assert sorted(last.members[best].tolist()) == [0, 2, 9]
    assert last.left[best] < 1e-12


def test_a_pair_stands_for_every_constant_near_its_node() -> None:
    v = np.linspace(0.0, 2.0, 100)
    one = single("x", v, OPERATORS, 0)[0]
    exp = next(each for each in curves([("x", v)], lambda _: [one], frozenset({"exp"}), v))
    near = exp.values(1.05 * exp.k)
    pair = exp.pair()
    weights = np.linalg.lstsq(pair.T, near, rcond=None)[0]
    left = np.linalg.norm(near - weights @ pair) / np.linalg.norm(near)
    alone = near - (near @ pair[0]) / (pair[0] @ pair[0]) * pair[0]
    assert left < 0.05 * np.linalg.norm(alone) / np.linalg.norm(near)
    moved = exp.moved(float(weights[1] / weights[0]))
    assert np.allclose(evaluate(moved, ("x",), v[:, None]), near, rtol=0.02)


@pytest.mark.parametrize("step", [0.0, 0.448])
def test_a_wave_that_is_shown_many_times_is_among_the_curves(step: float) -> None:
    v = np.random.default_rng(0).uniform(0.0, 30.0, 300)
    v = np.round(v / step) * step if step else v
    one = single("x", v, OPERATORS, 0)[0]
    wave = 2.93
    terms = curves([("x", v)], lambda _: [one], frozenset({"sin"}), v * np.sin(wave * v))
    found = np.array([each.k for each in terms])
    assert np.min(np.abs(found - wave)) < 0.5 * np.pi / 30.0
    assert not step or found.max() < np.pi / step  # the same wave by another name


@pytest.mark.parametrize("exponent", [-4.53, -0.5, 0.2, 1.75, 5.3])
def test_exponents_follow_from_the_spread_of_the_values(exponent: float) -> None:
    v = np.linspace(1.0, 54.0, 200)
    one = TermColumn(Number(1), np.ones(200), 1)
    left = []
    for each in curves([("x", v)], lambda _: [one], frozenset({"pow"}), v):
        pair = each.pair()
        weights = np.linalg.lstsq(pair.T, v**exponent, rcond=None)[0]
        left.append(np.linalg.norm(weights @ pair - v**exponent) / np.linalg.norm(v**exponent))
    assert min(left) < 0.05


def test_exchange_finds_what_a_narrow_beam_has_lost() -> None:
    rng = np.random.default_rng(1)
    true = rng.normal(size=(4, 60))
    decoys = np.array([true[:2].sum(0), true[2:].sum(0), true[::2].sum(0)])
    rows = np.concatenate([true, decoys + 0.05 * rng.normal(size=decoys.shape)])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    target = true.sum(0) / np.linalg.norm(true.sum(0))
    items = BeamItems(rows, np.zeros((0, 2, 60)), np.ones(7))
    last = list(search(items, target, 4, 4))[-1]
    assert last.left.min() < 1e-12


def test_terms_are_distinct_and_their_values_are_those_of_their_text() -> None:
    X = np.random.default_rng(0).uniform(-2.0, 2.0, (60, 2))
    groups = [single(f"x{j}", X[:, j], OPERATORS, 1) for j in range(2)]
    terms = [*groups[0], *groups[1], *products([group[:10] for group in groups], 50)]
    assert len({str(one.expression) for one in terms}) == len(terms)
    for one in terms:
        assert np.allclose(one.values, evaluate(one.expression, ("x0", "x1"), X), rtol=1e-12)


@pytest.mark.parametrize(
    ("law", "reached"), [("1.5*sin(x0)", True), ("1.5*sin(x0) + 3e-6*x0", False)]
)
def test_rounding_tells_a_law_from_what_is_near_it(law: str, reached: bool) -> None:
    X = np.random.default_rng(0).uniform(-2.0, 2.0, (400, 1)).astype(np.float32).astype(float)
    y = (1.5 * np.sin(X[:, 0])).astype(np.float32).astype(float)
    residual = evaluate(parse(law), ("x0",), X) - y
    assert Rounding.of(X, y).reached(parse(law), ("x0",), X, residual) == reached


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).uniform(0, 1, 50),  # float64's own digits
        np.arange(50.0),  # whole numbers, which float32 holds
        np.geomspace(1e-300, 1e306, 50),  # further than float32 reaches
    ],
)
def test_nothing_is_taken_for_rounding_that_is_none(values: Array) -> None:
    assert not Rounding.of(values[:, None], values).coarse


def test_a_few_rows_or_many_columns_are_no_trouble(make_task: Callable[..., Task]) -> None:
    rng = np.random.default_rng(0)
    for shape in ((3, 1), (8, 12), (40, 30)):
        X: Any = rng.normal(size=shape)
        found = Laws(library=50).discover(make_task(X, X.sum(axis=1), budget=Budget(seconds=3.0)))
        assert np.isfinite(
            evaluate(parse(found.best.expression), [f"x{j}" for j in range(shape[1])], X)
        ).all()
