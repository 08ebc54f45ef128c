"""The Operon method: search in scaled float32, answer in raw units and float64."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from bench import Candidate, Discovery, Number, Task
from methods.operon.search import SYMBOLS, Found, Progress, SearchSettings, search
from methods.refine import Fitted, Refiner
from methods.rows import ENOUGH, choose_rows
from methods.scaling import Scaling

_SEARCH_SHARE = 0.8
"""Share of the time given to the search; the rest fits and shortens what it found."""
_SHORTENED = 3
"""So many of the best formulas are tried with parts left out."""
_PROMISING = 1e-4
"""1 - R2 below which a tree is worth a fit in mid-search: float32 cannot tell it from exact."""


@dataclass(frozen=True)
class Operon:
    """Multi-objective genetic programming (error and length) with local search of constants.

    The defaults are SRBench 2.0's: population 1000, objectives R2 and length, one iteration of
    Levenberg-Marquardt per tree, a million evaluations at most. The model is not chosen by
    Operon's own description length, which underfits, but, after all constants of the front were
    fitted in float64, by the criterion of ``methods.refine``.

    The seed fixes the course of the search, for any number of threads; how far it gets in a given
    time, the machine decides. A budget of ``evaluations`` (trees tried) is met to the generation
    and makes the result reproducible where the time suffices.
    """

    version: ClassVar[str] = "1"
    requires: ClassVar[tuple[str, ...]] = ("pyoperon", "methods.warm")

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

    def discover(self, task: Task) -> Discovery:
        """Search until four fifths of the time are spent, or a tree is exact; then refine."""
        return _Run(self, task).discovery()


class _Run:
    """One run: the data as scaled, and the best formula so far."""

    def __init__(self, settings: Operon, task: Task) -> None:
        start, seconds = time.monotonic(), task.budget.seconds
        self.settings, self.task = settings, task
        self.stop_search = start + _SEARCH_SHARE * seconds
        self.scaling = Scaling.of(task) if settings.scale else Scaling.none(task)
        kept = choose_rows(len(task.y), ENOUGH, task.seed)
        X, y = self.scaling.X(task.X[kept]), self.scaling.y(task.y[kept])
        few = choose_rows(len(y), settings.rows, task.seed)
        end = start + 0.95 * seconds
        self.on_few = Refiner(task.names, X[few], y[few], end)
        self.on_all = Refiner(task.names, X, y, end)
        self.best: Fitted | None = None
        self.least_error = math.inf
        self.before = start

    def discovery(self) -> Discovery:
        if not self.on_few.y.std() > 0:
            return Discovery.of(self.scaling.undo(Number(float(self.on_all.y.mean()))))
        front = search(
            self.on_few.X, self.on_few.y, self.task.names, self._search_settings(), self._go_on
        )
        return self._answer(front)

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

    def _go_on(self, progress: Progress) -> bool:
        """Report what is better than before; say whether there is use in another generation."""
        now = time.monotonic()
        took, self.before = now - self.before, now
        front = progress.front()
        closest = min(front, key=lambda one: one.error, default=None)
        if closest is not None and closest.error < self.least_error:
            self.least_error = closest.error
            self._consider(closest)
        most = min(self.settings.evaluations, self.task.budget.evaluations or math.inf)
        exact = self.best is not None and self.best.exact
        return not exact and progress.evaluations < most and now + took < self.stop_search

    def _consider(self, found: Found) -> None:
        fitted = self.on_few.scaled(found.expression)
        if found.error < _PROMISING:
            fitted = self.on_few.fitted(fitted.expression)
        if self.best is None or fitted.error < self.best.error:
            self.best = fitted
            self.task.report(self.scaling.undo(fitted.expression), fitted.error)

    def _answer(self, front: Iterable[Found]) -> Discovery:
        """The front, fitted; of it the best by the criterion, shortened and fitted to all rows."""
        refine = self.on_few
        pool = [refine.fitted(refine.scaled(found.expression).expression) for found in front]
        if self.best is not None:
            pool.append(self.best)
        pool.sort(key=lambda one: one.criterion)
        pool[:_SHORTENED] = [refine.shortened(one) for one in pool[:_SHORTENED]]
        chosen = min(pool, key=lambda one: one.criterion)
        best = self._candidate(self.on_all.fitted(chosen.expression))
        return Discovery(best, tuple(map(self._candidate, _front(pool))))

    def _candidate(self, fitted: Fitted) -> Candidate:
        return Candidate(str(self.scaling.undo(fitted.expression)), fitted.nodes, fitted.error)


def _front(pool: Iterable[Fitted]) -> list[Fitted]:
    """By length, each better than all that are shorter."""
    front: list[Fitted] = []
    for fitted in sorted(pool, key=lambda one: (one.nodes, one.error)):
        if fitted.error < (front[-1].error if front else math.inf):
            front.append(fitted)
    return front
