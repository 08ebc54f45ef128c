"""How answers about numbers are scored: by integers, to 100 digits more than were shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bench.kinds.constant.metrics import RELATION
from bench.kinds.constant.relation import Found, relation_of
from bench.problems.numbers.named import NAMED, scaled
from bench.problems.numbers.problem import FURTHER, ConstantProblem, NumberData
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.scorecard import Comparison
from bench.scoring.steps import Item, NoAnswer, Scheme, ScoringLimits, ScoringStep

Outcome = Literal["hit", "false", "missed", "none"]

RETURN = 2
"""A relation has at most the digits shown over this: shorter than chance allows."""


@dataclass(frozen=True)
class ConstantSubject:
    """An answer about a number, made ready; ``found`` is None where it says that there is none."""

    item: Item
    found: Found | None

    @property
    def problem(self) -> ConstantProblem:
        problem: ConstantProblem = self.item.problem
        return problem

    @property
    def data(self) -> NumberData:
        """The number to as many digits as a hit is held to."""
        data: NumberData = self.item.problem_data()
        return data

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        return (ScoringStep(RELATION, prepare=lambda: self.data),)

    @cached_property
    def outcome(self) -> Outcome:
        """Whether it is a hit, a false one, a relation that was missed, or rightly none."""
        if self.found is None:
            return "missed" if self.problem.known else "none"
        return "hit" if holds(self.found, self.data, self.problem.digits) else "false"


def holds(found: Found, data: NumberData, digits: int) -> bool:
    """Whether a relation ties number and constant, is short, and holds to ``FURTHER`` digits more.

    k0 k3 = k1 k2 makes it one of the constant alone, or of a fraction.
    """
    name, (k0, k1, k2, k3) = found
    if k0 * k3 == k1 * k2 or RETURN * sum(len(str(abs(k))) for k in (k0, k1, k2, k3) if k) > digits:
        return False
    one, x, c = int(10**data.places), data.scaled, scaled(name, data.places)
    size = abs(k0) * one + abs(k1 * x) + abs(k2) * c + abs(k3 * x) * c // one
    rest = abs(k0 * one + k1 * x + k2 * c + k3 * x * c // one)
    return bool(rest * int(10 ** (digits + FURTHER)) < size)


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> ConstantSubject:
    if item.answer is None:
        raise NoAnswer("no answer")
    try:
        return ConstantSubject(item, relation_of(item.answer, list(NAMED)))
    except ValueError as error:
        raise NoAnswer(f"no answer: {error}") from None


def _failed(item: Item, why: str) -> Mapping[str, Comparison]:
    return {}


SCHEME = Scheme("constant", _ready, _failed)
