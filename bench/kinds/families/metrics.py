"""The metrics of ``families``: one row each, in the order of the leaderboard's columns."""

from __future__ import annotations

from bench.scoring.metrics import Metric

SORTED = "families"
"""The step that holds families against the labels."""

_KIND = ("families",)

METRICS = (
    Metric(
        "adjusted_rand",
        "how alike are the families and the known constants: the adjusted Rand index, 1 at best?",
        lambda subject: subject.adjusted_rand,
        step=SORTED, summary="mean", better="higher", worst=0.0, kinds=_KIND, interval=True,
        title="ARI", rank=1,
    ),
    Metric(
        "strays", "of limits related to no constant: what share is in a family with one that is?",
        lambda subject: subject.strays,
        step=SORTED, summary="mean", better="lower", worst=1.0, kinds=_KIND, everywhere=False,
        rank=2,
    ),
    Metric(
        "placed", "of limits related to a constant: what share is in a family?",
        lambda subject: subject.placed,
        step=SORTED, summary="mean", better="higher", worst=0.0, kinds=_KIND,
    ),
    Metric(
        "davies_bouldin", "how wide are the families for how far apart, in their measures?",
        lambda subject: subject.davies_bouldin,
        step=SORTED, summary="mean", better="lower", worst=None, kinds=_KIND, everywhere=False,
        title="DB",
    ),
    Metric(
        "davies_bouldin_labels", "as `davies_bouldin`, of the families by known constants?",
        lambda subject: subject.davies_bouldin_labels,
        step=SORTED, summary="mean", better="lower", worst=None, kinds=_KIND, title="DB of labels",
    ),
)  # fmt: skip
