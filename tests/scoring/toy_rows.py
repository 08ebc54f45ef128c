"""Rows as a package would bring them: metrics and rules that Rediscover knows nothing of."""

from __future__ import annotations

import math

import numpy as np

from bench.expression import Expression, complexity
from bench.kinds.table.scoring import TableSubject
from bench.problems import Domain
from bench.scoring import InstalledRule, Metric, Verdict


def roughness(subject: TableSubject) -> float | None:
    """None where a value is not finite."""
    values = np.sort(subject.predicted(subject.data.test.X))
    return float(np.abs(np.diff(values)).max()) if np.isfinite(values).all() else None


ROUGHNESS = Metric(
    "roughness",
    "how far do neighbouring values of the answer lie apart?",
    roughness,
    step="numeric",
    summary="median",
    better="lower",
    worst=math.inf,
)


def _never(subject: TableSubject) -> float:
    while True:
        pass


ENDLESS = Metric(
    "endless", "does it end?", _never, step="waiting", summary="rate", better="higher", worst=0.0
)


def no_longer(prediction: Expression, truth: Expression, domain: Domain) -> Verdict:
    short = complexity(prediction) <= complexity(truth)
    return Verdict("yes" if short else "no", "confirmed", f"{complexity(prediction)} nodes")


def _only_long_laws(truth: Expression) -> str:
    return "" if complexity(truth) > 1 else "every answer is as long as such a law"


NO_LONGER = InstalledRule(
    "no_longer",
    "is it no longer than the law?",
    no_longer,
    title="short",
    out_of_scope=_only_long_laws,
)


def _wait(prediction: Expression, truth: Expression, domain: Domain) -> Verdict:
    while True:
        pass


SLOW = InstalledRule("slow", "does it end?", _wait)
WRONG = "no row at all"
EXACT = InstalledRule("exact", "is it what the judge has already?", no_longer)
ACCURACY = Metric(
    "accuracy", "another accuracy?", _never, step="x", summary="mean", better="lower", worst=1.0
)
BUDGET = Metric(
    "budget", "what may it cost?", _never, step="x", summary="mean", better="lower", worst=1.0
)
