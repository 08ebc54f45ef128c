"""Task: all that a method may see of a problem of the kind ``table``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.clock import Clock, Remaining
from bench.method import Answer, Budget, as_answer
from bench.problems.variable import Variable


def _ignore(answer: Answer, loss: float | None) -> None:
    return None


@dataclass(frozen=True)
class Task:
    """All that a method may see of a problem.

    ``X`` has shape (n, d), ``y`` shape (n,), both float64 and read-only; column j of ``X`` is
    ``variables[j]``. ``seed`` must fix the method's result. The clock of ``budget`` is running
    when ``discover`` is called; outside a run it starts with the first ``remaining()``. ``model``
    is a ``bench.LanguageModel`` where the method says ``asks_model``. ``y_error`` is about the
    standard deviation of what ``y`` is off by, where that is known beforehand, as of rates that
    were estimated; else 0. Raises ValueError where shapes and variables do not match.
    """

    X: NDArray[np.float64]
    y: NDArray[np.float64]
    variables: tuple[Variable, ...]
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    target: Variable = Variable("y")
    description: str = ""
    on_report: Callable[[Answer, float | None], None] = field(default=_ignore, repr=False)
    clock: Clock = field(default_factory=Clock, repr=False, compare=False)
    model: Any = field(default=None, repr=False, compare=False)
    y_error: float = 0.0

    def __post_init__(self) -> None:
        reason = _unnamed(self.variables) or _misfit(np.shape(self.X), np.shape(self.y), self.names)
        if reason is not None:
            raise ValueError(reason)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables' names, in the order of the columns of ``X``."""
        return tuple(variable.name for variable in self.variables)

    def report(self, expression: object, loss: float | None = None) -> None:
        """Tell the harness the best expression so far.

        The last report is the method's answer if its budget ends before it returns, and the
        times of the reports draw its curve of quality over time.
        """
        self.on_report(as_answer(expression), loss)

    def remaining(self) -> Remaining:
        """What is left of the budget: ``seconds`` by the clock, ``cpu_seconds`` of all processes
        of the run (None: no limit), and the lesser of both as a ``share`` from 1 to 0.

        A search that stops while something is left gives its own answer. It costs microseconds.
        """
        return self.clock.remaining(self.budget)


def _unnamed(variables: Iterable[object]) -> str | None:
    """Why ``variables`` do not name columns, in a sentence."""
    seen: set[str] = set()
    for one in variables:
        if not isinstance(one, Variable):
            return f"variables holds {one!r:.60}, which is no Variable; write Variable('x0')"
        if one.name in seen:
            return f"two variables are called '{one.name}'; give each column a name of its own"
        seen.add(one.name)
    return None


def _misfit(X: tuple[int, ...], y: tuple[int, ...], names: tuple[str, ...]) -> str | None:
    """Why arrays of these shapes and variables of these names are no table, in a sentence."""
    if len(X) != 2:
        return f"X has shape {X}; it must be (n, d): a row for each point, a column a variable"
    if len(y) != 1:
        return f"y has shape {y}; it must be (n,): a number for each row of X"
    if X[0] != y[0]:
        return f"X has {X[0]} rows and y has {y[0]} values; there must be as many"
    if X[1] != len(names):
        said = f" ({', '.join(names[:10])}{', ...' if len(names) > 10 else ''})" if names else ""
        return f"X has {X[1]} columns, and there are {len(names)} variables{said}; name each column"
    return None
