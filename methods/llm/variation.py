"""Random trees, and trees with a part put in the place of another: evolution's own operators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, fold
from methods.transformer.search import to_expression
from methods.transformer.skeletons.drawing import OPERATOR_WEIGHTS, choose, usable
from methods.transformer.skeletons.forms import sort_operands
from methods.transformer.skeletons.grammar import allowed
from methods.transformer.skeletons.vocabulary import ARITY, FIRST_VALUE

_MOST_NAMES = 3
_LENGTHS = np.array([1.0, 3, 5, 7, 9, 10, 10, 10, 9, 8, 7, 6, 5, 4, 3])
"""How often trees of 1, 2, ... tokens are drawn: evolution makes large ones of small ones."""
_NOTHING = np.zeros(0, np.int64)


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
    """A small random formula in at most three of the names, said plainly."""
    chosen = list(names)
    if len(chosen) > _MOST_NAMES:
        chosen = [names[j] for j in sorted(random.choice(len(names), _MOST_NAMES, replace=False))]
    own = np.random.default_rng(int(random.integers(2**32)))
    tokens = _tree(len(chosen), own)
    while not usable(tokens, len(tokens), _NOTHING):
        tokens = _tree(len(chosen), own)
    sort_operands(tokens, len(tokens))
    return to_expression(tuple(tokens.tolist()), tuple(chosen))


def _tree(columns: int, random: np.random.Generator) -> NDArray[np.int8]:
    """The tokens of a random tree of random length."""
    length = 1 + choose(random, _LENGTHS, _LENGTHS.sum())
    tokens = np.zeros(length, np.int8)
    slots = 1
    for i in range(length):
        mask = allowed(np.array([slots]), length - i, columns)[0]
        after = slots - 1 + ARITY
        mask &= (after == 0) if i == length - 1 else (after > 0)
        weights = np.where(mask[:FIRST_VALUE], OPERATOR_WEIGHTS, 0.0)
        tokens[i] = choose(random, weights, weights.sum())
        slots = int(after[tokens[i]])
    return tokens


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
