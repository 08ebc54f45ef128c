"""What linear algebra makes of a problem's reductions, written in the problem's own variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from bench import Expression, Rounding
from methods.laws.algebra.products import UNDERFLOW
from methods.laws.algebra.proposals import Proposals
from methods.laws.reduction.reduced import Reduced, reductions
from methods.refine import Refiner
from methods.rows import choose_rows


def reduced_proposals(
    many: Refiner, rows: int, seed: int, algebra: Callable[[Refiner], Proposals]
) -> Iterator[list[Expression]]:
    """Proposals on ``rows`` of ``many`` for every reduction, those of fewest variables first.

    The whole library is tried for these alone. Nothing comes, where only time has passed.
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
    solvers = [(one, algebra(_shown(one, rows, seed, level))) for one in reversed(found)]
    for step, (one, solver) in product((Proposals.plain, Proposals.small), solvers):
        for proposed in step(solver):
            yield [one.back(each) for each in proposed]
    for one, solver in solvers[:1]:
        for proposed in solver.whole():
            yield [one.back(each) for each in proposed]


def _shown(problem: Reduced, rows: int, seed: int, level: float) -> Refiner:
    """Some rows of a reduction, of which every column is as rough as the roughest of the data."""
    few = choose_rows(len(problem.y), rows, seed)
    Z, y = problem.Z[few], problem.y[few]
    step = 12**0.5 * level
    return Refiner(problem.names, Z, y, rounding=Rounding(step * np.abs(Z), step * np.abs(y)))
