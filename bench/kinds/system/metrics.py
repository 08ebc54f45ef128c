"""The metrics of ``system``: one row each, in the order of the leaderboard's columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.expression import complexity
from bench.scoring.metrics import Metric, ned_metric, rule_metrics
from bench.scoring.rules import all_rules

if TYPE_CHECKING:
    from bench.kinds.system.scoring import SystemSubject
    from bench.scoring.scorecard import Scorecard

RATES, RECONSTRUCTION, GENERALISATION, FORECAST = (
    "rates", "reconstruction", "generalisation", "forecast",
)  # fmt: skip
TERMS = "terms"
"""The steps of scoring; the last is one for each rate."""

GOOD_R2 = 0.9
"""The published threshold (ODEFormer, arXiv:2310.05573)."""


def _share(card: Scorecard, rule: str) -> float | None:
    answers = [one.verdicts[rule].answer for one in card.comparisons.values() if one.verdicts]
    return sum(answer == "yes" for answer in answers) / len(answers) if answers else None


def _term_f1(card: Scorecard) -> float | None:
    scores = [one.numbers.get(TERMS, 0.0) for one in card.comparisons.values()]
    return sum(scores) / len(scores) if scores else None


def _generalises(subject: SystemSubject) -> bool | None:
    return None if subject.generalisation is None else subject.generalisation > GOOD_R2


_KIND = ("system",)

METRICS = (
    Metric(
        "generalisation", f"is R² above {GOOD_R2} from starts that are never shown?",
        _generalises, step=GENERALISATION,
        summary="rate", better="higher", worst=0.0, kinds=_KIND, interval=True, everywhere=False,
        rank=2,
    ),
    Metric(
        "equations_exact", "what share of the rates is `exact`?",
        lambda card: _share(card, "exact"),
        summary="mean", better="higher", worst=0.0, kinds=_KIND, interval=True, everywhere=False,
        title="equations",
    ),
    Metric(
        "equations_skeleton", "what share of the rates is `skeleton`?",
        lambda card: _share(card, "skeleton"),
        summary="mean", better="higher", worst=0.0, kinds=_KIND, interval=True, everywhere=False,
        title="",
    ),
    Metric(
        "term_f1", "how well do the terms of the rates match, whatever their numbers are (F1)?",
        _term_f1,
        summary="mean", better="higher", worst=0.0, kinds=_KIND, interval=True, everywhere=False,
        title="terms",
    ),
    ned_metric(_KIND),
    Metric(
        "derivative_error", "what is the NMSE of the rates along starts that are never shown?",
        lambda subject: subject.derivative_error,
        step=RATES,
        summary="median", better="lower", worst=math.inf, kinds=_KIND, everywhere=False,
        title="rates",
    ),
    Metric(
        "reconstruction", f"is R² above {GOOD_R2} from the starts that are shown?",
        lambda subject: subject.reconstruction > GOOD_R2,
        step=RECONSTRUCTION,
        summary="rate", better="higher", worst=0.0, kinds=_KIND, interval=True,
    ),
    Metric(
        "reconstruction_r2", "what is R² of the trajectories that are shown?",
        lambda subject: subject.reconstruction,
        step=RECONSTRUCTION,
        summary="median", better="higher", worst=-math.inf, kinds=_KIND, title="",
    ),
    Metric(
        "generalisation_r2", "what is R² from starts that are never shown?",
        lambda subject: subject.generalisation,
        step=GENERALISATION,
        summary="median", better="higher", worst=-math.inf, kinds=_KIND, everywhere=False, title="",
    ),
    Metric(
        "valid_time", "of chaos: for how many Lyapunov times is it predicted?",
        lambda subject: subject.valid_time,
        step=GENERALISATION,
        summary="mean", better="higher", worst=0.0, kinds=_KIND, interval=True, everywhere=False,
        title="",
    ),
    Metric(
        "forecast", "what is the relative L2 error after what is shown, for twice as long?",
        lambda subject: subject.forecast,
        step=FORECAST,
        summary="median", better="lower", worst=math.inf, kinds=_KIND, everywhere=False,
    ),
    Metric(
        "finite", "at what share of points is the prediction finite?",
        lambda subject: subject.finite,
        step=RATES, summary="mean", better="higher", worst=0.0, kinds=_KIND, title="",
    ),
    Metric(
        "complexity", "how many nodes does the answer have?",
        lambda subject: sum(complexity(rate) for rate in subject.rates.values()),
        step=RATES, summary="median", better="lower", worst=None, kinds=_KIND, title="nodes",
    ),
)  # fmt: skip
"""The rows but for those of the judge's rules."""


def system_metrics() -> tuple[Metric, ...]:
    """All rows, those of the rules first, of installed packages' among them."""
    return (*rule_metrics(_KIND, all_rules().values()), *METRICS)
