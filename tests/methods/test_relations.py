"""Relations with constants, by PSLQ and by lattices; measures of fractions, to their vectors."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bench import Budget, ConstantTask, Discovery, measured
from bench.clock import Clock
from bench.kinds import Conditions, kind_of
from bench.problems import load_dataset
from methods.constants import relations
from methods.constants.anchors import ANCHORS, NearestAnchor
from methods.constants.relations import PSLQ, PSLQUnverified

NUMBERS: Any = load_dataset("constants", size=24)
RELATED: Any = load_dataset("pcf", only=["related"], limit=20)

VECTORS = [  # a, b, delta, naive, growth, factorial: a prototype of the paper's measures
    ((0, 1), (0, 0, 1), 1.00168, None, 0.480072, 0.0),
    ((0, 2), (0, 0, 1), 1.00118, None, 0.879901, 0.0),
    ((2, 1), (1, 0, 0), -0.2027, -0.7405, 2.2014, 0.0),
    ((3, 1), (-2, 3, 0), -0.6403, None, None, None),
    ((1, 3), (0, 1, 0), 0.00418, None, None, 0.9877),
    ((1, 3), (0, 2, 0), 0.00465, None, None, None),
    ((1, 0), (0, 0, 1), 1.00117, None, None, None),
    ((2, 1), (0, 0, -1), 1.00115, None, None, None),
    ((0, 3), (0, 0, 2), 0.4548, None, None, None),
    ((2, 3, 1), (1, 0, 0), 0.0568, None, None, None),
]


def posed(problem: Any) -> ConstantTask:
    kind: Any = kind_of(problem)
    return kind.task(  # type: ignore[no-any-return]
        kind.told(problem, Conditions()), (), seed=0, budget=Budget(), clock=Clock(),
        on_report=lambda answer, loss: None,
    )  # fmt: skip


def constant_of(found: Discovery) -> str:
    best = found.best.expression
    return best if isinstance(best, str) else best["constant"]


@pytest.mark.parametrize(("a", "b", "delta", "naive", "growth", "factorial"), VECTORS)
def test_measures_are_those_of_the_vectors(
    a: Any, b: Any, delta: float, naive: float | None, growth: float | None, factorial: float | None
) -> None:
    found = measured(a, b)
    assert found is not None
    assert found.delta == pytest.approx(delta, abs=5.1e-5)
    for value, wanted in (
        (found.naive, naive), (found.growth, growth), (found.factorial, factorial)
    ):  # fmt: skip
        assert wanted is None or value == pytest.approx(wanted, abs=5.1e-5)


def test_how_fast_a_fraction_converges_says_what_delta_will_be() -> None:
    golden, pi = measured((0, 1), (0, 0, 1)), measured((2, 1), (1, 0, 0))
    e, turning = measured((1, 3), (0, 1, 0)), measured((0, 1), (0, 0, -3))
    assert golden and pi and e
    a_step = (golden.polynomial / 1000 + golden.super_exponential) * math.log(1000)
    fall = -2 * math.log((1 + math.sqrt(5)) / 2)
    assert golden.exponential + a_step == pytest.approx(fall, abs=1e-3)
    assert e.super_exponential == pytest.approx(-1.0, abs=0.05)
    assert golden.predicted == pytest.approx(1.0, abs=0.01)
    assert pi.predicted == pytest.approx(-0.1993, abs=5e-5)  # the prototype's
    assert turning is None or math.isnan(turning.predicted)


def test_fractions_that_end_or_stand_still_have_no_measures() -> None:
    assert measured((0, 0), (0, 0, 0)) is None
    assert measured((1, 1), (0, 1, -3)) is None  # b(3) = 0


@pytest.mark.parametrize("lattices", [True, False])
def test_relations_are_found_with_and_without_the_extra(
    lattices: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not lattices:
        monkeypatch.setattr(relations, "by_lattice", lambda columns: None)
    for problem in NUMBERS.problems[:6]:
        found = PSLQ().discover(posed(problem))
        assert constant_of(found) == (problem.constant if problem.known else "none"), problem.truth


def test_what_is_not_verified_is_false_where_nothing_is_known() -> None:
    strange = [problem for problem in NUMBERS if not problem.known]
    assert strange
    for problem in strange:
        assert constant_of(PSLQ().discover(posed(problem))) == "none"
        assert constant_of(PSLQUnverified().discover(posed(problem))) != "none"


def test_anchors_save_searches() -> None:
    assert {name for name, _ in ANCHORS} <= set(posed(NUMBERS.problems[0]).constants)
    counts = {PSLQ: 0, NearestAnchor: 0}
    right = 0
    for problem in RELATED:
        for method in counts:
            found = method().discover(posed(problem))
            counts[method] += found.counts["searches"]
            assert found.best.complexity is None
        right += constant_of(found) == problem.constant
    assert right >= 10 and counts[NearestAnchor] < 0.5 * counts[PSLQ]
