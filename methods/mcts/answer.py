"""What a search tells: reports as it goes, and in the end one formula out of many."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable

from bench import Candidate, Discovery, Expression, Number, Task
from methods.refine import EXACT, Fitted, Refiner
from methods.rows import ENOUGH, choose_rows
from methods.scaling import Scaling
from methods.tidy import gather

_SHORTENED = 3
"""So many of the best formulas are tried with parts left out."""
_FINALISTS = 10
"""So many are fitted to all rows, to choose among them."""
_END = 0.95
"""Share of the time by which the answer is there."""


class Answer:
    """The data as scaled and sampled, and the best formula of them so far."""

    def __init__(self, task: Task, rows: int, scale: bool) -> None:
        self.task = task
        self.start = time.monotonic()
        self.scaling = Scaling.of(task) if scale else Scaling.none(task)
        kept = choose_rows(len(task.y), ENOUGH, task.seed)
        X, y = self.scaling.X(task.X[kept]), self.scaling.y(task.y[kept])
        few = choose_rows(len(y), rows, task.seed)
        end = self.start + _END * task.budget.seconds
        self.on_few = Refiner(task.names, X[few], y[few], end)
        self.on_all = Refiner(task.names, X, y, end)
        self.best: Fitted | None = None

    @property
    def hopeless(self) -> bool:
        """Whether the target is a constant, and there is nothing to search for."""
        return not self.on_few.y.std() > 0

    @property
    def exact(self) -> bool:
        """Whether the best formula is exact on all rows."""
        return self.best is not None and self.best.error <= EXACT

    def consider(self, expression: Expression) -> None:
        """Fit an expression; keep and report it where it is better than what was."""
        fitted = self.on_few.fitted(gather(expression))
        if self.best is not None and fitted.criterion >= self.best.criterion:
            return
        if fitted.error <= EXACT:
            fitted = self.on_all.fitted(self.on_few.shortened(fitted).expression)
        self.best = fitted
        self.task.report(self.scaling.undo(fitted.expression), fitted.error)

    def discovery(self, front: Iterable[Expression]) -> Discovery:
        """The front, fitted; of it the best by the criterion, shortened and fitted to all rows."""
        if self.hopeless:
            return Discovery.of(self.scaling.undo(Number(float(self.on_all.y.mean()))))
        refine = self.on_few
        pool = [refine.judged(gather(one)) for one in front]
        if self.best is not None:
            pool.append(self.best)
            if self.exact:
                return self._discovery(self.best, pool)
        pool = sorted(map(self._fitted, pool), key=lambda one: one.criterion)
        pool[:_SHORTENED] = [refine.shortened(one) for one in pool[:_SHORTENED]]
        finalists = sorted(pool, key=lambda one: one.criterion)[:_FINALISTS]
        finalists = [self.on_all.fitted(one.expression) for one in finalists]
        return self._discovery(min(finalists, key=lambda one: one.criterion), pool)

    def _fitted(self, fitted: Fitted) -> Fitted:
        return self.on_few.fitted(fitted.expression)

    def _discovery(self, chosen: Fitted, pool: Iterable[Fitted]) -> Discovery:
        return Discovery(self._candidate(chosen), tuple(map(self._candidate, _front(pool))))

    def _candidate(self, fitted: Fitted) -> Candidate:
        return Candidate(str(self.scaling.undo(fitted.expression)), fitted.nodes, fitted.error)


def _front(pool: Iterable[Fitted]) -> list[Fitted]:
    """By length, each better than all that are shorter."""
    front: list[Fitted] = []
    for fitted in sorted(pool, key=lambda one: (one.nodes, one.error)):
        if fitted.error < (front[-1].error if front else math.inf):
            front.append(fitted)
    return front
