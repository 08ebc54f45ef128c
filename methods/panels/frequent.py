"""Frequent subtrees of good factors: what a search is to leave alone (arXiv:2505.11122, 3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bench.expression.factors import Factor, factor_parts, factor_size


def shape(factor: Factor) -> Factor:
    """``factor`` with windows and numbers of one value: what it is but for its parameters."""
    return replace(
        factor,
        parts=tuple(shape(one) for one in factor.parts),
        windows=tuple(1 for _ in factor.windows),
        value=0.0,
    )


def shapes_of(factor: Factor) -> frozenset[Factor]:
    """The shapes of its subtrees that are more than a field and hold one."""
    inside = {shape(one) for one in factor_parts(factor) if one.parts}
    return frozenset(
        one for one in inside if any(part.head == "field" for part in factor_parts(one))
    )


def frequent_shapes(factors: Iterable[Factor], count: int = 3, least: int = 2) -> list[Factor]:
    """The ``count`` closed shapes that most of ``factors`` have, of those that ``least`` have.

    Closed: no larger shape that holds it is in as many.
    """
    support: dict[Factor, int] = {}
    for factor in factors:
        for one in shapes_of(factor):
            support[one] = support.get(one, 0) + 1
    often = [one for one in support if support[one] >= least]
    closed = [
        one
        for one in often
        if not any(
            one != other and support[other] == support[one] and one in set(factor_parts(other))
            for other in often
        )
    ]
    closed.sort(key=lambda one: (-support[one], -factor_size(one), str(one)))
    return closed[:count]
