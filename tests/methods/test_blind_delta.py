"""``blind_delta``: clusters of measures, families that relations confirm, and what that saves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench import Budget, FamiliesTask, Measures
from bench.clock import Clock
from bench.kinds import Conditions, item_of, kind_of
from bench.problems import load_dataset
from bench.scoring import FormCache, ScoringLimits
from methods.constants.blind_delta import PLANES, BlindDelta, _Point, clustered

SETS: Any = load_dataset("pcf_families", size=2, fractions=40)


def posed(problem: Any, budget: Budget | None = None) -> tuple[FamiliesTask, list[Any]]:
    kind, reports = kind_of(problem), []
    task = kind.task(
        kind.told(problem, Conditions()), (), seed=0, budget=budget or Budget(), clock=Clock(),
        on_report=lambda answer, loss: reports.append(answer),
    )  # fmt: skip
    return task, reports


@pytest.mark.parametrize("problem", SETS.problems, ids=lambda problem: problem.tier)
def test_families_are_those_of_brute_force_for_fewer_searches(problem: Any) -> None:
    task, reports = posed(problem)
    found = BlindDelta().discover(task)
    families = dict(found.best.expression)  # type: ignore[arg-type]
    assert reports and dict(reports[-1]) == families
    for name, label in zip(problem.names, problem.labels, strict=True):
        if families[name] in task.constants:
            assert families[name] == label, name
    item = item_of(found.best.expression, problem)
    subject = item.scheme.ready(item, FormCache(), ScoringLimits())
    assert subject.adjusted_rand > 0.5
    brute = sum(task.constants.index(one) + 1 if one else len(task.constants)
                for one in problem.labels)  # fmt: skip
    assert 0 < found.counts["searches"] < 0.8 * brute


def test_it_stops_where_the_budget_ends() -> None:
    task, _ = posed(SETS.problems[0], Budget(seconds=0.0))
    found = BlindDelta().discover(task)
    assert set(found.best.expression.values()) == {"none"}  # type: ignore[union-attr]
    assert found.counts["searches"] == 0


def at(delta: float, factorial: float) -> _Point:
    measures = Measures(delta, 0.0, 0.0, 0.0, factorial, 0.0, 0.0, 0.0)
    return _Point(measures, name=f"{delta} {factorial}")


def test_clusters_are_told_apart_and_near_points_joined() -> None:
    rng = np.random.default_rng(4)
    blobs = [at(x + dx, dy) for x in (0.0, 1.0) for dx, dy in rng.normal(0.0, 0.001, (8, 2))]
    far, near = at(9.0, 9.0), at(1.008, 0.0)
    groups, rest = clustered([*blobs, far, near], PLANES[0], BlindDelta())
    assert sorted(map(len, groups)) == [8, 9] and rest == [far]
    assert any(near in group and blobs[-1] in group for group in groups)
    for few in (blobs[:4], [far] * 5):
        assert clustered(few, PLANES[0], BlindDelta()) == ([few], [])


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in ({"depth": 10}, {"precision": 3}, {"near": -0.1}, {"smallest": 1}):
        with pytest.raises(ValueError, match="needed are 100 or more"):
            BlindDelta(**wrong)  # type: ignore[arg-type]
