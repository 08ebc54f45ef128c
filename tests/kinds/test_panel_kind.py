"""The kind ``panel``: what a method is shown, what an answer is, and how pools are scored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench import Budget, Discovery, PanelTask, load
from bench.clock import Clock
from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.panel.measures import backtest, daily_ic, daily_rank_ic, turnover
from bench.kinds.panel.metrics import TREES
from bench.problems.panels.data import PanelData
from bench.problems.panels.synthetic import PLANTABLE, synthetic_market
from bench.scoring import FormCache, NoAnswer, ScoringLimits, score

MARKET = load("synthetic_market", size=1, assets=40, days=200, share=0.3).problems[0]
PLANTED = {f"f{k}": text for k, text in enumerate(MARKET.planted)}


def values(
    answer: Any, folder: Path, problem: Any = MARKET, data: Any = None, trees: bool = False
) -> dict[str, float | None]:
    """The metrics of an answer, those of the trees where they are asked for."""
    item = replace(item_of(answer, problem), data=data)
    subject = item.scheme.ready(item, FormCache(folder), ScoringLimits())
    rows = [one for one in item.metrics() if trees or one.step != TREES]
    return {one.name: one.value(subject) for one in rows}


def test_the_planted_factors_are_the_best_pool(tmp_path: Path) -> None:
    planted = values(PLANTED, tmp_path, trees=True)
    chance = values({"f": "cos(volume)", "g": "ts_skew(low, 5)"}, tmp_path, trees=True)
    assert planted["recovered"] == 1.0 and chance["recovered"] == 0.0
    assert planted["rank_ic"] == pytest.approx(0.3**0.5, abs=0.08)
    for name in ("rank_ic", "rank_ir", "ic", "trees_rank_ic", "trees_ic", "best_rank_ic",
                 "backtest_return", "backtest_ir"):  # fmt: skip
        assert planted[name] > chance[name], name
    assert planted["pool_size"] == 3 and 0.0 < planted["turnover"] < 2.0
    assert 0.0 < planted["diversity"] <= 1.0


def test_a_planted_factor_is_found_in_other_words(tmp_path: Path) -> None:
    problem = replace(MARKET, planted=("-ts_pct(close, 5)",))
    for same in ("ts_pct(close, 5)", "close / ts_delay(close, 5)", "tanh(ts_pct(close, 5)) * 2"):
        assert values(same, tmp_path, problem)["recovered"] == 1.0
    assert values("ts_pct(close, 20)", tmp_path, problem)["recovered"] == 0.0


def test_scores_are_of_later_days_alone(tmp_path: Path) -> None:
    """Returns after the cut train nothing, and those before it score nothing."""
    data = MARKET.data()
    upside_down = data.returns.copy()
    upside_down[data.cut :] *= -1.0
    plain, turned = (
        values(PLANTED, tmp_path, data=PanelData(data.fields, one, data.cut), trees=True)
        for one in (data.returns, upside_down)
    )
    for name in ("rank_ic", "trees_rank_ic", "ic"):
        assert turned[name] == pytest.approx(-plain[name])


def test_what_a_method_is_shown_ends_before_returns_that_come_later() -> None:
    kind, data = kind_of(MARKET), MARKET.data()
    problem = replace(MARKET, horizon=5)
    told = kind.told(problem, Conditions())
    *fields, returns = kind.arrays(problem, data, Conditions())
    assert len(returns) == data.cut and all(len(one) == data.cut for one in fields)
    assert np.isnan(returns[-5:]).all() and not np.isnan(returns[:-5]).any()
    assert not any(text in str(told) for text in (*MARKET.planted, MARKET.dataset, MARKET.name))
    noisy = kind.arrays(problem, data, Conditions(noise=0.5))[-1]
    apart = (noisy - returns)[:-5] / np.sqrt(np.mean(returns[:-5] ** 2))
    assert np.std(apart) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "none"),
        ({f"f{k}": "close" for k in range(11)}, "10 factors at most"),
        ({"f": "ts_delay(close, -1)"}, "f: "),
        ({"f": "x0 + x1"}, "there is no 'x0'"),
        ("returns", "there is no 'returns'"),
        ("", "it ends"),
        ("\u0663*close", "there is no '\\u0663'"),
        ("ts_mean(close, \u0663)", "is no window"),
        ("close\u202e\x1b[2J", "'\\u202e' is too much"),
        ({"": "close"}, "a factor is called ''"),
        ({"a\n\x1b[2J": "close"}, "a factor is called 'a\\n\\x1b[2J'"),
        ({"x" * 101: "close"}, "a name has 1 to 100 characters"),
    ],
)
def test_hostile_answers_are_refused_in_a_line(answer: Any, words: str, tmp_path: Path) -> None:
    kind = kind_of(MARKET)
    why = kind.refusal(answer, kind.told(MARKET, Conditions()))
    assert why is not None and words in why and why.isprintable()
    with pytest.raises(NoAnswer):
        item = item_of(answer, MARKET)
        item.scheme.ready(item, FormCache(tmp_path), ScoringLimits())
    card = score(item_of(answer, MARKET), forms=FormCache(tmp_path))
    assert card.failure and card.values["rank_ic"] == 0.0 and card.values["turnover"] == 2.0


@pytest.mark.parametrize(
    "text", ["ts_mean(close, 250)", "log(0 - close)", "close / (close - close)"]
)
def test_a_factor_without_values_has_the_worth_of_chance(text: str, tmp_path: Path) -> None:
    found = values({"f": text, "g": text}, tmp_path)
    assert found["rank_ic"] == found["best_rank_ic"] == found["ic"] == 0.0
    assert all(one is None or np.isfinite(one) for one in found.values())


def ranked(values: np.ndarray) -> np.ndarray:
    return pd.Series(values).rank().to_numpy()


def test_daily_correlations_are_pearsons_and_spearmans() -> None:
    rng = np.random.default_rng(3)
    found, returns = rng.normal(size=(2, 6, 30)).round(1)
    days = list(zip(found, returns, strict=True))
    pearson = [np.corrcoef(one, other)[0, 1] for one, other in days]
    spearman = [np.corrcoef(ranked(one), ranked(other))[0, 1] for one, other in days]
    np.testing.assert_allclose(daily_ic(found, returns), pearson)
    np.testing.assert_allclose(daily_rank_ic(found, returns), spearman)
    returns[2, :4] = np.nan
    rest = np.corrcoef(ranked(found[2, 4:]), ranked(returns[2, 4:]))[0, 1]
    np.testing.assert_allclose(daily_rank_ic(found, returns)[2], rest)


def test_turnover_and_backtest_of_what_is_known() -> None:
    still = np.tile(np.arange(20.0), (10, 1))
    assert turnover(still) == 0.0
    turned = still * np.where(np.arange(10) % 2, 1.0, -1.0)[:, None]
    assert turnover(turned) == pytest.approx(2.0)
    returns = np.where(np.arange(20) >= 18, 0.01, 0.0) * np.ones((10, 1))
    held = backtest(still, returns, 1)
    cost = 0.0015 / 10  # once, for the two assets of the first day
    assert held.excess == pytest.approx(252 * (0.01 - 0.001 - cost))
    assert backtest(still, returns, 5).excess == pytest.approx(252 * (0.0018 - cost))
    assert backtest(np.full_like(still, np.nan), returns, 1).excess == pytest.approx(-252 * 0.001)


def test_a_task_says_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="days, assets"):
        PanelTask({"close": np.ones((5, 3))}, np.ones((5, 2)))
    task = PanelTask({"close": np.random.default_rng(0).random((30, 5))}, np.ones((30, 5)))
    assert (task.rank_ic(task.values(task.factor("close"))) == 0.0).all()


def test_a_market_is_the_same_everywhere() -> None:
    assert MARKET.data().digest == DIGEST
    whole = synthetic_market(size=8)
    for four in (whole.problems[:4], whole.problems[4:]):
        drawn = [text for problem in four for text in problem.planted]
        assert sorted(drawn) == sorted(PLANTABLE)
    assert synthetic_market(seed=1).problems[0].planted != whole.problems[0].planted
    assert load("synthetic_market", size=1, share=0.1).version != whole.version


DIGEST = "096b4c06695b6859258075f49c43ef109ae74dc5f565fe4464b738386f5c2399"


@pytest.mark.parametrize(
    "options", [{"assets": 2}, {"days": "many"}, {"share": 0.0}, {"share": 2}, {"size": -1}]
)
def test_impossible_markets_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        synthetic_market(**options)


class Reversal:
    kinds = ("panel",)

    def discover(self, task: PanelTask) -> Discovery:
        return Discovery.of({"reversal": "-ts_pct(close, 5)"})


def test_the_task_of_the_worker_is_the_methods(tmp_path: Path) -> None:
    kind = kind_of(MARKET)
    told: list[Any] = []
    task = kind.task(
        kind.told(MARKET, Conditions()), kind.arrays(MARKET, MARKET.data(), Conditions()),
        seed=3, budget=Budget(seconds=5), on_report=lambda answer, loss: told.append(answer),
        clock=Clock(),
    )  # fmt: skip
    assert (task.seed, task.most, tuple(task.fields)) == (3, 10, MARKET.fields)
    task.report({"f": task.factor("close")})
    assert told == [{"f": "close"}]
    assert task.likeness(task.factor("close"), task.factor("-2*close")) == pytest.approx(1.0)
    assert values(Reversal().discover(task).best.expression, tmp_path)["pool_size"] == 1
