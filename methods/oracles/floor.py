"""The controls of oracles: what even questions give without any search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import Discovery, OracleTask, Task
from methods.least_squares import fit_polynomial, monomials

Array = NDArray[np.float64]


@dataclass(frozen=True)
class EvenPolynomial:
    """A least-squares polynomial of ``degree`` through even questions: FIND's floor."""

    kinds: ClassVar[tuple[str, ...]] = ("oracle",)

    degree: int = 5

    def __post_init__(self) -> None:
        if self.degree < 0:
            raise ValueError(f"degree is {self.degree}; it must be 0 or more")

    def discover(self, task: OracleTask) -> Discovery:
        """The polynomial; it uses no chance."""
        table = asked_evenly(task)
        most = max(1, len(table.y) // 3)
        return Discovery.of(fit_polynomial(table, monomials(len(task.names), self.degree, most)))


@dataclass(frozen=True)
class NearestNeighbour:
    """The answer to the nearest of the even questions: numbers, and no formula."""

    kinds: ClassVar[tuple[str, ...]] = ("oracle",)

    def discover(self, task: OracleTask) -> Discovery:
        """The predictor; it uses no chance."""
        table = asked_evenly(task)

        def predict(X: Array) -> Array:
            return np.array([table.y[np.argmin(((table.X - x) ** 2).sum(axis=1))] for x in X])

        return Discovery.of("", predict=predict)


def asked_evenly(task: OracleTask) -> Task:
    """All questions that are left at even points of the first argument, as a table.

    The others, where there are any, are in the middle of their ranges. Answers that are no numbers
    are left out; of none the table has one row, of the value 0.
    """
    points = np.tile(task.domain.mean(axis=1), (task.left, 1))
    low, high = task.domain[0].tolist()
    points[:, 0] = np.linspace(low, high, task.left)
    values = asked_in_batches(task, points)
    finite = np.isfinite(values)
    X, y = (points[finite], values[finite]) if finite.any() else (points[:1], np.zeros(1))
    table = Task(X, y, task.variables, task.seed, task.budget, clock=task.clock)
    return replace(table, on_report=task.on_report)


def asked_in_batches(task: OracleTask, points: Array) -> Array:
    """The answers (n,) at ``points`` (n, d), in as many batches as it takes."""
    parts = [points[k : k + task.batch] for k in range(0, len(points), task.batch)]
    return np.concatenate([task.ask(part) for part in parts])
