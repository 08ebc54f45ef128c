"""RILS-ROLS (Kartelj and Djukanovic, Journal of Big Data 2023): iterated local search in C++.

It climbs from formula to formula by small changes, and ordinary least squares gives their
coefficients. Its C++ class is called directly: the Python class around it simplifies with SymPy in
a thread that outlives its time. It prints six decimals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from bench import Budget, Discovery, Task
from methods import warm
from methods.engines.found import Found


@dataclass(frozen=True)
class RILSROLS:
    """RILS-ROLS, once with a seventh of the time and once with the rest, on one thread."""

    requires: ClassVar[tuple[str, ...]] = ("rils_rols_cpp",)

    complexity_penalty: float = 0.001
    max_complexity: int = 50
    rows: int = 1000
    scale: bool = True

    def warm_up(self, budget: Budget) -> None:
        """Load what fits constants."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Search with one seed after the other until the budget is spent."""
        import rils_rols_cpp

        found = Found(task, self.rows, scale=self.scale)
        rows, columns = found.X.shape
        for k, seconds in enumerate(found.slices()):
            engine = rils_rols_cpp.rils_rols(
                False, 1_000_000_000, max(1, math.floor(seconds)), self.complexity_penalty,
                self.max_complexity, 1.0, False, (task.seed + k) % 2**31,
            )  # fmt: skip
            engine.fit(found.X.reshape(-1, 1), found.y, rows, columns)
            found.take([engine.get_model_string()])
        return found.discovery()
