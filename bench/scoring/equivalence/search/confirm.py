"""Is what looks like an identity one? Decided to tens of digits, at points not used before.

A refit in float64 ends at 1e-16 for the true structure, and sometimes at 1e-13 for a mere
approximation with enough constants. Here the constants are improved to ``digits`` digits by
Gauss-Newton steps, their residuals in mpmath, their Jacobian in float64: each step gains eight
digits or so on the true structure, and none on anything else. Then the two are compared at points
that took no part, and beyond the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import thread_time
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.scoring.equivalence.numerics.precise import Value
from bench.scoring.equivalence.search.beyond import FURTHEST, apart_beyond, decades_of
from bench.scoring.equivalence.search.two_sides import Step, TwoSides
from bench.scoring.equivalence.thresholds import SLACK
from bench.scoring.equivalence.verdict import Witness

Array = NDArray[np.float64]
Status = Literal["confirmed", "refuted", "beyond", "open"]

_FRESH = 4
_PATIENCE = 3
_STALLED = 0.8
"""What a step leaves where it neither gains nor loses: those after it will not, either."""
_DOUBTFUL = 2
_ROUNDS = 3
_STEPS = (Step(), Step(by_effect=True), Step(in_full=True))
_STEPS_OF_ALL = (Step(truth_moves=True), Step(truth_moves=True, in_full=True))
_BEST = "with the best constants that were found"
_BEYOND = "beyond the domain, with the constants that make the two agree on it"


@dataclass(frozen=True, eq=False)
class Confirmation:
    """``refuted``: no constants near these are an identity; ``open``: the time ran out.

    ``beyond``: they agree on the domain, and are two functions. ``constants`` and ``truths`` are
    the prediction's and the truth's after improvement; ``residual`` is the largest |p - t| / |t|
    that remains, over ``points`` points; ``witness`` one at which it remains, None where more
    digits would leave nothing there.
    """

    status: Status
    constants: Array
    truths: Array
    residual: float
    points: int
    digits: int
    witness: Witness | None = None


def confirm(sides: TwoSides, rows: Array, deadline: float, *, tied: bool = False) -> Confirmation:
    """Whether constants near those of ``sides`` make the two equal at points ``rows`` and beyond.

    ``rows``, shape (m, d), are points of the domain at which both are finite. ``tied``: the data
    fix what the variables do, and beyond is nothing to look at.
    """
    count = min(len(rows) - _FRESH, sides.count + 3 if sides.count else 0)
    used, others = rows[:count], rows[count : count + _FRESH]
    status: Status = "refuted"
    for _ in range(_ROUNDS):
        status, misfit = _search(sides, used, deadline)
        seen = len(misfit)
        if status != "confirmed":
            break
        sides.settle()
        doubtful = sides.doubtful(_DOUBTFUL)
        others = np.concatenate([others[:_FRESH], doubtful])
        misfit = sides.misfit(others)
        if _worst(misfit) <= sides.goal(SLACK + 5):
            break
        # A feature of the law that the points in use did not meet: it has constants of its own.
        status, used = "refuted", np.concatenate([doubtful, used])
    total = seen + len(others)
    witness = None
    if status == "confirmed" and not tied:
        witness = _beyond(sides)
        status = "confirmed" if witness is None else "beyond"
    elif status == "refuted":
        at = used if len(misfit) == len(used) else others
        worst = at[max(range(len(misfit)), key=lambda index: abs(misfit[index]))]
        witness = sides.witness(worst, _BEST)
    residual = float(_worst(misfit))
    return Confirmation(
        status, sides.constants, sides.truths, residual, total, sides.digits, witness
    )


def _beyond(sides: TwoSides) -> Witness | None:
    """A point beyond the domain, on its branch, at which the two differ."""
    law = sides.law
    both = sides.expressions()
    found = apart_beyond(*both, law.names, *law.rescaled)
    if found is None and (sides.as_written or decades_of(*both) > FURTHEST):
        found = apart_beyond(*both, law.names, *law.of_any_size(*both))
    return None if found is None else sides.witness(found[1], _BEYOND)


def _search(sides: TwoSides, rows: Array, deadline: float) -> tuple[Status, list[Value]]:
    """Improve the constants until nothing is left at ``rows``, or nothing more is gained.

    The misfits at ``rows``; at the first of them alone where nothing is left there to begin with.
    """
    goal = sides.goal(SLACK)
    # Constants that need not move are no fit: as few points as for what was fitted will do.
    misfit = sides.misfit(rows[:_FRESH])
    if _worst(misfit) <= goal:
        return "confirmed", misfit
    misfit += sides.misfit(rows[_FRESH:])
    for number, step in enumerate(_steps(sides)):
        # What float64 sees is not made good by the truth's last digits, nor by better slopes.
        if number and (step.truth_moves or step.in_full) and sides.visible(rows, misfit):
            break
        if sides.can(step):
            misfit = _descend(sides, step, rows, misfit, goal, deadline)
        if _worst(misfit) <= goal:
            return "confirmed", misfit
        if thread_time() > deadline:
            return "open", misfit
    return "refuted", misfit


def _steps(sides: TwoSides) -> tuple[Step, ...]:
    """The steps to try, the cheapest first; the truth's decimals give way last, if it has any."""
    if sides.variant.held:
        return _STEPS_OF_ALL
    return (*_STEPS[:2], *_STEPS_OF_ALL) if sides.fixed else _STEPS


def _descend(
    sides: TwoSides, step: Step, rows: Array, misfit: list[Value], goal: Value, deadline: float
) -> list[Value]:
    """Take such steps while they gain; the misfits at the best constants, which are now set.

    Where the law is a double root of the equations, each step halves what is left: it is doubled.
    A step in full may lose before it gains: it goes far along what hardly matters.
    """
    best, kept = misfit, sides.literals
    patience, stretch = 0, 1
    while _worst(best) > goal and patience <= (_PATIENCE if step.in_full else 0):
        if thread_time() > deadline:
            break
        before = _worst(misfit)
        sides.improve(rows, misfit, step, stretch)
        if not sides.finite:
            break
        misfit = sides.misfit(rows)
        ratio = float(_worst(misfit) / before)
        stretch = 2 if 0.2 < ratio < 0.3 else 1
        patience = 0 if _worst(misfit) < _worst(best) / 3 else patience + 1
        if _worst(misfit) < _worst(best):
            best, kept = misfit, sides.literals
        if _STALLED < ratio < 1 / _STALLED:
            break
    sides.literals = kept
    return best


def _worst(misfit: Sequence[Value]) -> Value:
    return max((abs(value) for value in misfit), default=0)
