"""LSR-Transform of LLM-SRBench: rows drawn once, and those at which the law is not real dropped.

Shojaee et al. 2025, arXiv:2504.10415, section 3.1; the numbers of rows follow the released splits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.expression import parse
from bench.problems.data import Data, Table
from bench.problems.portable import evaluate_portably
from bench.problems.problem import Problem
from bench.problems.sources.sampling import (
    SamplingError,
    derive_seed,
    draw_variable,
    representable,
    uniforms,
)


@dataclass(frozen=True)
class Filtered:
    """``rows`` rows drawn by the variables' rules; one in ``test_one_in`` of the valid is a test.

    Inputs are rounded to float32, as in the released files, and the target is the law at the
    rounded inputs, rounded likewise: near a pole, an input's rounding would else move the target so
    far that the law would not fit its own data.
    """

    rows: int
    test_one_in: int

    def data(self, problem: Problem, seed: int) -> Data:
        stream = derive_seed(problem.dataset, problem.version, problem.name, seed, "rows")
        u = uniforms(np.random.PCG64(stream), (self.rows, len(problem.variables), 2))
        columns = []
        for j, variable in enumerate(problem.variables):
            if variable.sampling is None:
                raise SamplingError(f"problem '{problem.id}': {variable.name} has no range")
            columns.append(draw_variable(variable.sampling, u[:, j, 0], u[:, j, 1]))
        X = _single(np.column_stack(columns))
        y = evaluate_portably(parse(problem.truth or "", problem.variables), problem.names, X)
        valid = representable(y)
        table = Table(X[valid], _single(y[valid]))
        train = len(table) - len(table) // self.test_one_in
        if train in (0, len(table)):
            raise SamplingError(f"problem '{problem.id}': the law is real at {len(table)} rows")
        return Data(
            {
                "train": Table(table.X[:train], table.y[:train]),
                "test": Table(table.X[train:], table.y[train:]),
            }
        )


def _single(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32).astype(np.float64)
