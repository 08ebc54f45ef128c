"""The reduction of oracles to tables: a design of points, asked once, and a table of answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.kinds.oracle.task import OracleTask
from bench.kinds.table.task import Task
from bench.method import Discovery

Array = NDArray[np.float64]


def reduced(method: Any, task: OracleTask) -> Discovery:
    """What ``method``, one for tables, finds in the answers at a scrambled Sobol design."""
    points = design(task)
    parts = [points[k : k + task.batch] for k in range(0, len(points), task.batch)]
    table = table_of(task, points, np.concatenate([task.ask(part) for part in parts]))
    found: Discovery = method.discover(replace(table, model=task.model))
    return found


def design(task: OracleTask) -> Array:
    """As many points as there are questions left, spread over the domain: shape (n, d).

    Of one argument a scrambled Sobol sequence (Owen 1995) of n points is one point in each of n
    equal intervals, uniform in it.
    """
    count, low, high = task.left, task.domain[:, 0], task.domain[:, 1]
    rng = np.random.default_rng(task.seed)
    if len(task.variables) == 1:
        unit = ((np.arange(count) + rng.random(count)) / count)[:, None]
    else:
        from scipy.stats.qmc import Sobol

        unit = Sobol(len(task.variables), rng=rng).random(count)
    return np.asarray(low + (high - low) * unit)


def table_of(task: OracleTask, points: Array, values: Array) -> Task:
    """The answers that are numbers as a table; budget, clock and reports are those of ``task``.

    Of none the table has one row, of the value 0.
    """
    finite = np.isfinite(values)
    X, y = points[finite], values[finite]
    if not len(y):
        X, y = points[:1], np.zeros(1)
    return Task(
        np.ascontiguousarray(X), y, task.variables, task.seed, task.budget,
        on_report=task.on_report, clock=task.clock,
    )  # fmt: skip
