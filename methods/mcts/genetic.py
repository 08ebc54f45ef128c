"""Genetic search over rows of tokens: tournaments, crossover, mutation, elites.

Children are spliced as arrays and read back by the grammar, so that what the tree may not write,
evolution may not either. Constants travel with their subtrees and are fitted where the child is
new. No generation holds an expression twice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bench.expression.compiled.compiling import compiled
from methods.mcts.grammar import Grammar, begin, complete, valid
from methods.mcts.pool import Pool, fitness_of, offer, write
from methods.mcts.scoring import GENERATIONS, SEEN, Scorer, assess
from methods.mcts.variation import Cradle, make_child

_TRIES = 20


class Evolution(NamedTuple):
    """Settings; see ``RSRM`` for those of the same names."""

    crossover: float
    tournament: int
    elites: int
    novelty: int
    parsimony: float


@compiled
def found_population(
    grammar: Grammar, scorer: Scorer, seeds: Pool, population: Pool, settings: Evolution,
    cradle: Cradle, rng: np.random.Generator,
) -> None:  # fmt: skip
    """The first generation: all of ``seeds`` there is room for, and random trees."""
    scorer.counts[GENERATIONS] += 1
    size = len(population.lengths)
    taken = min(seeds.taken[0], size)
    for row in range(taken):
        write(
            population, row, seeds.tokens[row], seeds.lengths[row], seeds.constants[row],
            seeds.fitness[row], seeds.keys[row],
        )  # fmt: skip
    for row in range(taken, size):
        _newcomer(grammar, scorer, population, row, settings, cradle, rng)
    population.taken[0] = size


@compiled
def _newcomer(
    grammar: Grammar, scorer: Scorer, population: Pool, row: int, settings: Evolution,
    cradle: Cradle, rng: np.random.Generator,
) -> None:  # fmt: skip
    for _ in range(_TRIES):
        begin(cradle.prefix)
        limit = 1 + int(rng.random() * grammar.max_tokens)
        if not complete(grammar, cradle.prefix, rng, limit, cradle.mask):
            continue
        length = cradle.prefix.counts[0]
        cradle.tokens[:length] = cradle.prefix.tokens[:length]
        cradle.constants[:] = 1.0
        if _settle(scorer, population, row, length, False, settings, cradle, rng):
            return
    write(population, row, cradle.tokens, 1, cradle.constants, np.inf, 0)
    population.tokens[row, 0] = _any_variable(grammar)


@compiled
def _any_variable(grammar: Grammar) -> int:
    chosen = 0
    for action in range(len(grammar.actions)):
        chosen = max(chosen, grammar.actions[action])
    return chosen


@compiled
def _settle(
    scorer: Scorer, population: Pool, row: int, length: int, novel: bool, settings: Evolution,
    cradle: Cradle, rng: np.random.Generator,
) -> bool:  # fmt: skip
    """Assess the child and give it a row, unless its generation has it already.

    If it must be ``novel``, so does one that was ever seen.
    """
    seen = scorer.counts[SEEN]
    error, place = assess(scorer, rng, cradle.tokens, length, cradle.constants)
    stamp = scorer.counts[GENERATIONS]
    if scorer.table.stamps[place] == stamp or not np.isfinite(error):
        return False
    if novel and scorer.counts[SEEN] > seen:
        return False
    scorer.table.stamps[place] = stamp
    fitness = fitness_of(error, length, settings.parsimony)
    key = scorer.table.keys[place]
    write(population, row, cradle.tokens, length, cradle.constants, fitness, key)
    return True


@compiled
def breed(
    grammar: Grammar, scorer: Scorer, parents: Pool, children: Pool, settings: Evolution,
    cradle: Cradle, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Fill ``children`` from ``parents``: the elites as they are, the others changed."""
    scorer.counts[GENERATIONS] += 1
    size = len(parents.lengths)
    order = np.argsort(parents.fitness)
    for row in range(settings.elites):
        one = order[row]
        write(
            children, row, parents.tokens[one], parents.lengths[one], parents.constants[one],
            parents.fitness[one], parents.keys[one],
        )  # fmt: skip
    for row in range(settings.elites, size):
        settled = False
        for attempt in range(_TRIES):
            one = _tournament(parents, settings.tournament, rng)
            other = _tournament(parents, settings.tournament, rng)
            cross = rng.random() < settings.crossover
            length = make_child(grammar, parents, one, other, cross, cradle, rng)
            if length == 0 or not valid(grammar, cradle.prefix, cradle.tokens, length, cradle.mask):
                continue
            if _settle(
                scorer, children, row, length, attempt < settings.novelty, settings, cradle, rng
            ):
                settled = True
                break
        if not settled:
            _newcomer(grammar, scorer, children, row, settings, cradle, rng)
    children.taken[0] = size


@compiled
def _tournament(parents: Pool, contenders: int, rng: np.random.Generator) -> int:
    best = int(rng.random() * len(parents.lengths))
    for _ in range(contenders - 1):
        other = int(rng.random() * len(parents.lengths))
        if parents.fitness[other] < parents.fitness[best]:
            best = other
    return best


@compiled
def sow(
    grammar: Grammar, scorer: Scorer, best: Pool, cradle: Cradle, length: int, parsimony: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Offer the expression in the cradle to the pool of the best, if the grammar admits it."""
    if not valid(grammar, cradle.prefix, cradle.tokens, length, cradle.mask):
        return
    cradle.constants[:] = 1.0
    error, place = assess(scorer, rng, cradle.tokens, length, cradle.constants)
    if np.isfinite(error):
        fitness = fitness_of(error, length, parsimony)
        offer(best, cradle.tokens, length, cradle.constants, fitness, scorer.table.keys[place])


@compiled
def harvest(population: Pool, best: Pool) -> None:
    """Offer every expression of a population to the pool of the best."""
    for row in range(population.taken[0]):
        if np.isfinite(population.fitness[row]):
            offer(
                best, population.tokens[row], population.lengths[row],
                population.constants[row], population.fitness[row], population.keys[row],
            )  # fmt: skip
