"""From proposed skeletons to a discovery: constants fitted, the best reported, a front kept.

Every method of this folder is a stream of skeletons; all are judged here, in the same way, so
that a difference on the leaderboard is a difference between the streams.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from bench import Call, Discovery, Expression, Number, Symbol, Task
from methods.answering import Answering
from methods.refine import Fitted, Refiner
from methods.rows import choose_rows
from methods.transformer.skeletons.constants import is_constant, value_of
from methods.transformer.skeletons.vocabulary import (
    ARITY,
    FIRST_BINARY,
    FIRST_VARIABLE,
    MAX_VARIABLES,
    TOKENS,
    Skeleton,
)

P = TypeVar("P")

FIT_ROWS = 200
"""Rows on which constants of a proposal are fitted; the best are fitted to ENOUGH at the end."""
_SHORTENED = 12
"""Formulas shortened and refitted at the end."""
_POOL = 200
"""Formulas kept during the search."""
_SEARCH_SHARE = 0.85
_LARGEST = 1e15
"""Beyond it the network sees no difference: it reads float32, where squares must not overflow."""
_POWERS = {"square": 2, "cube": 3}


@dataclass(frozen=True)
class View:
    """What a network may look at: as many columns as it reads, scaled, finite rows only."""

    X: NDArray[np.float64]
    y: NDArray[np.float64]
    names: tuple[str, ...]

    @classmethod
    def of(
        cls, X: NDArray[np.float64], y: NDArray[np.float64], names: Sequence[str], seed: int,
        most: int,
    ) -> View:  # fmt: skip
        """Of finite rows ``X`` (n, d), ``y`` (n,): at most ``most`` columns, those that matter.

        ``X`` of the view is (n, MAX_VARIABLES), zero beyond these.
        """
        columns = relevant_columns(X, y, seed, most)
        shown = np.zeros((len(y), MAX_VARIABLES))
        shown[:, : len(columns)] = np.clip(X[:, columns], -_LARGEST, _LARGEST)
        return cls(shown, np.clip(y, -_LARGEST, _LARGEST), tuple(names[j] for j in columns))


def to_expression(
    skeleton: Skeleton, names: tuple[str, ...], constants: Sequence[float] = ()
) -> Expression:
    """The tree of a skeleton: its constants are these in their order, else what its tokens say."""
    numbers = list(constants) or [value_of(token) for token in skeleton if is_constant(token)]
    stack: list[Expression] = []
    for token in reversed(skeleton):
        if is_constant(token):
            stack.append(Number(numbers.pop()))
        elif token < FIRST_BINARY:
            stack.append(Symbol(names[token - FIRST_VARIABLE]))
        elif TOKENS[token] in _POWERS:
            stack.append(Call("pow", (stack.pop(), Number(_POWERS[TOKENS[token]]))))
        else:
            args = tuple(stack.pop() for _ in range(int(ARITY[token])))
            stack.append(Call(TOKENS[token], args))
    return stack[0]


class FormulaSearch(Generic[P]):
    """Judges what is proposed for a task; ``discovery()`` is the answer after ``run``.

    ``names`` are those of the columns that are looked at, which may be some of the task's.
    """

    names: tuple[str, ...]

    def __init__(self, task: Task, restarts: int) -> None:
        self.task, self.restarts = task, restarts
        self.answer = Answering(task, FIT_ROWS)
        self.pool: list[Fitted] = []
        self.evaluations = 0

    def judge(self, proposal: P) -> Fitted | None:
        """Fit what is proposed, and ``take`` it; None where there is nothing new to fit."""
        raise NotImplementedError

    def run(self, proposals: Iterable[list[P]]) -> None:
        """Judge batch after batch until the time is spent, a formula is exact, or none is left.

        A target that is constant is its own formula: nothing is judged.
        """
        if self.answer.constant:
            return
        for batch in proposals:
            for proposal in batch:
                self.judge(proposal)
                if self.finished():
                    return
            if self.finished():  # a batch may be empty
                return

    def finished(self) -> bool:
        """Whether there is no use in, or no time for, another proposal."""
        most = self.task.budget.evaluations or math.inf
        return self.answer.exact or self.evaluations >= most or self.answer.spent(_SEARCH_SHARE)

    def take(self, fitted: Fitted) -> None:
        """Count a formula; keep it where it is among the best, and report it where it is that."""
        self.evaluations += 1
        if math.isfinite(fitted.error):
            self.pool = sorted([*self.pool, fitted], key=lambda one: one.criterion)
            del self.pool[_POOL:]
            if self.pool[0] is fitted:
                self.answer.keep(fitted)

    def fitted(self, expression: Expression, few: Refiner) -> Fitted:
        """The formula and ``a + b*formula``, whichever the criterion prefers, constants fitted."""
        plain = few.fitted(expression, restarts=self.restarts, seed=self.task.seed)
        if plain.exact or not math.isfinite(plain.error):
            return plain
        wrapped = few.fitted(few.scaled(plain.expression).expression)
        return min(plain, wrapped, key=lambda one: one.criterion)

    def discovery(self) -> Discovery:
        """The best formula, shortened, fitted to more rows; and the front of error over length.

        It counts the formulas that were judged, and the columns that were looked at.
        """
        found = self.answer.of_mean()
        if self.pool:
            found = self.answer.discovery(self.pool, shortened=_SHORTENED, finalists=_SHORTENED)
        counts = {"formulas": self.evaluations, "columns_shown": len(self.names)}
        return replace(found, counts=counts)


class SkeletonSearch(FormulaSearch[Skeleton]):
    """Judges skeletons for a task."""

    def __init__(self, task: Task, restarts: int, variables: int = MAX_VARIABLES) -> None:
        super().__init__(task, restarts)
        full = self.answer.on_all
        self.view = View.of(full.X, full.y, task.names, task.seed, variables)
        self.names = self.view.names
        self.errors: dict[Skeleton, float] = {}

    def judge(self, skeleton: Skeleton) -> Fitted | None:
        """Fit a skeleton's constants; keep and report it where it is among the best."""
        if skeleton in self.errors:
            return None
        fitted = self.fitted(to_expression(skeleton, self.names), self.answer.on_few)
        self.errors[skeleton] = fitted.error
        self.take(fitted)
        return fitted


def relevant_columns(
    X: NDArray[np.float64], y: NDArray[np.float64], seed: int, most: int
) -> list[int]:
    """The columns a network is shown: all up to ``most``, else those a forest finds it needs.

    The reduction is by the importances of extremely randomised trees (Geurts et al., Machine
    Learning 63, 2006) on at most 2,000 rows; of equal columns the first is looked at.
    """
    if X.shape[1] <= most:
        return list(range(X.shape[1]))
    from sklearn.ensemble import ExtraTreesRegressor

    rows = choose_rows(len(y), 2000, seed)
    distinct = np.sort(np.unique(X[rows], axis=1, return_index=True)[1])
    forest = ExtraTreesRegressor(n_estimators=50, random_state=seed % 2**32, n_jobs=1)
    importances = forest.fit(X[np.ix_(rows, distinct)], y[rows]).feature_importances_
    order = np.argsort(-importances, kind="stable")
    return sorted(distinct[order[:most]].tolist())
