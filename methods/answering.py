"""From what an engine finds to what a method answers, the same for every engine.

The engine gets the data scaled and a share of the rows. What it finds is fitted on these rows; the
best is reported as it comes; in the end the best few are shortened, fitted to all rows, and the
best of them is the answer, in raw units.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from bench import Candidate, Discovery, Expression, Number, Rounding, Task
from methods.refine import Fitted, Refiner
from methods.rows import ENOUGH, choose_rows
from methods.scaling import Scaling
from methods.simple_constants import with_simple_constants

_END = 0.95
"""Share of the budget by which the answer is there."""
_FINE = 1e-4
"""An error of the target, as a share of its size, up to which it is like one of rounding."""
_SHORTENED = 3
"""So many of the best formulas are tried with parts left out."""


class Answering:
    """The data of a task as scaled and sampled, and the best formula of them so far.

    ``on_few`` judges and fits formulas on at most ``rows`` rows, ``on_all`` on all, or as many as
    are enough for constants. Rows with a value that is not finite are left out; raises ValueError
    where no other is left. With ``scale`` columns far from 1 are divided by powers of ten.
    """

    def __init__(self, task: Task, rows: int, *, scale: bool = True) -> None:
        self.task = task
        self.scaling = Scaling.of(task) if scale else Scaling.none(task)
        finite = _finite_rows(task)
        kept = finite[choose_rows(len(finite), ENOUGH, task.seed)]
        X, y = self.scaling.X(task.X[kept]), self.scaling.y(task.y[kept])
        written = _rounding(task, kept)
        steps = Rounding(self.scaling.X(written.X), self.scaling.y(written.y))
        self.on_all = Refiner(task.names, X, y, self._late, steps)
        self.best: Fitted | None = None
        self.widen(rows)

    def widen(self, rows: int) -> None:
        """Judge and fit on at most so many rows; the best so far is fitted to them anew.

        Searches that look at ``on_few`` begin after it.
        """
        self.on_few = self.on_all.on(choose_rows(len(self.on_all.y), rows, self.task.seed))
        if self.best is not None:
            self.best = self.on_few.fitted(self.best.expression)

    def spent(self, share: float) -> bool:
        """Whether so much of the budget is spent: of its wall time, or of its CPU time."""
        return self.task.remaining().share <= 1.0 - share

    def _late(self) -> bool:
        return self.spent(_END)

    @property
    def constant(self) -> bool:
        """Whether the target is a constant, and there is nothing to search for."""
        return not self.on_few.y.std() > 0

    @property
    def rounded(self) -> bool:
        """Whether the data are written more coarsely than in float64."""
        return self.on_all.rounding is not None and self.on_all.rounding.coarse

    @property
    def exact(self) -> bool:
        """Whether the best formula so far is exact."""
        return self.best is not None and self.best.exact

    def keep(self, fitted: Fitted) -> None:
        """Take a formula for the best so far, and report it."""
        self.best = fitted
        self.task.report(self.raw(fitted.expression), fitted.error)

    def raw(self, expression: Expression) -> Expression:
        """An expression of the scaled data as one of the data as given."""
        return self.scaling.undo(expression)

    def of_mean(self) -> Discovery:
        """The answer where nothing better is found, or the target is a constant: its mean."""
        return Discovery.of(self.raw(Number(float(self.on_all.y.mean()))))

    def discovery(
        self,
        pool: Iterable[Fitted],
        *,
        finalists: int = 1,
        shortened: int = _SHORTENED,
        simple: bool = False,
    ) -> Discovery:
        """The best of ``pool`` and of what was kept, by the criterion, and the front of all.

        The first ``shortened`` are tried with parts left out. So many ``finalists``, the best on
        all rows with the constants that few rows gave them, are fitted to all, to choose among.
        With ``simple`` the last constants are written no finer than the data tell.
        """
        if not (pool := list(pool)) and self.best is None:
            return self.of_mean()
        different = {one.expression: one for one in (*pool, *([self.best] if self.best else []))}
        ranked = sorted(different.values(), key=_criterion)
        ranked[:shortened] = [self.on_few.shortened(one) for one in ranked[:shortened]]
        last = sorted(ranked, key=self._held_out)[:finalists]
        chosen = min(self._fitted_to_all(last), key=_criterion)
        if simple:
            chosen = with_simple_constants(self.on_all, chosen)
        return self.chosen(chosen, ranked)

    def _held_out(self, fitted: Fitted) -> float:
        return self.on_all.judged(fitted.expression).criterion

    def _fitted_to_all(self, ranked: Iterable[Fitted]) -> Iterator[Fitted]:
        """Those that there is time to fit; what is not fitted is no match for what is."""
        for place, one in enumerate(ranked):
            if place and self._late():
                return
            yield self.on_all.fitted(one.expression)

    def chosen(self, best: Fitted, pool: Iterable[Fitted]) -> Discovery:
        """``best`` as the answer, and the front of ``pool``."""
        return Discovery(self._candidate(best), tuple(map(self._candidate, front(pool))))

    def _candidate(self, fitted: Fitted) -> Candidate:
        return Candidate(str(self.raw(fitted.expression)), fitted.nodes, fitted.error)


def front(pool: Iterable[Fitted]) -> list[Fitted]:
    """By length, each better than all that are shorter."""
    kept: list[Fitted] = []
    for fitted in sorted(pool, key=lambda one: (one.nodes, one.error)):
        if fitted.error < (kept[-1].error if kept else math.inf):
            kept.append(fitted)
    return kept


def _criterion(fitted: Fitted) -> float:
    return fitted.criterion


def _rounding(task: Task, rows: NDArray[np.intp]) -> Rounding:
    """How finely the data are written, and the target is known where that is said."""
    y = task.y[rows]
    written = Rounding.of(task.X[rows], y)
    if not 0.0 < task.y_error <= _FINE * np.sqrt(np.mean(y**2)):
        return written
    return Rounding(written.X, np.maximum(written.y, 12**0.5 * task.y_error))


def _finite_rows(task: Task) -> NDArray[np.intp]:
    rows = np.flatnonzero(np.isfinite(task.y) & np.isfinite(task.X).all(axis=1))
    if not len(rows):
        raise ValueError(
            f"none of the {len(task.y)} training rows is finite in all columns and the target"
        )
    return rows
