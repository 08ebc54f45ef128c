"""The course of a run: strides of search until the budget is spent or a formula is exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bench import Discovery, Expression, Task
from methods.answering import Answering
from methods.mcts.search import TreeSearch
from methods.refine import Fitted, criterion
from methods.tidy import gather

_SEARCH_SHARE = 0.85
"""Share of the time given to the search; the rest fits and shortens what it found."""
_PROPOSED = 2
"""So many of the expressions proposed together are fitted."""
_POOL = 30
"""So many are fitted to the rows of the search: a hundred thousandth of a second for each row."""
_FINALISTS = 5
"""So many are fitted to all rows, to choose among them."""


class SearchRun:
    """One run on a task: the searches in it, and what was told of them so far.

    An exact formula ends it, but for the time of ``shortening``: shorter ones are looked for.
    """

    def __init__(self, task: Task, rows: int, scale: bool) -> None:
        self.task = task
        self.answer = Answering(task, rows, scale=scale)
        self.searches: list[TreeSearch] = []
        self.proposed: list[Expression] = []
        self.spent = 0
        self.shortening = False
        self._seen: dict[TreeSearch, int] = {}

    @property
    def evaluations(self) -> int:
        """Expressions evaluated in all searches, and by those who propose without one."""
        return self.spent + sum(search.evaluations for search in self.searches)

    def retire(self, search: TreeSearch) -> None:
        """Take the best of a search that is over, and let go of its memory."""
        self._look()
        self.searches.remove(search)
        self.spent += search.evaluations
        if self._seen.pop(search, 0):
            self.proposed.append(search.best())

    @property
    def exact(self) -> bool:
        """Whether the best formula is exact on all rows, to the last digits that the data have."""
        return self.answer.exact

    def consider(self, expression: Expression) -> Fitted:
        """Fit an expression; keep and report it where it is better than what was.

        What is exact on few rows must be so on all, or else counts there with its error on all.
        """
        few, best = self.answer.on_few, self.answer.best
        fitted = few.fitted(gather(expression))
        if best is not None and fitted.criterion >= best.criterion:
            return fitted
        if fitted.exact:
            fitted = self._on_all(fitted)
        if best is None or fitted.criterion < best.criterion:
            self.answer.keep(fitted)
        return fitted

    def _on_all(self, exact: Fitted) -> Fitted:
        """What is exact on few rows, on all: shortened, unless it needs what few rows do not."""
        few, full = self.answer.on_few, self.answer.on_all
        shorter, whole = few.shortened(exact), full.fitted(exact.expression)
        if shorter.expression != exact.expression:
            whole = min(full.fitted(shorter.expression), whole, key=lambda one: one.criterion)
        if whole.exact:
            return whole
        return replace(whole, criterion=criterion(len(few.y), whole.error, whole.nodes))

    def count(self, evaluated: int) -> None:
        """Count expressions that were evaluated without a search."""
        self.spent += evaluated

    def propose(self, expressions: Sequence[Expression]) -> None:
        """Consider the best of expressions that no search has found."""
        self.spent += len(expressions)
        judged = [self.answer.on_few.judged(one) for one in expressions]
        judged.sort(key=lambda one: one.criterion)
        for fitted in judged[:_PROPOSED]:
            self.proposed.append(self.consider(fitted.expression).expression)

    def proposed_by(self, proposals: Iterator[list[Expression]]) -> Iterator[None]:
        """Consider what comes; yields after every step."""
        for expressions in proposals:
            self.propose(expressions)
            yield

    def follow(self, course: Iterator[None]) -> None:
        """Follow ``course``, which yields after every stride, as far as it may go."""
        if self.answer.constant:
            return
        for _ in course:
            self._look()
            if (self.exact and not self.shortening) or self._spent():
                break

    def discovery(self, *, simple: bool = False) -> Discovery:
        """The answer after all that was searched; ``simple`` as ``Answering.discovery`` has it."""
        if self.answer.constant:
            return self.answer.of_mean()
        few, best = self.answer.on_few, self.answer.best
        found = [one for search in self.searches for one in search.front()] + self.proposed
        if self.exact and best is not None:
            return self.answer.chosen(best, [best, *(few.judged(gather(one)) for one in found)])
        judged = sorted((few.judged(gather(one)) for one in found), key=lambda one: one.criterion)
        pool = [few.fitted(one.expression) for one in different(judged)[:_POOL]]
        return self.answer.discovery(pool, finalists=_FINALISTS, simple=simple)

    def _spent(self) -> bool:
        most = self.task.budget.evaluations
        return self.answer.spent(_SEARCH_SHARE) or (most is not None and self.evaluations >= most)

    def _look(self) -> None:
        """Consider the best of every search that has found something since the last look.

        It looks after every stride and not by the clock, which would decide what is found.
        """
        for search in self.searches:
            if search.news > self._seen.get(search, 0):
                self._seen[search] = search.news
                self.consider(search.best())


def different(ranked: Iterable[Fitted]) -> list[Fitted]:
    """Of formulas with one error, to six digits, the first: they are one function."""
    kept: dict[str, Fitted] = {}
    for one in ranked:
        kept.setdefault(f"{one.error:.5e}", one)
    return list(kept.values())
