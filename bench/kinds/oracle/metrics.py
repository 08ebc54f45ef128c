"""The metrics of ``oracle``: one row each, in the order of the leaderboard's columns."""

from __future__ import annotations

import math

from bench.expression import complexity
from bench.scoring.metrics import Metric, ned_metric, rule_metrics
from bench.scoring.rules import all_rules

NUMERIC = "numeric"
"""The step that takes the answer's values at FIND's points."""
FITS = 1e-3
"""Our bound on the error, relative to the variance: R2 above 0.999, as for tables."""

_KIND = ("oracle",)

METRICS = (
    Metric(
        "fits", f"is the NMSE, by the variance, below {FITS:g} where nothing is corrupted?",
        lambda subject: subject.nmse < FITS,
        step=NUMERIC, summary="rate", better="higher", worst=0.0, kinds=_KIND, interval=True,
        rank=2,
    ),
    Metric(
        "find_success", "does it pass FIND's published rule (error below 0.1 of sum y²)?",
        lambda subject: subject.find_success,
        step=NUMERIC, summary="rate", better="higher", worst=0.0, kinds=_KIND, interval=True,
        title="FIND",
    ),
    Metric(
        "find_floor", "would a polynomial of degree 5 through 256 even questions pass that rule?",
        lambda subject: subject.find_floor,
        step=NUMERIC, summary="rate", better="higher", worst=None, kinds=_KIND, title="FIND floor",
    ),
    Metric(
        "corrupted_overlap", "how well is what is corrupted told (intersection over union)?",
        lambda subject: subject.overlap,
        step=NUMERIC, summary="mean", better="higher", worst=0.0, kinds=_KIND, interval=True,
        everywhere=False, title="overlap",
    ),
    ned_metric(_KIND),
    Metric(
        "nmse", "what is the NMSE where nothing is corrupted?",
        lambda subject: subject.nmse,
        step=NUMERIC, summary="median", better="lower", worst=math.inf, kinds=_KIND, title="",
    ),
    Metric(
        "complexity", "how many nodes does the answer have?",
        lambda subject: sum(map(complexity, subject.answer.values())) or None,
        step=NUMERIC, summary="median", better="lower", worst=None, kinds=_KIND, title="nodes",
    ),
)  # fmt: skip
"""The rows but for those of the judge's rules."""


def oracle_metrics() -> tuple[Metric, ...]:
    """All rows, those of the rules first, of installed packages' among them."""
    return (*rule_metrics(_KIND, all_rules().values()), *METRICS)
