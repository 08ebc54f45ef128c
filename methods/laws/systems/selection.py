"""Which few columns a target is a sum of, by what they leave over and what they cost.

Beam search over sets: collinear columns mislead greedy pursuit. All sets share one Gram matrix;
the noise drowns its rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from methods.laws.systems.judging import UNSEEN, misfit
from methods.mcts.language.tokens import Floats

_DEPENDENT = 1e-7
_HOPELESS = 8.0
"""Sets of a size that cost so much more than smaller ones: none that is larger costs less."""


class Chosen(NamedTuple):
    """Columns ``members``, and what the set costs: its misfit, and the price of its columns."""

    members: tuple[int, ...]
    cost: float


def best_sets(
    columns: Floats, target: Floats, prices: Floats, count: int, width: int, most: int
) -> list[Chosen]:
    """Sets of at most ``most`` of ``columns`` (N, m), the cheapest first.

    ``count`` is how many residuals there are; columns and target may have fewer directions.
    """
    sizes = np.linalg.norm(columns, axis=0)
    usable = np.flatnonzero(np.isfinite(sizes) & (sizes > 0.0))
    unit = columns[:, usable] / sizes[usable]
    gram, share = unit.T @ unit, unit.T @ target
    whole, price = float(target @ target), prices[usable]
    found: dict[tuple[int, ...], float] = {(): misfit(whole, count)}
    beam: list[tuple[int, ...]] = [()]
    least = misfit(whole, count)
    for _ in range(most):
        grown: dict[tuple[int, ...], tuple[float, float]] = {}
        for members in beam:
            left = _left(gram, share, whole, members)
            told = 0.5 * count * np.log(left / count + UNSEEN)
            cost = told + price + price[list(members)].sum()
            for k in {*_least(cost, width), *_least(told, width)}:
                if np.isfinite(told[k]):
                    grown[tuple(sorted((*members, k)))] = float(told[k]), float(cost[k])
        by_fit = sorted(grown, key=lambda one: grown[one][0])[: width // 2]
        by_cost = sorted(grown, key=lambda one: grown[one][1])[:width]
        beam = list(dict.fromkeys([*by_cost, *by_fit]))
        found.update((one, grown[one][1]) for one in beam)
        if not beam or grown[beam[0]][1] > least + _HOPELESS:
            break
        least = min(least, grown[beam[0]][1])
    ranked = sorted(found.items(), key=lambda one: one[1])
    return [Chosen(tuple(int(usable[k]) for k in one), cost) for one, cost in ranked]


def _least(values: Floats, count: int) -> list[int]:
    """Where the least ``count`` values are, in no order."""
    if len(values) <= count:
        return list(range(len(values)))
    places: list[int] = np.argpartition(values, count)[:count].tolist()
    return places


def _left(gram: Floats, share: Floats, whole: float, members: Sequence[int]) -> Floats:
    """The squares that are left of the target beside ``members`` and each other column."""
    own = list(members)
    if not own:
        return np.maximum(whole - share**2, 1e-300)
    across = gram[own]
    try:
        solved = np.linalg.solve(gram[np.ix_(own, own)], np.column_stack([across, share[own]]))
    except np.linalg.LinAlgError:
        return np.full(len(gram), np.inf)
    apart = 1.0 - np.einsum("sk,sk->k", across, solved[:, :-1])
    rest = share - across.T @ solved[:, -1]
    base = whole - float(share[own] @ solved[:, -1])
    with np.errstate(all="ignore"):
        left = base - rest**2 / apart
    left[apart < _DEPENDENT] = np.inf
    left[own] = np.inf
    least: Floats = np.maximum(left, 1e-300)
    return least
