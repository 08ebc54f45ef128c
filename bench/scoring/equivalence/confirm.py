"""Is what looks like an identity one? Decided to tens of digits, at points not used before.

A refit in float64 ends at 1e-16 for the true structure, and sometimes at 1e-13 for a mere
approximation with enough constants. Here the constants are improved to ``digits`` digits by
Gauss-Newton steps, their residuals in mpmath, their Jacobian in float64: each step gains eight
digits or so on the true structure, and none on anything else. Then the two are compared at points
that took no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import thread_time
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.numerics.precise import Value
from bench.scoring.equivalence.numerics.two_sides import GUARD, Step, TwoSides
from bench.scoring.equivalence.variants import Variant
from bench.scoring.equivalence.verdict import Witness

Array = NDArray[np.float64]
Status = Literal["confirmed", "refuted", "open"]

SLACK = 20
"""Digits that an identity may lack: what is smaller than 1e-30 of a value is nothing."""
_FRESH = 6
_PATIENCE = 3
_DOUBTFUL = 4
_ROUNDS = 3
_STEPS = (
    Step(),
    Step(by_effect=True),
    Step(truth_moves=True),
    Step(in_full=True),
    Step(truth_moves=True, in_full=True),
)


@dataclass(frozen=True, eq=False)
class Confirmation:
    """``refuted``: no constants near these are an identity; ``open``: the time ran out.

    ``constants`` are the prediction's free ones after improvement; ``residual`` is the largest
    |p - t| / |t| that remains, over ``points`` points; ``witness`` one at which it remains.
    """

    status: Status
    constants: Array
    residual: float
    points: int
    digits: int
    witness: Witness | None = None


def confirm(
    variant: Variant,
    constants: Array,
    law: LawOnDomain,
    rows: Array,
    digits: int,
    deadline: float,
    *,
    guard: int = GUARD,
) -> Confirmation:
    """Whether ``variant``, with constants near ``constants``, is the law at points ``rows``.

    ``rows``, shape (m, d), are points of the domain at which both are finite; ``guard`` is how
    many digits more are carried on the way.
    """
    pair = TwoSides(variant, constants, law, digits, guard)
    count = min(len(rows) - _FRESH, max(6, pair.movable + 6))
    used, others = rows[:count], rows[count : count + _FRESH]
    for _ in range(_ROUNDS):
        status, misfit = _search(pair, used, deadline)
        if status != "confirmed":
            break
        pair.settle()
        doubtful = pair.doubtful(_DOUBTFUL)
        others = np.concatenate([others[:_FRESH], doubtful])
        misfit = pair.misfit(others)
        if _worst(misfit) <= pair.goal(SLACK + 5):
            status = "confirmed" if pair.within_literals() else "refuted"
            break
        # A feature of the law that the points in use did not meet: it has constants of its own.
        status, used = "refuted", np.concatenate([used, doubtful])
    total = len(used) + len(others)
    return _outcome(pair, status, used if len(misfit) == len(used) else others, misfit, total)


def _search(pair: TwoSides, rows: Array, deadline: float) -> tuple[Status, list[Value]]:
    """Improve the constants until nothing is left at ``rows``, or nothing more is gained."""
    goal = pair.goal(SLACK)
    misfit = pair.misfit(rows)
    for step in _STEPS:
        if step.truth_moves and not step.in_full and pair.visible(rows, misfit):
            break
        if pair.can(step):
            misfit = _descend(pair, step, rows, misfit, goal, deadline)
        if _worst(misfit) <= goal:
            return "confirmed", misfit
        if thread_time() > deadline:
            return "open", misfit
    return "refuted", misfit


def _outcome(
    pair: TwoSides, status: Status, rows: Array, misfit: Sequence[Value], points: int
) -> Confirmation:
    worst = max(range(len(misfit)), key=lambda index: abs(misfit[index]))
    witness = pair.witness(rows[worst]) if status == "refuted" else None
    residual = float(abs(misfit[worst]))
    return Confirmation(status, pair.constants, residual, points, pair.digits, witness)


def _descend(
    pair: TwoSides, step: Step, rows: Array, misfit: list[Value], goal: Value, deadline: float
) -> list[Value]:
    """Take such steps while they gain; the misfits at the best constants, which are now set.

    Where the law is a double root of the equations, each step halves what is left: it is doubled.
    A step in full may lose before it gains: it goes far along what hardly matters.
    """
    best, kept = misfit, pair.literals
    patience, stretch = 0, 1
    while _worst(best) > goal and patience <= (_PATIENCE if step.in_full else 0):
        if thread_time() > deadline:
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
