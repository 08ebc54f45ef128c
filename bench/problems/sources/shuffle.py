"""Rows in an order that the identity of a problem and the data seed fix."""

from __future__ import annotations

import numpy as np

from bench.problems.data import Table
from bench.problems.problem import Problem
from bench.problems.sources.sampling import derive_seed, uniforms


def shuffled(table: Table, problem: Problem, seed: int) -> Table:
    """The rows of ``table`` in an order drawn from the problem's identity and ``seed``."""
    stream = derive_seed(problem.dataset, problem.version, problem.name, seed, "split")
    order = np.argsort(uniforms(np.random.PCG64(stream), (len(table),)), kind="stable")
    return Table(table.X[order], table.y[order])
