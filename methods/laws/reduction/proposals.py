"""What linear algebra makes of a problem's reductions, written in the problem's own variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench import Expression, Rounding
from methods.laws.algebra.products import UNDERFLOW
from methods.laws.algebra.proposals import Proposals
from methods.laws.reduction.reduced import Reduced, reductions
from methods.laws.reduction.surface import fitted_surface
from methods.mcts.language.tokens import Floats
from methods.refine import Refiner
from methods.rows import choose_rows

Rows = NDArray[np.intp]

_SMOOTH_ROWS = 100
"""Where there is no noise left, they are enough to tell two functions."""
_BESIDE = 0.05
"""What a function may leave of a surface's values: its constants are then fitted to the data."""


def reduced_proposals(
    many: Refiner,
    rows: int,
    seed: int,
    algebra: Callable[[Refiner, Floats | None], Proposals],
    deviation: float = 0.0,
) -> Iterator[list[Expression]]:
    """Proposals on ``rows`` of ``many`` for every reduction, those of fewest variables first.

    The whole library is tried for these alone. Nothing comes, where only time has passed. The
    target's noise has this ``deviation``; ``algebra`` is told that of a reduction.
    """
    found: list[Reduced] = []
    many = many.on(np.flatnonzero(np.abs(many.y) > UNDERFLOW))
    shrinking = reductions(Reduced.whole(many.names, many.X, many.y))
    while True:
        with np.errstate(all="ignore"):
            one = next(shrinking, None)
        if one is None:
            break
        found.append(one)
        yield []
    level = 0.0 if many.rounding is None else many.rounding.level(many.X, many.y)
    few = choose_rows(len(many.y), rows, seed)
    solvers = [
        (one, algebra(_shown(one, few, level), _noise(one, many.y, deviation, few)))
        for one in reversed(found)
    ]
    yield from _proposed(Proposals.plain, solvers)
    if deviation:
        smooth = [(one, algebra(_smooth(one, seed), None)) for one in found[:-3:-1]]
        yield from _proposed(partial(Proposals.linked, near=_BESIDE), smooth)
    yield from _proposed(Proposals.small, solvers)
    yield from _proposed(Proposals.whole, solvers[:1])


def _proposed(
    step: Callable[[Proposals], Iterator[list[Expression]]],
    solvers: Sequence[tuple[Reduced, Proposals]],
) -> Iterator[list[Expression]]:
    """What a step makes of each reduction, in the problem's own variables."""
    for one, solver in solvers:
        for proposed in step(solver):
            yield [one.back(each) for each in proposed]


def _shown(problem: Reduced, few: Rows, level: float) -> Refiner:
    """Some rows of a reduction, of which every column is as rough as the roughest of the data."""
    Z, y = problem.Z[few], problem.y[few]
    step = 12**0.5 * level
    return Refiner(problem.names, Z, y, rounding=Rounding(step * np.abs(Z), step * np.abs(y)))


def _smooth(problem: Reduced, seed: int) -> Refiner:
    """Some rows of a reduction with a surface's values in the target's place.

    Of few variables it has few columns, and so a small part of the noise of many rows.
    """
    few = choose_rows(len(problem.y), _SMOOTH_ROWS, seed)
    surface = fitted_surface(problem.Z, problem.y, logarithms=False)
    return Refiner(problem.names, problem.Z[few], surface.values[few])


def _noise(problem: Reduced, y: Floats, deviation: float, few: Rows) -> Floats | None:
    """The deviation of the noise of a reduction's target, which is ``y`` over a factor."""
    return deviation * np.abs(problem.y / y)[few] if deviation else None
