"""The metrics of ``constant``: one row each, in the order of the leaderboard's columns."""

from __future__ import annotations

from bench.scoring.metrics import Metric

RELATION = "relation"
"""The step that holds a relation against the number."""

_KIND = ("constant",)

METRICS = (
    Metric(
        "right", "is it a relation that holds, or `none` where none is known?",
        lambda subject: subject.outcome in ("hit", "none"),
        step=RELATION, summary="rate", better="higher", worst=0.0, kinds=_KIND, interval=True,
        rank=1,
    ),
    Metric(
        "identified", "of numbers with a known relation: does the answer's hold?",
        lambda subject: subject.outcome == "hit" if subject.problem.known else None,
        step=RELATION, summary="rate", better="higher", worst=0.0, kinds=_KIND, interval=True,
        everywhere=False,
    ),
    Metric(
        "false_hit", "is it a relation that does not hold, or is not short?",
        lambda subject: subject.outcome == "false",
        step=RELATION, summary="rate", better="lower", worst=0.0, kinds=_KIND, rank=2,
        title="false",
    ),
    Metric(
        "missed", "of numbers with a known relation: does it say `none`?",
        lambda subject: subject.outcome == "missed" if subject.problem.known else None,
        step=RELATION, summary="rate", better="lower", worst=1.0, kinds=_KIND, everywhere=False,
    ),
)  # fmt: skip
