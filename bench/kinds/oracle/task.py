"""OracleTask: all that a method may see of a problem of the kind ``oracle``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.clock import Clock, Remaining
from bench.kinds.kind import QuestionRefused
from bench.method import Answer, Budget, as_answer
from bench.problems.variable import Variable

_ANSWERED = "answered"


def _ignore(answer: Answer, loss: float | None) -> None:
    return None


def _nobody(points: NDArray[np.float64]) -> NDArray[np.float64]:
    raise RuntimeError("nobody answers this task: give it asks=FUNCTION")


def _as_numbers(points: ArrayLike) -> NDArray[np.float64]:
    try:
        given = np.asarray(points)
        if np.iscomplexobj(given):
            raise TypeError("they are complex")
        return given.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise QuestionRefused(f"points are no array of numbers: {error}") from None


@dataclass(frozen=True)
class OracleTask:
    """All that a method may see of a function that it may ask.

    ``domain`` (d, 2) says from where to where each of ``variables`` may be asked. The harness
    answers ``questions`` points, at most ``batch`` at once, and counts them. ``asks`` is how it is
    reached: in a test of one's own, a function of points (n, d) that gives values (n,).

    An answer is one expression, the law. One that also tells where something else is served has
    three parts, as ``{"law": "2*x0", "corrupted": "(x0 - 3)*(9 - x0)", "value": "1.5"}``:
    ``corrupted`` is positive there, and ``value`` is what is served there. Seed, budget, clock and
    ``model`` are as in ``bench.Task``.
    """

    variables: tuple[Variable, ...]
    domain: NDArray[np.float64]
    questions: int
    batch: int = 256
    asks: Callable[[NDArray[np.float64]], NDArray[np.float64]] = field(default=_nobody, repr=False)
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    on_report: Callable[[Answer, float | None], None] = field(default=_ignore, repr=False)
    clock: Clock = field(default_factory=Clock, repr=False, compare=False)
    model: Any = field(default=None, repr=False, compare=False)
    _count: Counter[str] = field(default_factory=Counter, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments' names."""
        return tuple(variable.name for variable in self.variables)

    @property
    def left(self) -> int:
        """How many questions are left."""
        return self.questions - self._count[_ANSWERED]

    def ask(self, points: ArrayLike) -> NDArray[np.float64]:
        """The values (n,) at ``points`` (n, d) or, of one argument, (n,); nan where there is none.

        Each point is a question. Raises QuestionRefused, a ValueError, for what is not answered:
        more points than are left or than a batch takes, points outside of the domain, or none,
        and what are no numbers. What is refused is not counted.
        """
        asked = _as_numbers(points)
        if asked.ndim == 1 and len(self.variables) == 1:
            asked = asked[:, None]
        values = self.asks(asked)
        self._count[_ANSWERED] += len(values)
        return values

    def report(self, expression: object, loss: float | None = None) -> None:
        """Tell the harness the best answer so far: see ``bench.Task.report``."""
        self.on_report(as_answer(expression), loss)

    def remaining(self) -> Remaining:
        """What is left of the budget: see ``bench.Task.remaining``."""
        return self.clock.remaining(self.budget)
