"""The reduction of families to constants: each fraction by itself, its family its constant."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench.kinds.constant.relation import relation_of
from bench.kinds.families.sorting import NONE
from bench.kinds.families.task import FamiliesTask
from bench.method import Candidate, Discovery

_LEFT = 0.05
"""The share of the budget at which no other fraction is begun."""
_EVERY = 20
"""After so many fractions the answer is reported."""


def reduced(method: Any, task: FamiliesTask) -> Discovery:
    """The families by the constants that ``method`` finds; what it counted is added up.

    Raises ValueError where it gives what is no answer about a number.
    """
    families = dict.fromkeys(task.fractions, NONE)
    counts: Counter[str] = Counter()
    for place, name in enumerate(task.fractions):
        if task.remaining().share <= _LEFT:
            break
        found = method.discover(task.single(name))
        counts.update(found.counts)
        relation = relation_of(found.best.expression, task.constants)
        families[name] = NONE if relation is None else relation[0]
        if place % _EVERY == _EVERY - 1:
            task.report(families)
    return Discovery(Candidate(families), counts=counts)
