"""Data of a dynamical system: its states along trajectories, split at random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bench.expression import parse
from bench.problems.data import Data, Table
from bench.problems.portable import evaluate_portably
from bench.problems.problem import Problem
from bench.problems.sources.dynamics import System
from bench.problems.sources.sampling import representable
from bench.problems.sources.shuffle import shuffled


@dataclass(frozen=True)
class Simulated:
    """The recorded points of ``system``; the target is the truth at each of them.

    Inputs are the columns of the system (time, states) that the variables name as their symbols.
    Rows are shuffled by the seed; ``train`` is the share of the first split: 0.75, as SRBench has
    it with ODE-Strogatz.
    """

    depends_on: ClassVar[tuple[str, ...]] = ()
    system: System
    train: float = 0.75

    def data(self, problem: Problem, seed: int) -> Data:
        points = self.system.trajectories()
        columns = [self.system.columns.index(variable.symbol) for variable in problem.variables]
        X = points.reshape(-1, points.shape[2])[:, columns]
        truth = parse(problem.truth or "", problem.variables)
        y = evaluate_portably(truth, problem.names, X)
        kept = representable(y) & np.isfinite(X).all(axis=1)
        table = shuffled(Table(X[kept], y[kept]), problem, seed)
        cut = int(self.train * len(table))
        return Data(
            {
                "train": Table(table.X[:cut], table.y[:cut]),
                "test": Table(table.X[cut:], table.y[cut:]),
            }
        )


def read_system(entry: Mapping[str, Any]) -> System:
    """The system that a catalogue gives; KeyError, TypeError or ValueError if it is none."""
    starts = tuple(tuple(float(value) for value in start) for start in entry["starts"])
    fields = {key: value for key, value in entry.items() if key != "starts"}
    return System(starts=starts, **fields)
