"""The anchors: what is known of each, and the families that they lead to."""

from __future__ import annotations

from functools import cache
from math import hypot
from typing import Any

import pytest

from bench import Budget, Measures, measured
from bench.clock import Clock
from bench.kinds import Conditions, kind_of
from bench.kinds.constant.scoring import holds
from bench.problems import load_dataset
from methods.constants.anchors import ANCHORS, NearestAnchor, anchors

FOREIGN = {"ln3", "zeta3", "catalan"}
"""Constants of the list to which no fraction of ``pcf`` is related."""


@cache
def related() -> Any:
    return load_dataset("pcf", only=["related"]).problems


@cache
def measures_of_related() -> list[Measures]:
    return [measured(*problem.fraction) for problem in related()]


def found_of(problem: Any) -> Any:
    kind = kind_of(problem)
    task = kind.task(
        kind.told(problem, Conditions()), (), seed=0, budget=Budget(), clock=Clock(),
        on_report=lambda answer, loss: None,
    )  # fmt: skip
    return NearestAnchor().discover(task).best.expression


def nearest(constant: str, measures: Measures) -> int:
    """Which anchor of a constant is nearest in delta and growth."""
    away = {
        k: hypot(one.delta - measures.delta, one.growth - measures.growth)
        for k, (name, one) in enumerate(anchors(2000))
        if name == constant
    }
    return min(away, key=lambda k: away[k])


@pytest.mark.parametrize("number", range(len(ANCHORS)), ids=lambda k: f"{ANCHORS[k][0]}{k}")
def test_the_family_of_each_anchor_is_identified(number: int) -> None:
    """Its own constant is right, and so is what it says of most fractions nearest to it."""
    name, fraction = ANCHORS[number]
    itself = [problem for problem in related() if problem.fraction == fraction]
    assert [problem.constant for problem in itself] == [name]
    family = [
        problem
        for problem, measures in zip(related(), measures_of_related(), strict=True)
        if problem.constant == name and nearest(name, measures) == number
    ]
    answers = [found_of(problem) for problem in family]
    right = 0
    for problem, answer in zip(family, answers, strict=True):
        if answer != "none":
            relation: Any = tuple(map(int, answer["relation"].split()))
            assert holds((answer["constant"], relation), problem.data(), problem.digits)
            right += answer["constant"] == name
    assert len(family) >= 4 and right >= 0.6 * len(family)


def test_every_constant_that_a_fraction_is_related_to_has_an_anchor() -> None:
    task = kind_of(related()[0]).told(related()[0], Conditions())
    assert {name for name, _ in ANCHORS} == {problem.constant for problem in related()}
    assert set(task["constants"]) - {name for name, _ in ANCHORS} == FOREIGN
    assert len(ANCHORS) == len(anchors(2000))
