"""Random trees, and trees with a part put in the place of another: evolution's own operators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench import Call, Expression, fold
from methods.transformer.search import to_expression
from methods.transformer.skeletons.generator import draw_skeletons
from methods.transformer.skeletons.vocabulary import MAX_VARIABLES


def parts(expression: Expression) -> list[Expression]:
    """Every subtree, the whole last."""
    found: list[Expression] = []

    def keep(node: Expression) -> Expression:
        found.append(node)
        return node

    fold(expression, keep, lambda node, args: keep(Call(node.op, tuple(args))))
    return found


def with_part(expression: Expression, place: int, part: Expression) -> Expression:
    """``expression`` with ``part`` in the place of the subtree at ``place`` among its parts."""
    at = -1

    def put(node: Expression) -> Expression:
        nonlocal at
        at += 1
        return part if at == place else node

    return fold(expression, put, lambda node, args: put(Call(node.op, tuple(args))))


def drawn(names: Sequence[str], random: np.random.Generator) -> Expression:
    """A random formula, from the generator of ``prior``, in at most nine of the names."""
    chosen = list(names)
    if len(chosen) > MAX_VARIABLES:
        chosen = [names[j] for j in sorted(random.choice(len(names), MAX_VARIABLES, replace=False))]
    tokens = draw_skeletons(1, len(chosen), int(random.integers(2**32)))[0]
    return to_expression(tokens, tuple(chosen))


def mutated(
    expression: Expression, names: Sequence[str], random: np.random.Generator
) -> Expression:
    """A random part replaced by a random formula, or by a part of itself."""
    places = parts(expression)
    place = int(random.integers(len(places)))
    if random.random() < 0.5:
        return with_part(expression, place, drawn(names, random))
    inner = parts(places[place])
    return with_part(expression, place, inner[int(random.integers(len(inner)))])


def crossed(one: Expression, other: Expression, random: np.random.Generator) -> Expression:
    """A random part of one replaced by a random part of the other."""
    donors = parts(other)
    return with_part(
        one, int(random.integers(len(parts(one)))), donors[int(random.integers(len(donors)))]
    )
