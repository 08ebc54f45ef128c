"""LSR-Synth of LLM-SRBench: 5,000 points along one trajectory, the last of them out of domain.

The recipe is that of the released data (Shojaee et al. 2025, arXiv:2504.10415), as far as they tell
it: SciPy's ``solve_ivp`` at its default tolerances, states at equally spaced times, the right-hand
side at each computed state as target, all rounded to float32. The last 500 points are the split
``ood``, in order; the others are shuffled, and the first 500 of them are the test.

An adaptive solver's last bits differ between machines; the data agree to its tolerance.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, compile_expression, parse
from bench.problems.data import Data, Table
from bench.problems.portable import evaluate_portably
from bench.problems.problem import Problem

Array = NDArray[np.float64]

TARGET = "target"
_OUT_OF_DOMAIN = 500
_TEST = 500
_SEED = 42


class TrajectoryError(ValueError):
    """A trajectory that is not described as one, or that cannot be computed."""


@dataclass(frozen=True)
class LsrSynth:
    """The points of one trajectory.

    ``time`` is the symbol of time and ``span`` its first and last value. ``start`` has the states
    by their symbols, ``rates`` the rate of change of each: the symbol of another state, or
    ``target`` for the law itself. ``lines`` are columns that run in step with time from one value
    to another. ``order`` says which shuffle of the generator's one stream is this problem's.
    """

    depends_on: ClassVar[tuple[str, ...]] = ("numpy", "scipy")
    points: int
    order: int
    time: str = "t"
    span: tuple[float, float] = (0.0, 1.0)
    start: Mapping[str, float] | None = None
    rates: Mapping[str, str] | None = None
    lines: Mapping[str, tuple[float, float]] | None = None

    def data(self, problem: Problem, seed: int) -> Data:
        columns = self.columns(problem)
        X = np.column_stack([columns[variable.symbol] for variable in problem.variables])
        y = evaluate_portably(_law(problem), problem.names, X)
        table = Table(_single(X), _single(y))
        within = self.points - _OUT_OF_DOMAIN
        order = _shuffles(_SEED + seed, within, self.order + 1)[self.order]
        return Data(
            {
                "train": _rows(table, order[_TEST:]),
                "test": _rows(table, order[:_TEST]),
                "ood": _rows(table, np.arange(within, self.points)),
            }
        )

    def columns(self, problem: Problem) -> dict[str, Array]:
        """Every column of the trajectory by its symbol, each of ``points`` float64 values."""
        columns = {
            symbol: np.linspace(first, last, self.points)
            for symbol, (first, last) in (self.lines or {}).items()
        }
        if self.start:
            columns |= self._integrated(problem)
        return columns

    def _integrated(self, problem: Problem) -> dict[str, Array]:
        from scipy.integrate import solve_ivp

        start, rates = self.start or {}, self.rates or {}
        law = compile_expression(_law(problem), problem.names)
        symbols = [variable.symbol for variable in problem.variables]

        def rate(time: float, state: Array) -> list[float]:
            point = {self.time: time, **dict(zip(start, state, strict=True))}
            row = np.array([[point[symbol] for symbol in symbols]])
            return [
                float(law(row)[0]) if rates[name] == TARGET else float(point[rates[name]])
                for name in start
            ]

        times = np.linspace(*self.span, self.points)
        solution = solve_ivp(rate, self.span, list(start.values()), t_eval=times)
        if not solution.success or solution.y.shape[1] != self.points:
            raise TrajectoryError(f"problem '{problem.id}': {solution.message}")
        return {self.time: times, **dict(zip(start, solution.y, strict=True))}


def _law(problem: Problem) -> Expression:
    if problem.truth is None:
        raise TrajectoryError(f"problem '{problem.id}' has no true expression to integrate")
    return parse(problem.truth, {name: name for name in problem.names})


def _rows(table: Table, rows: NDArray[np.int64]) -> Table:
    return Table(table.X[rows], table.y[rows])


def _single(values: Array) -> Array:
    """The values rounded to float32, as float64."""
    return values.astype(np.float32).astype(np.float64)


@lru_cache(maxsize=2)
def _shuffles(seed: int, rows: int, count: int) -> tuple[NDArray[np.int64], ...]:
    """The first ``count`` orders of ``rows`` rows that Python's generator gives, one after another.

    The stream of ``random.Random(seed)`` is part of Python's documented reproducibility.
    """
    generator = random.Random(seed)
    orders = []
    for _ in range(count):
        order = list(range(rows))
        generator.shuffle(order)
        orders.append(np.array(order))
    return tuple(orders)
