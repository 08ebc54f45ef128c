"""One search: a grammar, data, a form, and the parts in numba that work on them.

Everything goes in strides, each of them a fixed number of simulations or one generation, so that
the clock decides how many there are and never what they do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench import Expression
from bench.expression.compiled.opcodes import NUMBER
from methods.mcts.discovery import Individual
from methods.mcts.evolution.genetic import (
    Evolution,
    add_seed,
    next_generation,
    select_best,
    start_population,
)
from methods.mcts.evolution.pool import make_pool
from methods.mcts.evolution.variation import make_offspring
from methods.mcts.form import Sketch, make_form, scale
from methods.mcts.language.grammar import TokenGrammar, make_prefix
from methods.mcts.language.tokens import Floats, Ints, expression_of
from methods.mcts.scoring import (
    EVALUATIONS,
    NEWS,
    Scorer,
    make_front,
    make_work,
)
from methods.mcts.seen import make_seen
from methods.mcts.tree import Policy, Walk, commit, make_tree, restart, search_tree

_NODES = 300_000
_STRIDE = 1000
"""Simulations of a stride where nothing is committed."""
_SEEDS = 20
"""Seeds of a stride: with constants to fit, each takes milliseconds."""
_TABLE_BITS = 18


@dataclass(frozen=True)
class Fitting:
    """How constants are fitted: steps for all, for the best, more starts, and what is best.

    A candidate whose error is under ``promising`` times the best of its length earns ``full``.
    """

    quick: int = 5
    full: int = 40
    restarts: int = 1
    promising: float = 2.0


class TreeSearch:
    """A search for the f of ``sketch`` on the rows ``X`` (n, d) and ``y`` (n,)."""

    def __init__(
        self,
        grammar: TokenGrammar,
        sketch: Sketch,
        scaling: str,
        names: tuple[str, ...],
        X: Floats,
        y: Floats,
        fitting: Fitting,
        policy: Policy,
        pool: int,
        rng: np.random.Generator,
    ) -> None:
        self.grammar, self.sketch, self.scaling, self.names = grammar, sketch, scaling, names
        self.X, self.y, self.policy, self.rng = X, y, policy, rng
        most, constants = grammar.max_tokens, max(grammar.max_constants, 1)
        form = make_form(sketch, scaling, names, X, y)
        self.scorer = Scorer(
            X=np.ascontiguousarray(X.T),
            y=y,
            weights=np.full(len(y), 1.0 / form.spread),
            form=form,
            seen=make_seen(_TABLE_BITS, constants),
            front=make_front(most, constants),
            work=make_work(most, constants, len(form.head), len(y)),
            counts=np.zeros(8, np.int64),
            quick=fitting.quick,
            full=fitting.full,
            restarts=fitting.restarts,
            promising=fitting.promising,
        )
        self.pool = make_pool(pool, most, constants)
        self.tree = make_tree(_NODES, most)
        self.walk = Walk(
            make_prefix(most),
            np.zeros(len(grammar.actions), np.bool_),
            np.zeros(most + 2, np.int64),
            np.ones(constants),
        )
        restart(self.tree)

    @property
    def evaluations(self) -> int:
        """Distinct expressions evaluated."""
        return int(self.scorer.counts[EVALUATIONS])

    @property
    def news(self) -> int:
        """How often a shorter or better expression than all before was met."""
        return int(self.scorer.counts[NEWS])

    @property
    def least_error(self) -> float:
        """The least error so far, in units of the target's spread."""
        return float(self.scorer.front.bound[-1])

    def grow(self) -> Iterator[None]:
        """Simulations without end from the root of one tree, in strides."""
        while True:
            if not self._simulate(_STRIDE):
                restart(self.tree)
            yield

    def descend(self, simulations: int) -> Iterator[None]:
        """One run down a fresh tree: so many simulations, then a token is committed, and so on."""
        restart(self.tree)
        while self._simulate(simulations) and commit(self.tree):
            yield
        yield

    def _simulate(self, simulations: int) -> bool:
        return bool(
            search_tree(
                self.grammar, self.scorer, self.tree, self.policy, self.pool, self.walk,
                self.rng, simulations,
            )
        )  # fmt: skip

    def add_seeds(self, rows: Sequence[tuple[int, ...]]) -> Iterator[None]:
        """Offer expressions to the pool, their constants fitted from 1, those that may be said."""
        offspring = make_offspring(self.grammar, self.pool.constants.shape[1])
        for begin in range(0, len(rows), _SEEDS):
            for tokens in rows[begin : begin + _SEEDS]:
                offspring.tokens[: len(tokens)] = tokens
                add_seed(self.grammar, self.scorer, self.pool, offspring, len(tokens),
                    self.policy.parsimony, self.rng)  # fmt: skip
            yield

    def evolve(self, population: int, generations: int, settings: Evolution) -> Iterator[None]:
        """Genetic search from the best that the tree has met; the pool takes what comes of it."""
        most, constants = self.grammar.max_tokens, max(self.grammar.max_constants, 1)
        parents, children = (make_pool(population, most, constants) for _ in range(2))
        offspring = make_offspring(self.grammar, constants)
        fixed = (settings, offspring, self.rng)
        start_population(self.grammar, self.scorer, self.pool, parents, *fixed)
        yield
        for _ in range(generations):
            next_generation(self.grammar, self.scorer, parents, children, *fixed)
            parents, children = children, parents
            yield
        select_best(parents, self.pool)

    def forget(self) -> None:
        """Empty the pool, so that the next evolution begins with others."""
        self.pool.taken[0] = 0

    def hall_of_fame(self) -> list[Individual]:
        """What the pool holds."""
        pool = self.pool
        hall_of_fame = []
        for row in range(int(pool.taken[0])):
            length = int(pool.lengths[row])
            error = math.exp(pool.fitness[row] - self.policy.parsimony * length)
            tokens = tuple(pool.tokens[row, :length].tolist())
            constants = tuple(pool.constants[row, : tokens.count(NUMBER)].tolist())
            hall_of_fame.append(Individual(tokens, constants, error))
        return hall_of_fame

    def front(self) -> list[Expression]:
        """The best of each length that is better than all shorter ones, scaled to the rows."""
        front = self.scorer.front
        kept = [
            length
            for length in range(1, len(front.error))
            if front.error[length] < front.bound[length - 1]
        ]
        return [self._expression(front.tokens[k, :k], front.constants[k]) for k in kept]

    def best(self) -> Expression:
        """The expression of the least error, scaled to the rows."""
        front = self.scorer.front
        length = int(np.argmin(front.error))
        return self._expression(front.tokens[length, :length], front.constants[length])

    def _expression(self, tokens: Ints, constants: Floats) -> Expression:
        count = int(np.count_nonzero(tokens == NUMBER))
        f = expression_of(tokens.tolist(), constants[:count].tolist(), self.names)
        return scale(self.sketch, self.scaling, f, self.names, self.X, self.y)
