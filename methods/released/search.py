"""From what a released network writes to a discovery: formulas read, fitted, and kept.

The network sees its columns as it was trained on them, moved and scaled; constants are fitted
there, and the formula is then told of the columns as they are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench import Number, Task, substitute
from methods.refine import Fitted, Refiner
from methods.released.scales import Array, Scales
from methods.released.words import Words, formula_of
from methods.rows import choose_rows
from methods.transformer.search import FIT_ROWS, FormulaSearch, relevant_columns


class WordSearch(FormulaSearch[Words]):
    """Judges sequences of words; ``x_first`` is what they call the first column."""

    def __init__(
        self, task: Task, restarts: int, variables: int, first: int,
        scaled: Callable[[Array, Array], Scales],
    ) -> None:  # fmt: skip
        super().__init__(task, restarts)
        full = self.answer.on_all
        columns = relevant_columns(full.X, full.y, task.seed, variables)
        self.names = tuple(task.names[column] for column in columns)
        self._first = first
        X = full.X[:, columns]
        self.scales = scaled(X, full.y)
        self.shown = self.scales.shown(X)
        rows = choose_rows(len(full.y), FIT_ROWS, task.seed)
        self._few = Refiner(self.names, self.shown, full.y, full.late).on(rows)
        self._seen: set[Words] = set()

    def table(self, rows: NDArray[np.intp]) -> Array:
        """Rows as the network is shown them, (rows, columns + 1), the target last."""
        y = self.answer.on_all.y[rows] * self.scales.target
        return np.column_stack([self.shown[rows], y])

    def judge(self, words: Words) -> Fitted | None:
        """Fit what ``words`` say; None where they say no formula, or were judged before."""
        if words in self._seen:
            return None
        self._seen.add(words)
        reading = formula_of(words, self.names, self._first)
        if reading is None:
            self.evaluations += 1
            return None
        ones = dict.fromkeys(reading.constants, Number(1.0))
        found = self.fitted(substitute(reading.expression, ones), self._few)
        fitted = self.answer.on_few.judged(self.scales.undone(found.expression, self.names))
        self.take(fitted)
        return fitted
