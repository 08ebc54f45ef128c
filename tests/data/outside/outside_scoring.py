"""How an answer of the kind ``number`` is scored: is it the number?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.scoring import FormCache, Item, Metric, Scheme, ScoringLimits, ScoringStep


@dataclass(frozen=True)
class NumberSubject:
    problem: Any
    answer: Mapping[str, str]
    steps: tuple[ScoringStep, ...] = ()


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> NumberSubject:
    return NumberSubject(item.problem, item.answer)  # type: ignore[arg-type]


def _failed(item: Item, why: str) -> dict[str, Any]:
    return {}


SCHEME = Scheme("number", _ready, _failed)


def _hit(subject: NumberSubject) -> float:
    return float(subject.answer["value"] == str(subject.problem.true))


HIT = Metric(
    "outside_hit", "is it the number?", _hit,
    step="guess", summary="rate", better="higher", worst=0.0, kinds=("number",), rank=1,
)  # fmt: skip
