"""What an engine prints, and when it is called: the same for every engine of this folder.

An engine is called with a limit of time, a short one first, so that there is an answer soon, then
with all that is left. The formulas it prints have their constants fitted in float64, which it may
have cut to six digits, and gathered; the form is left as printed, and is what is scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bench import Discovery, Expression, Number, ParseError, Task, parse
from methods.answering import Answering
from methods.refine import Fitted

SHARE = 0.85
"""Of the budget, for the engine; the rest is for fitting constants, and for its delay."""
_FIRST = 0.15
_LEAST = 0.05
"""With less of its share left, an engine is not called again."""
_FINALISTS = 3
_CAPITAL = re.compile(r"\b[A-Z][A-Za-z]*(?=\()")
"""``Sin(``, as some write it; no variable is called so: columns are handed over as x0, x1, ..."""


class Found:
    """The formulas an engine has found, fitted; the best of them is reported as it comes.

    The engine gets ``X`` and ``y``: scaled, and of at most ``rows`` rows. The target's mean is
    reported before anything.
    """

    def __init__(self, task: Task, rows: int, *, scale: bool) -> None:
        self.task = task
        self.answer = Answering(task, rows, scale=scale)
        self.X, self.y = self.answer.on_few.X, self.answer.on_few.y
        self._names = {f"x{j}": name for j, name in enumerate(task.names)}
        self._pool: dict[Expression, Fitted] = {}
        # What an engine's first call does not come back from has an answer all the same.
        self.answer.keep(self.answer.on_few.judged(Number(float(self.y.mean()))))

    @property
    def done(self) -> bool:
        """Whether there is nothing to search for, or no better formula to be found."""
        return self.answer.constant or self.answer.exact

    def take(self, texts: Iterable[str]) -> None:
        """Take in what was printed; what is no formula is left out."""
        for text in texts:
            expression = self._read(text)
            if expression is None or expression in self._pool:
                continue
            fitted = self.answer.on_few.fitted(expression)
            self._pool[expression] = fitted
            best = self.answer.best
            if best is None or fitted.criterion < best.criterion:
                self.answer.keep(fitted)

    def discovery(self) -> Discovery:
        """The best of all by the criterion of ``methods.refine``, fitted to all rows."""
        if not self._pool:
            return self.answer.of_mean()
        pool = list(self._pool.values())
        return self.answer.discovery(pool, finalists=_FINALISTS, shortened=0)

    def slices(self, share: float = SHARE, part: float = 1.0) -> Iterator[float]:
        """The seconds that the engine is given, call by call, until its share is spent.

        Each call but the first gets ``part`` of what is left.
        """
        whole = self.task.budget.likely_seconds
        if not self.done:
            yield _FIRST * share * whole
        while not self.done:
            left = self.task.remaining().share - (1.0 - share)
            if left < _LEAST * share:
                return
            yield part * left * whole

    def _read(self, text: str) -> Expression | None:
        lower = _CAPITAL.sub(lambda match: match[0].lower(), text)
        try:
            return parse(lower, self._names)
        except ParseError:
            return None
