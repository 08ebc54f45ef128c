"""The Operon method: search in scaled float32, answer in raw units and float64."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from bench import Budget, Discovery, Task
from methods import warm
from methods.answering import Answering
from methods.operon.search import SYMBOLS, FrontTree, Generation, SearchSettings, search

_SEARCH_SHARE = 0.8
"""Share of the time given to the search; the rest fits and shortens what it found."""
_PROMISING = 1e-4
"""1 - R2 below which a tree is worth a fit in mid-search: float32 cannot tell it from exact."""


@dataclass(frozen=True)
class Operon:
    """Multi-objective genetic programming (error and length) with local search of constants.

    The defaults are SRBench 2.0's: population 1000, objectives R2 and length, one iteration of
    Levenberg-Marquardt per tree, a million evaluations at most. The answer is not chosen by
    Operon's own description length, which underfits, but, after all constants of the front were
    fitted in float64, by the criterion of ``methods.refine``.

    The seed fixes the course of the search, for any number of threads; how far it gets in a given
    time, the machine decides. A budget of ``evaluations`` (trees tried) is met to the generation
    and makes the result reproducible where the time suffices.
    """

    requires: ClassVar[tuple[str, ...]] = ("pyoperon",)

    population: int = 1000
    evaluations: int = 1_000_000
    max_length: int = 30
    max_depth: int = 10
    tournament: int = 5
    local_iterations: int = 1
    mutation_probability: float = 0.25
    operators: tuple[str, ...] = ("add", "sub", "mul", "div", "square", "sqrt", "exp", "log",
                                  "sin", "cos")  # fmt: skip
    rows: int = 1000
    scale: bool = True

    def __post_init__(self) -> None:
        unknown = sorted(set(self.operators) - set(SYMBOLS))
        if unknown:
            known = ", ".join(SYMBOLS)
            raise ValueError(f"there is no operator '{unknown[0]}'; choose from {known}")

    def warm_up(self, budget: Budget) -> None:
        """Load what fits constants."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Search until four fifths of the time are spent, or a tree is exact; then refine."""
        return _OperonRun(self, task).discovery()


class _OperonRun:
    """One run: what the search is asked, and what is made of what it finds."""

    def __init__(self, settings: Operon, task: Task) -> None:
        self.settings, self.task = settings, task
        self.answer = Answering(task, settings.rows, scale=settings.scale)
        self.least_error = math.inf
        self.before = 1.0

    def discovery(self) -> Discovery:
        if self.answer.constant:
            return self.answer.of_mean()
        few = self.answer.on_few
        front = search(few.X, few.y, self.task.names, self._search_settings(), self._go_on)
        fitted = [few.fitted(few.scaled(found.expression).expression) for found in front]
        return self.answer.discovery(fitted)

    def _search_settings(self) -> SearchSettings:
        own, budget = self.settings, self.task.budget
        return SearchSettings(
            operators=own.operators,
            population=own.population,
            max_length=own.max_length,
            max_depth=own.max_depth,
            tournament=own.tournament,
            local_iterations=own.local_iterations,
            mutation_probability=own.mutation_probability,
            seed=self.task.seed % 2**63,
            threads=budget.threads,
            max_seconds=max(1, math.floor(_SEARCH_SHARE * budget.seconds)),
        )

    def _go_on(self, generation: Generation) -> bool:
        """Report what is better than before; say whether there is use in another generation."""
        left = self.task.remaining().share
        took, self.before = self.before - left, left
        front = generation.front()
        closest = min(front, key=lambda one: one.error, default=None)
        if closest is not None and closest.error < self.least_error:
            self.least_error = closest.error
            self._consider(closest)
        most = min(self.settings.evaluations, self.task.budget.evaluations or math.inf)
        wanted = not self.answer.exact and generation.evaluations < most
        return wanted and left - took > 1.0 - _SEARCH_SHARE

    def _consider(self, found: FrontTree) -> None:
        few, best = self.answer.on_few, self.answer.best
        fitted = few.scaled(found.expression)
        if found.error < _PROMISING:
            fitted = few.fitted(fitted.expression)
        if best is None or fitted.error < best.error:
            self.answer.keep(fitted)
