"""Bingo (Randall et al., GECCO 2022): evolution of acyclic graphs, by NASA.

Generation after generation is asked of its island, so that it is stopped in time and what it has
found so far is known. It imports mpi4py, whose MPI library comes from PyPI (``mpich``). Its
logarithm and root are of the absolute value, which its formulas do not say: where that matters,
the formula that it prints has no value and is not chosen.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bench import Budget, Discovery, Task
from methods import warm
from methods.engines.found import SHARE, Found

_OPERATORS = ("+", "-", "*", "/", "sin", "cos", "sinh", "cosh", "exp", "log", "pow", "sqrt", "abs",
              "asin", "acos")  # fmt: skip
_MPI_INSIDE = {"MPIR_CVAR_CH4_NETMOD": "ofi", "FI_PROVIDER": "shm"}
"""MPICH's way without System V memory and sockets, which are closed to runs; none is needed for one
process."""
_LOOK = 5
"""Generations between two looks at what was found."""
_LAST = 40
"""Members of the front, the most accurate last, whose constants are fitted at each look."""


@dataclass(frozen=True)
class Bingo:
    """Bingo's regressor with age-fitness selection, its constants by Levenberg-Marquardt."""

    requires: ClassVar[tuple[str, ...]] = ("bingo", "mpi4py")

    operators: tuple[str, ...] = ("+", "-", "*", "/", "sin", "cos", "exp", "log", "sqrt")
    population: int = 100
    stack_size: int = 24
    crossover: float = 0.4
    mutation: float = 0.4
    rows: int = 500
    scale: bool = True

    def __post_init__(self) -> None:
        unknown = sorted(set(self.operators) - set(_OPERATORS))
        if unknown:
            known = ", ".join(_OPERATORS)
            raise ValueError(f"there is no operator '{unknown[0]}'; choose from {known}")

    def warm_up(self, budget: Budget) -> None:
        """Load what fits constants; tell MPI, which starts with Bingo, to stay inside."""
        for name, value in _MPI_INSIDE.items():
            os.environ.setdefault(name, value)
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Evolve until the budget is spent or a formula is exact."""
        found = Found(task, self.rows, scale=self.scale)
        if not found.done:
            random.seed(task.seed)
            np.random.seed(task.seed % 2**32)  # noqa: NPY002  (it draws from the global one)
            with np.errstate(all="ignore"):
                self._evolve(found)
        return found.discovery()

    def _evolve(self, found: Found) -> None:
        from bingo.symbolic_regression.symbolic_regressor import SymbolicRegressor

        regressor = SymbolicRegressor(
            population_size=self.population, stack_size=self.stack_size,
            operators=set(self.operators), crossover_prob=self.crossover,
            mutation_prob=self.mutation,
        )  # fmt: skip
        island = regressor._get_archipelago(found.X, found.y, 0)
        generation = 0
        while not found.done and not found.answer.spent(SHARE):
            island.evolve(1, suppress_logging=True)
            generation += 1
            if generation == 1 or generation % _LOOK == 0:
                found.take(_printed(island.hall_of_fame))
        found.take(_printed(island.hall_of_fame))


def _printed(front: Any) -> list[str]:
    """The formulas of a Pareto front, whose variables Bingo calls X_0, X_1, ..."""
    return [
        graph.get_formatted_string("sympy").replace("X_", "x") for graph in list(front)[-_LAST:]
    ]
