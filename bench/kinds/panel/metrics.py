"""The metrics of ``panel``: one row each, in the order of the leaderboard's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.expression.factors import factor_size
from bench.kinds.panel.measures import ratio
from bench.scoring.metrics import Metric

if TYPE_CHECKING:
    from bench.kinds.panel.scoring import PanelSubject

FACTORS, LINEAR, RECOVERY, TREES = "factors", "linear fit", "recovery", "boosted trees"
"""The steps of scoring."""

_KIND = ("panel",)


def _nodes(subject: PanelSubject) -> int:
    return sum(map(factor_size, subject.pool.values()))


METRICS = (
    Metric(
        "rank_ic", "what is the mean daily RankIC of a linear fit of the pool, on later days?",
        lambda subject: subject.linear_rank_ic.mean(),
        step=LINEAR, summary="mean", better="higher", worst=0.0, kinds=_KIND, interval=True,
        title="RankIC", rank=1,
    ),
    Metric(
        "recovered", "what share of the planted factors is in the pool, where they are known?",
        lambda subject: subject.recovered,
        step=RECOVERY, summary="mean", better="higher", worst=0.0, kinds=_KIND, interval=True,
        everywhere=False, rank=2,
    ),
    Metric(
        "rank_ir", "what is the mean of that daily RankIC over its standard deviation?",
        lambda subject: ratio(subject.linear_rank_ic),
        step=LINEAR, summary="mean", better="higher", worst=0.0, kinds=_KIND, title="RankIR",
    ),
    Metric(
        "ic", "what is the mean daily IC (Pearson) of that linear fit, on later days?",
        lambda subject: subject.linear_ic,
        step=LINEAR, summary="mean", better="higher", worst=0.0, kinds=_KIND, title="IC",
    ),
    Metric(
        "trees_rank_ic", "as `rank_ic`, of gradient-boosted trees of the pool?",
        lambda subject: subject.trees_rank_ic,
        step=TREES, summary="mean", better="higher", worst=0.0, kinds=_KIND, title="trees RankIC",
    ),
    Metric(
        "trees_ic", "as `ic`, of gradient-boosted trees of the pool?",
        lambda subject: subject.trees_ic,
        step=TREES, summary="mean", better="higher", worst=0.0, kinds=_KIND, title="",
    ),
    Metric(
        "best_rank_ic", "what is the largest RankIC of one factor of the pool, whatever its sign?",
        lambda subject: subject.best_rank_ic,
        step=FACTORS, summary="mean", better="higher", worst=0.0, kinds=_KIND, title="",
    ),
    Metric(
        "turnover", "how much of a portfolio by one factor changes in a day, 0 to 2?",
        lambda subject: subject.turnover,
        step=FACTORS, summary="mean", better="lower", worst=2.0, kinds=_KIND,
    ),
    Metric(
        "diversity", "how unlike are the factors of the pool: 1 less their rank correlation?",
        lambda subject: subject.diversity,
        step=FACTORS, summary="mean", better="higher", worst=0.0, kinds=_KIND, everywhere=False,
    ),
    Metric(
        "backtest_return", "what does the best tenth by the linear fit earn above all, a year?",
        lambda subject: subject.traded.excess,
        step=LINEAR, summary="mean", better="higher", worst=0.0, kinds=_KIND, title="AR",
    ),
    Metric(
        "backtest_ir", "what is the information ratio of that, a year, after costs?",
        lambda subject: subject.traded.ratio,
        step=LINEAR, summary="mean", better="higher", worst=0.0, kinds=_KIND, title="IR",
    ),
    Metric(
        "pool_size", "how many factors does the pool have?",
        lambda subject: len(subject.pool),
        step=FACTORS, summary="mean", better="lower", worst=None, kinds=_KIND, title="factors",
    ),
    Metric(
        "complexity", "how many nodes does the answer have?",
        _nodes,
        step=FACTORS, summary="median", better="lower", worst=None, kinds=_KIND, title="nodes",
    ),
)  # fmt: skip
