"""What a stream of skeletons recovers of fresh functions: the measure training is judged by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import Budget, Discovery, Task, Variable, evaluate, parse
from methods.transformer.skeletons.generator import Batch, draw_batch
from methods.transformer.skeletons.vocabulary import MAX_VARIABLES

LENGTHS = ((1, 4), (5, 7), (8, 10), (11, 15))
"""Buckets of skeleton lengths, in tokens, both ends in."""

_SHOWN = 64
EXACT = 1e-8


@dataclass(frozen=True)
class Recovery:
    """Of ``functions`` of a bucket, the shares recovered: exactly, and to R2 > 0.99."""

    lengths: tuple[int, int]
    functions: int
    exact: float
    close: float


def recovery(
    discover: Callable[[Task], Discovery],
    banned: NDArray[np.int64],
    *,
    functions: int,
    candidates: int,
    seed: int,
    variables: int = MAX_VARIABLES,
) -> Iterator[Recovery]:
    """How many of ``functions`` fresh functions per bucket ``discover`` finds.

    ``exact`` is an error (``fresh_errors``) below 1e-8.
    """
    found = fresh_errors(
        discover, banned, functions=functions, candidates=candidates, seed=seed,
        variables=variables,
    )  # fmt: skip
    for lengths, errors in found:
        exact, close = float(np.mean(errors < EXACT)), float(np.mean(errors < 0.01))
        yield Recovery(lengths, len(errors), exact, close)


def fresh_errors(
    discover: Callable[[Task], Discovery],
    banned: NDArray[np.int64],
    *,
    functions: int,
    candidates: int,
    seed: int,
    variables: int = MAX_VARIABLES,
) -> Iterator[tuple[tuple[int, int], NDArray[np.float64]]]:
    """For each bucket of lengths, 1 - R2 of ``functions`` fresh functions, the same each time.

    Each is shown by 64 rows and judged on 64 others of the same ranges. ``candidates`` is how many
    skeletons may be tried, ``variables`` how many columns a function may have.
    """
    batch = draw_batch(60 * functions, seed, banned, points=2 * _SHOWN, variables=variables)
    for low, high in LENGTHS:
        rows = np.flatnonzero((batch.lengths >= low) & (batch.lengths <= high))[:functions]
        errors = [_error(discover, batch, int(row), candidates) for row in rows]
        yield (low, high), np.array(errors)


def _error(discover: Callable[[Task], Discovery], batch: Batch, row: int, candidates: int) -> float:
    """1 - R2, on rows that were not shown, of what is discovered for one function."""
    columns = int(batch.columns[row])
    X, y = batch.X[row][:, :columns], batch.y[row]
    variables = tuple(Variable(f"x{j}") for j in range(columns))
    budget = Budget(seconds=60.0, evaluations=candidates)
    found = discover(Task(X[:_SHOWN], y[:_SHOWN], variables, seed=row, budget=budget))
    values = evaluate(parse(found.best.text), [v.name for v in variables], X[_SHOWN:])
    truth = y[_SHOWN:]
    error = float(np.mean((values - truth) ** 2) / np.var(truth))
    return error if np.isfinite(error) else np.inf
