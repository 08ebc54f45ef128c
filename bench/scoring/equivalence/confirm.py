"""Is what looks like an identity one? Decided to tens of digits, at points not used before.

A refit in float64 ends at 1e-16 for the true structure, and sometimes at 1e-13 for a mere
approximation with enough constants. Here the constants are improved to ``digits`` digits by
Gauss-Newton steps, their residuals in mpmath, their Jacobian in float64: each step gains eight
digits or so on the true structure, and none on anything else. Then the two are compared at points
that took no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.scoring.equivalence.law import Law
from bench.scoring.equivalence.pair import Pair, Step
from bench.scoring.equivalence.precise import Value
from bench.scoring.equivalence.variants import Variant

Array = NDArray[np.float64]

SLACK = 20
"""Digits that an identity may lack: what is smaller than 1e-30 of a value is nothing."""
_FRESH = 8
_PATIENCE = 3
_STEPS = (
    Step(),
    Step(by_effect=True),
    Step(truth_moves=True),
    Step(truth_moves=True, in_full=True),
)


@dataclass(frozen=True, eq=False)
class Confirmation:
    """``refuted``: no constants near these are an identity; ``open``: the time ran out.

    ``constants`` are the prediction's free ones after improvement; ``residual`` is the largest
    |p - t| / |t| that remains, over ``points`` points; ``witness`` one at which it remains.
    """

    status: Literal["confirmed", "refuted", "open"]
    constants: Array
    residual: float
    points: int
    digits: int
    witness: Mapping[str, Any] | None = None


def confirm(
    variant: Variant, constants: Array, law: Law, rows: Array, digits: int, deadline: float
) -> Confirmation:
    """Whether ``variant``, with constants near ``constants``, is the law at points ``rows``.

    ``rows``, shape (m, d), are points of the domain at which both are finite.
    """
    pair = Pair(variant, constants, law, digits)
    count = min(len(rows) - _FRESH, max(8, 2 * pair.movable + 4))
    used, others = rows[:count], rows[count : count + _FRESH]
    goal = pair.context.mpf(10) ** (SLACK - digits)
    misfit = pair.misfit(used)
    for step in _STEPS:
        if step.truth_moves and not step.in_full and pair.visible(used, misfit):
            break
        if pair.can(step):
            misfit = _descend(pair, step, used, misfit, goal, deadline)
        if _worst(misfit) <= goal:
            return _at_fresh_points(pair, others, count)
        if perf_counter() > deadline:
            return Confirmation("open", pair.constants, float(_worst(misfit)), count, digits)
    return _refuted(pair, used, misfit)


def _descend(
    pair: Pair, step: Step, rows: Array, misfit: list[Value], goal: Value, deadline: float
) -> list[Value]:
    """Take such steps while they gain; the misfits at the best constants, which are now set.

    Where the law is a double root of the equations, each step halves what is left: it is doubled.
    A step in full may lose before it gains: it goes far along what hardly matters.
    """
    best, kept = misfit, pair.literals
    patience, stretch = 0, 1
    while _worst(best) > goal and patience <= (_PATIENCE if step.in_full else 0):
        if perf_counter() > deadline:
            break
        before = _worst(misfit)
        pair.improve(rows, misfit, step, stretch)
        misfit = pair.misfit(rows)
        ratio = float(_worst(misfit) / before)
        stretch = 2 if 0.2 < ratio < 0.3 else 1
        patience = 0 if _worst(misfit) < _worst(best) / 3 else patience + 1
        if _worst(misfit) < _worst(best):
            best, kept = misfit, pair.literals
    pair.literals = kept
    return best


def _worst(misfit: Sequence[Value]) -> Value:
    return max((abs(value) for value in misfit), default=0)


def _at_fresh_points(pair: Pair, rows: Array, used: int) -> Confirmation:
    pair.settle()
    misfit = pair.misfit(rows)
    total = used + len(rows)
    if _worst(misfit) > pair.context.mpf(10) ** (SLACK + 5 - pair.digits):
        return _refuted(pair, rows, misfit)
    if not pair.within_literals():
        return _refuted(pair, rows, misfit)
    return Confirmation("confirmed", pair.constants, float(_worst(misfit)), total, pair.digits)


def _refuted(pair: Pair, rows: Array, misfit: Sequence[Value]) -> Confirmation:
    row = max(range(len(misfit)), key=lambda index: abs(misfit[index]))
    worst = float(abs(misfit[row]))
    witness = pair.witness(rows[row])
    return Confirmation("refuted", pair.constants, worst, len(rows), pair.digits, witness)
