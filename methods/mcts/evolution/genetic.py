"""Genetic search over rows of tokens: tournaments, crossover, mutation, elites.

Children are spliced as arrays and read back by the grammar, so that what the tree may not write,
evolution may not either. Constants travel with their subtrees and are fitted where the child is
new. No generation holds an expression twice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bench.expression.compiled.compiling import compiled, inlined
from bench.expression.compiled.kernel import copy, fill
from methods.mcts.evolution.pool import Pool, fitness_of, offer, write
from methods.mcts.evolution.variation import Offspring, make_child
from methods.mcts.language.grammar import TokenGrammar, begin, complete, valid
from methods.mcts.scoring import GENERATIONS, SEEN, Scorer, assess

_TRIES = 20


class Evolution(NamedTuple):
    """Settings; see ``RSRM`` for those of the same names."""

    crossover: float
    tournament: int
    elites: int
    novelty: int
    parsimony: float


def start_population(
    grammar: TokenGrammar, scorer: Scorer, seeds: Pool, population: Pool, settings: Evolution,
    offspring: Offspring, rng: np.random.Generator,
) -> None:  # fmt: skip
    """The first generation: all of ``seeds`` there is room for, and random trees."""
    taken = min(int(seeds.taken[0]), len(population.lengths))
    _keep_first(seeds, population, taken)
    _fill(grammar, scorer, seeds, population, taken, 0, settings, offspring, rng)


def next_generation(
    grammar: TokenGrammar, scorer: Scorer, parents: Pool, children: Pool, settings: Evolution,
    offspring: Offspring, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Fill ``children`` from ``parents``: the elites as they are, the others changed."""
    _keep_best(parents, children, settings.elites)
    _fill(
        grammar, scorer, parents, children, settings.elites, _TRIES, settings, offspring, rng
    )  # fmt: skip


@compiled
def _keep_first(seeds: Pool, population: Pool, count: int) -> None:
    for row in range(count):
        _copy(seeds, row, population, row)


@compiled
def _keep_best(parents: Pool, children: Pool, count: int) -> None:
    one = -1
    for row in range(count):
        one = _next_best(parents, one)
        _copy(parents, one, children, row)


@inlined
def _copy(source: Pool, one: int, target: Pool, row: int) -> None:
    write(
        target, row, source.tokens[one], source.lengths[one], source.constants[one],
        source.fitness[one], source.keys[one],
    )  # fmt: skip


@inlined
def _next_best(parents: Pool, after: int) -> int:
    """The row that follows ``after`` by fitness, and by place where that is the same; -1: none."""
    best = -1
    for row in range(len(parents.fitness)):
        if after >= 0:
            less = parents.fitness[row] < parents.fitness[after]
            if less or (parents.fitness[row] == parents.fitness[after] and row <= after):
                continue
        if best < 0 or parents.fitness[row] < parents.fitness[best]:
            best = row
    return best


@compiled
def _fill(
    grammar: TokenGrammar, scorer: Scorer, parents: Pool, children: Pool, kept: int, tries: int,
    settings: Evolution, offspring: Offspring, rng: np.random.Generator,
) -> None:  # fmt: skip
    """A generation from row ``kept`` on: each a child of ``parents``, or after so many ``tries``
    that gave none a random tree."""
    scorer.counts[GENERATIONS] += 1
    size = len(children.lengths)
    for row in range(kept, size):
        settled = False
        for attempt in range(tries):
            one = _tournament(parents, settings.tournament, rng)
            other = _tournament(parents, settings.tournament, rng)
            cross = rng.random() < settings.crossover
            length = make_child(grammar, parents, one, other, cross, offspring, rng)
            if length == 0 or not valid(
                grammar, offspring.prefix, offspring.tokens, length, offspring.mask
            ):
                continue
            if _settle(scorer, children, row, length, attempt, settings, offspring, rng):
                settled = True
                break
        if not settled:
            _random_individual(grammar, scorer, children, row, settings, offspring, rng)
    children.taken[0] = size


@inlined
def _random_individual(
    grammar: TokenGrammar, scorer: Scorer, population: Pool, row: int, settings: Evolution,
    offspring: Offspring, rng: np.random.Generator,
) -> None:  # fmt: skip
    for _ in range(_TRIES):
        begin(offspring.prefix)
        limit = 1 + int(rng.random() * grammar.max_tokens)
        if not complete(grammar, offspring.prefix, rng, limit, offspring.mask):
            continue
        length = offspring.prefix.counts[0]
        copy(offspring.prefix.tokens[:length], offspring.tokens)
        fill(offspring.constants, 1.0)
        if _settle(scorer, population, row, length, settings.novelty, settings, offspring, rng):
            return
    write(population, row, offspring.tokens, 1, offspring.constants, np.inf, 0)
    population.tokens[row, 0] = _any_variable(grammar)


@compiled
def _any_variable(grammar: TokenGrammar) -> int:
    chosen = 0
    for action in range(len(grammar.actions)):
        chosen = max(chosen, grammar.actions[action])
    return chosen


@inlined
def _settle(
    scorer: Scorer, population: Pool, row: int, length: int, tries: int, settings: Evolution,
    offspring: Offspring, rng: np.random.Generator,
) -> bool:  # fmt: skip
    """Assess the child and give it a row, unless its generation has it already.

    In the first ``novelty`` tries it must never have been seen at all.
    """
    seen = scorer.counts[SEEN]
    error, place = assess(scorer, rng, offspring.tokens, length, offspring.constants)
    stamp = scorer.counts[GENERATIONS]
    if scorer.seen.stamps[place] == stamp or not np.isfinite(error):
        return False
    if tries < settings.novelty and scorer.counts[SEEN] > seen:
        return False
    scorer.seen.stamps[place] = stamp
    fitness = fitness_of(error, length, settings.parsimony)
    key = scorer.seen.keys[place]
    write(population, row, offspring.tokens, length, offspring.constants, fitness, key)
    return True


@compiled
def _tournament(parents: Pool, contenders: int, rng: np.random.Generator) -> int:
    best = int(rng.random() * len(parents.lengths))
    for _ in range(contenders - 1):
        other = int(rng.random() * len(parents.lengths))
        if parents.fitness[other] < parents.fitness[best]:
            best = other
    return best


def add_seed(
    grammar: TokenGrammar, scorer: Scorer, best: Pool, offspring: Offspring, length: int,
    parsimony: float, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Offer the seed individual in ``offspring`` to the best, if the grammar admits it."""
    if not valid(grammar, offspring.prefix, offspring.tokens, length, offspring.mask):
        return
    offspring.constants[:] = 1.0
    error, place = assess(scorer, rng, offspring.tokens, length, offspring.constants)
    if np.isfinite(error):
        fitness = fitness_of(error, length, parsimony)
        offer(best, offspring.tokens, length, offspring.constants, fitness, scorer.seen.keys[place])


@compiled
def select_best(population: Pool, best: Pool) -> None:
    """Take what is best of a population into the pool of the best."""
    for row in range(population.taken[0]):
        if np.isfinite(population.fitness[row]):
            offer(
                best, population.tokens[row], population.lengths[row],
                population.constants[row], population.fitness[row], population.keys[row],
            )  # fmt: skip
