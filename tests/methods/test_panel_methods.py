"""Methods for panels: they search, the control does not, and the same seed is the same pool."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from scripted_model import ScriptedModel

from bench import Budget, PanelTask, load
from bench.clock import Clock
from bench.expression.factors import Factor, factor_size, parse_factor
from bench.kinds import Conditions, kind_of
from methods.panels.alpha_mcts import AlphaMcts, AlphaMctsModel, AlphaSearch
from methods.panels.frequent import frequent_shapes, shape, shapes_of
from methods.panels.gp_factors import GpFactors
from methods.panels.growing import drawn, subtree_changed, windows_changed
from methods.panels.random_factors import RandomFactors
from methods.panels.zoo import PanelSearchOver

MARKET = load("synthetic_market", size=1, assets=30, days=150, share=0.3).problems[0]
FIELDS = MARKET.fields


def task(evaluations: int = 60, seed: int = 0, model: object = None) -> PanelTask:
    kind = kind_of(MARKET)
    found = kind.task(
        kind.told(MARKET, Conditions()), kind.arrays(MARKET, MARKET.data(), Conditions()),
        seed=seed, budget=Budget(seconds=600.0, evaluations=evaluations),
        on_report=lambda answer, loss: None, clock=Clock(),
    )  # fmt: skip
    return replace(found, model=model)


def worth(one: PanelTask, pool: object) -> float:
    """The mean size of the RankIC of the factors of a pool."""
    assert not isinstance(pool, str)
    ics = [one.rank_ic(one.values(one.factor(text))).mean() for text in pool.values()]  # type: ignore[attr-defined]
    return float(np.mean(np.abs(ics)))


@pytest.mark.parametrize("method", [RandomFactors(), GpFactors(population=20), AlphaMcts()])
def test_a_seed_is_a_pool(method: RandomFactors | GpFactors | AlphaMcts) -> None:
    first, again, other = (method.discover(task(seed=seed)).best.expression for seed in (1, 1, 2))
    assert first == again != other
    assert kind_of(MARKET).refusal(first, kind_of(MARKET).told(MARKET, Conditions())) is None


def test_searches_find_more_than_the_control() -> None:
    one = task()
    control = worth(one, RandomFactors().discover(task()).best.expression)
    for method in (GpFactors(population=20), AlphaMcts()):
        assert worth(one, method.discover(task()).best.expression) > 2.0 * control


def test_an_ended_budget_ends_the_search() -> None:
    for method in (GpFactors(), AlphaMcts()):
        assert method.discover(task(evaluations=1)).best.expression


def test_frequent_subtrees_are_closed_and_without_parameters() -> None:
    texts = ["ts_mean(ts_pct(close, 5), 3)", "cs_rank(ts_mean(ts_pct(close, 10), 20))",
             "ts_std(volume, 5)", "-ts_std(volume, 40)", "log(open)"]  # fmt: skip
    factors = [parse_factor(text, FIELDS) for text in texts]
    found = frequent_shapes(factors)
    assert [str(one) for one in found] == ["ts_mean(ts_pct(close, 1), 1)", "ts_std(volume, 1)"]
    assert shape(parse_factor("close * 3", FIELDS)) == shape(parse_factor("close * 7", FIELDS))


def test_what_is_frequent_is_not_proposed() -> None:
    searched = task()
    search = AlphaSearch(
        AlphaMcts(), searched, AlphaMcts().proposer(searched, random.Random(0)), random.Random(0)
    )
    avoid = [shape(Factor("cs_rank", (Factor.field(name),))) for name in FIELDS]
    for _ in range(40):
        proposed = search.proposer.first(avoid)
        assert proposed is not None and not shapes_of(proposed) & set(avoid)


@pytest.mark.parametrize("ablated", [{"dimensions": "effectiveness"}, {"avoid_subtrees": False}])
def test_ablations_spend_the_same_evaluations(ablated: dict[str, object]) -> None:
    counts = []
    for settings in (AlphaMcts(), replace(AlphaMcts(), **ablated)):  # type: ignore[arg-type]
        searched = task(evaluations=40)
        rng = random.Random(0)
        search = AlphaSearch(settings, searched, settings.proposer(searched, rng), rng)
        with pytest.raises(PanelSearchOver):
            while True:
                search.grow_tree()
        counts.append(search.evaluator.count)
    assert counts == [40, 40]


def test_a_model_proposes_and_is_told_what_is_wrong() -> None:
    answers = ["Buy what fell.", "ts_fall(close)", "```\nalpha = -ts_pct(close, 5)\n```",
               "Smooth it.", "ts_mean(-ts_pct(close, 5), 3)"]  # fmt: skip
    model = ScriptedModel(answers, calls=5)
    found = AlphaMctsModel(variants=1).discover(task(model=model)).best.expression
    assert "ts_pct(close, 5)" in str(found)
    assert "there is no 'ts_fall'" in model.asked and "Refine it to improve" in model.asked
    for hidden in (*MARKET.planted, MARKET.name, MARKET.dataset):
        assert hidden == "-ts_pct(close, 5)" or hidden not in model.asked


def test_changes_keep_factors_whole() -> None:
    rng = random.Random(5)
    for _ in range(60):
        factor = drawn(rng, FIELDS)
        for other in (subtree_changed(rng, factor, FIELDS), windows_changed(rng, factor)):
            assert parse_factor(str(other), FIELDS) == other or factor_size(other) > 100
