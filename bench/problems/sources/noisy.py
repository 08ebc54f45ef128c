"""Noisy rows of one variable, and a grid without noise inside and outside of their range.

The tasks of VML (Xiao et al., arXiv:2406.04344): inputs drawn evenly, a little noise on the target,
and errors on 40 points of the range widened to both sides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.expression import parse
from bench.problems.data import Data, Table
from bench.problems.portable import evaluate_portably
from bench.problems.portable.normal import standard_normal
from bench.problems.problem import Problem


@dataclass(frozen=True)
class NoisyLine:
    """``rows`` training points on [``low``, ``high``] with noise of that standard deviation.

    The grid has ``grid`` points on the range widened by ``beyond`` to each side: those within it
    are the test split, the others are out of the domain.
    """

    depends_on: ClassVar[tuple[str, ...]] = ()
    rows: ClassVar[int] = 100
    grid: ClassVar[int] = 40

    low: float
    high: float
    noise: float
    beyond: float

    def data(self, problem: Problem, seed: int) -> Data:
        key = f"{problem.dataset} {problem.version} {problem.name} {seed}"
        first, second = (
            int.from_bytes(hashlib.sha256(f"{what} {key}".encode()).digest()[:16], "big")
            for what in ("inputs", "noise")
        )
        raw = np.random.PCG64(first).random_raw(self.rows).astype(np.uint64)
        share = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        x = self.low + (self.high - self.low) * share
        noise = self.noise * standard_normal(self.rows, second)
        grid = np.linspace(self.low - self.beyond, self.high + self.beyond, self.grid)
        inside = (grid >= self.low) & (grid <= self.high)
        train = self._table(problem, x)
        return Data(
            {
                "train": Table(train.X, train.y + noise),
                "test": self._table(problem, grid[inside]),
                "ood": self._table(problem, grid[~inside]),
            }
        )

    def _table(self, problem: Problem, x: NDArray[np.float64]) -> Table:
        law = parse(problem.truth or "", problem.variables)
        X = np.ascontiguousarray(x[:, None])
        return Table(X, evaluate_portably(law, problem.names, X))
