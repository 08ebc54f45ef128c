"""Genetic programming over factors: the baseline of the field."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from bench import Discovery, PanelTask
from bench.expression.factors import Factor
from methods.panels.growing import crossed, drawn, node_changed, small, subtree_changed
from methods.panels.zoo import Evaluator, Measured, PanelSearchOver, as_answer, best_pool, discovery


@dataclass(frozen=True)
class GpFactors:
    """Trees are crossed and changed; the fitness is the RankIC on the days that are shown.

    As gplearn does for AlphaGen's comparisons (Yu et al. 2023, arXiv:2306.12964), by tournaments.
    The pool is the best of all that were measured, none like another.
    """

    kinds: ClassVar[tuple[str, ...]] = ("panel",)

    population: int = 60
    tournament: int = 5
    crossing: float = 0.6
    nodes: int = 20

    def __post_init__(self) -> None:
        if self.population < 2 or not 1 <= self.tournament <= self.population:
            raise ValueError(
                f"population {self.population}, tournament {self.tournament}: a tournament is of 1 "
                "to population factors, and a population of 2 or more"
            )

    def discover(self, task: PanelTask) -> Discovery:
        """Generations until the budget ends."""
        evaluator = Evaluator(task)
        found: list[Measured] = []
        try:
            for parents in self._generations(evaluator, random.Random(task.seed)):
                found = parents
                task.report(as_answer(best_pool(evaluator, found)))
        except PanelSearchOver:
            pass
        return discovery(evaluator, found)

    def _generations(self, evaluator: Evaluator, rng: random.Random) -> Iterator[list[Measured]]:
        """The best so far, after each factor of the first generation and each further one."""
        fields = list(evaluator.task.fields)
        parents: dict[str, Measured] = {}
        while True:
            offspring: dict[str, Measured] = {}
            for _ in range(self.population):
                factor = self._next(rng, fields, list(parents.values()))
                one = evaluator.measured(factor) if small(factor, self.nodes) else None
                evaluator.check()
                if one is not None:
                    offspring[str(one.factor)] = one
                if not parents and offspring:
                    yield list(offspring.values())
            everyone = sorted((parents | offspring).values(), key=lambda one: -one.rank_ic)
            parents = {str(one.factor): one for one in everyone[: self.population]}
            yield list(parents.values())

    def _next(self, rng: random.Random, fields: list[str], parents: list[Measured]) -> Factor:
        if not parents:
            return drawn(rng, fields)
        one = self._winner(rng, parents)
        if rng.random() < self.crossing:
            return crossed(rng, one, self._winner(rng, parents))
        change = rng.choice((subtree_changed, node_changed))
        return change(rng, one, fields)

    def _winner(self, rng: random.Random, parents: list[Measured]) -> Factor:
        drawn_ones = [rng.choice(parents) for _ in range(self.tournament)]
        return max(drawn_ones, key=lambda one: one.rank_ic).factor
