"""Rows of expressions: the best that a search has met, and the generations of another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bench.expression.compiled.compiling import compiled
from methods.mcts.language.tokens import Floats, Ints


class Pool(NamedTuple):
    """Expressions as rows of tokens, constants, lengths, fitness (least is best) and identity.

    ``taken[0]`` rows are there.
    """

    tokens: Ints
    constants: Floats
    lengths: Ints
    fitness: Floats
    keys: Ints
    taken: Ints


def make_pool(size: int, most: int, constants: int) -> Pool:
    """Room for so many expressions of ``most`` tokens."""
    return Pool(
        np.zeros((size, most + 1), np.int64),
        np.zeros((size, constants)),
        np.zeros(size, np.int64),
        np.full(size, np.inf),
        np.zeros(size, np.int64),
        np.zeros(1, np.int64),
    )


@compiled
def fitness_of(error: float, length: int, parsimony: float) -> float:
    """The logarithm of the error plus ``parsimony`` for every token."""
    return float(np.log(max(error, 1e-15))) + parsimony * length


@compiled
def write(
    pool: Pool, row: int, tokens: Ints, length: int, constants: Floats, fitness: float, key: int
) -> None:
    """Set a row."""
    for i in range(length):
        pool.tokens[row, i] = tokens[i]
    for c in range(len(constants)):
        pool.constants[row, c] = constants[c]
    pool.lengths[row] = length
    pool.fitness[row] = fitness
    pool.keys[row] = key


@compiled
def offer(
    pool: Pool, tokens: Ints, length: int, constants: Floats, fitness: float, key: int
) -> None:
    """Keep an expression if it is new and among the best that there is room for."""
    size, count = len(pool.lengths), pool.taken[0]
    worst = 0
    if count == size:
        worst = 0
        for row in range(size):
            if pool.fitness[row] > pool.fitness[worst]:
                worst = row
        if not fitness < pool.fitness[worst]:
            return
    for row in range(count):
        if pool.keys[row] == key:
            return
    if count < size:
        worst = count
        pool.taken[0] += 1
    write(pool, worst, tokens, length, constants, fitness, key)
