"""Variation: one child from one or two rows of tokens, its constants carried along."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.opcodes import NUMBER
from methods.mcts.evolution.pool import Pool
from methods.mcts.language.grammar import Prefix, TokenGrammar, begin, complete, make_prefix
from methods.mcts.language.tokens import Floats, Ints, arity, count_numbers, subtree_end

_NEW_LIMIT = 7
"""Most tokens of a random subtree that a mutation puts in."""


class Offspring(NamedTuple):
    """Work arrays for one child: its tokens and constants, a piece of them, and a prefix."""

    tokens: Ints
    constants: Floats
    piece: Ints
    piece_constants: Floats
    prefix: Prefix
    mask: NDArray[np.bool_]


def make_offspring(grammar: TokenGrammar, constants: int) -> Offspring:
    """Room for children of ``grammar`` with at most so many constants."""
    most = grammar.max_tokens
    return Offspring(
        np.zeros(most + 1, np.int64),
        np.ones(constants),
        np.zeros(most + 1, np.int64),
        np.ones(constants),
        make_prefix(most),
        np.zeros(len(grammar.actions), np.bool_),
    )


@compiled
def make_child(
    grammar: TokenGrammar, parents: Pool, one: int, other: int, cross: bool, offspring: Offspring,
    rng: np.random.Generator,
) -> int:  # fmt: skip
    """Write a child of row ``one``, and, to ``cross``, of row ``other``, into ``offspring``.

    Returns its length, 0 where it would be too long.
    """
    tokens, length = parents.tokens[one], parents.lengths[one]
    constants = parents.constants[one]
    spot = int(rng.random() * length)
    end = subtree_end(tokens, spot)
    if cross:
        start = int(rng.random() * parents.lengths[other])
        stop = subtree_end(parents.tokens[other], start)
        size = _take(offspring, 0, parents.tokens[other], parents.constants[other], start, stop)
        return _splice(grammar, offspring, tokens, constants, length, spot, end, size)
    kind = int(rng.random() * 4)
    if kind == 0:
        size = _random_piece(grammar, offspring, rng)
    elif kind == 1:
        size = _changed_node(grammar, offspring, tokens, constants, spot, end, rng)
    elif kind == 2:
        size = _wrapped(grammar, offspring, tokens, constants, spot, end, rng)
    else:
        inner = spot + int(rng.random() * (end - spot))
        size = _take(offspring, 0, tokens, constants, inner, subtree_end(tokens, inner))
    return _splice(grammar, offspring, tokens, constants, length, spot, end, size)


@compiled
def _take(
    offspring: Offspring, size: int, tokens: Ints, constants: Floats, start: int, stop: int
) -> int:
    """Append ``tokens[start:stop]`` with its constants to the piece of ``size`` tokens."""
    constant = count_numbers(tokens, 0, start)
    own = count_numbers(offspring.piece, 0, size)
    for i in range(start, stop):
        if size >= len(offspring.piece):
            return size
        offspring.piece[size] = tokens[i]
        size += 1
        if tokens[i] == NUMBER:
            if own < len(offspring.piece_constants):
                offspring.piece_constants[own] = constants[constant]
            own, constant = own + 1, constant + 1
    return size


@compiled
def _random_piece(grammar: TokenGrammar, offspring: Offspring, rng: np.random.Generator) -> int:
    limit = 1 + int(rng.random() * min(_NEW_LIMIT, grammar.max_tokens))
    begin(offspring.prefix)
    if not complete(grammar, offspring.prefix, rng, limit, offspring.mask):
        return 0
    size = offspring.prefix.counts[0]
    for i in range(size):
        offspring.piece[i] = offspring.prefix.tokens[i]
    for c in range(len(offspring.piece_constants)):
        offspring.piece_constants[c] = 1.0
    return int(size)


@compiled
def _other_token(grammar: TokenGrammar, operands: int, rng: np.random.Generator) -> int:
    """A token of so many operands, -1 where there is none."""
    count = 0
    for action in range(len(grammar.actions)):
        count += arity(grammar.actions[action]) == operands
    if count == 0:
        return -1
    pick = int(rng.random() * count)
    for action in range(len(grammar.actions)):
        if arity(grammar.actions[action]) == operands:
            pick -= 1
            if pick < 0:
                return int(grammar.actions[action])
    return -1


@compiled
def _changed_node(
    grammar: TokenGrammar, offspring: Offspring, tokens: Ints, constants: Floats,
    spot: int, end: int, rng: np.random.Generator,
) -> int:  # fmt: skip
    """The subtree with another token of the same arity at its root."""
    token = _other_token(grammar, arity(tokens[spot]), rng)
    offspring.piece[0] = token
    offspring.piece_constants[0] = 1.0
    if tokens[spot] == NUMBER:
        return 1
    return _take(offspring, 1, tokens, constants, spot + 1, end)


@compiled
def _wrapped(
    grammar: TokenGrammar, offspring: Offspring, tokens: Ints, constants: Floats,
    spot: int, end: int, rng: np.random.Generator,
) -> int:  # fmt: skip
    """The subtree as an operand of a new node, with a leaf beside it where that is binary."""
    operands = 1 if rng.random() < 0.4 else 2
    token = _other_token(grammar, operands, rng)
    if token < 0:
        return 0
    offspring.piece[0] = token
    if operands == 1:
        return _take(offspring, 1, tokens, constants, spot, end)
    leaf = _other_token(grammar, 0, rng)
    if rng.random() < 0.5:
        offspring.piece[1] = leaf
        offspring.piece_constants[0] = 1.0
        return _take(offspring, 2, tokens, constants, spot, end)
    size = _take(offspring, 1, tokens, constants, spot, end)
    if size >= len(offspring.piece):
        return 0
    offspring.piece[size] = leaf
    own = count_numbers(offspring.piece, 0, size)
    if own < len(offspring.piece_constants):
        offspring.piece_constants[own] = 1.0
    return size + 1


@compiled
def _splice(
    grammar: TokenGrammar, offspring: Offspring, tokens: Ints, constants: Floats, length: int,
    spot: int, end: int, size: int,
) -> int:  # fmt: skip
    """The parent with ``tokens[spot:end]`` replaced by the piece; its length, 0 if too long."""
    total = length - (end - spot) + size
    if size == 0 or total > grammar.max_tokens:
        return 0
    before = count_numbers(tokens, 0, spot)
    inside = count_numbers(tokens, spot, end)
    new = count_numbers(offspring.piece, 0, size)
    after = count_numbers(tokens, end, length)
    if before + new + after > grammar.max_constants:
        return 0
    for i in range(spot):
        offspring.tokens[i] = tokens[i]
    for i in range(size):
        offspring.tokens[spot + i] = offspring.piece[i]
    for i in range(length - end):
        offspring.tokens[spot + size + i] = tokens[end + i]
    for c in range(before):
        offspring.constants[c] = constants[c]
    for c in range(new):
        offspring.constants[before + c] = offspring.piece_constants[c]
    for c in range(after):
        offspring.constants[before + new + c] = constants[before + inside + c]
    return total
