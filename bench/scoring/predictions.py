"""Predictions that were made elsewhere, from a CSV file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.scoring.csv_rows import Row, read_rows

COLUMNS = ("method", "problem", "seed", "expression")


@dataclass(frozen=True)
class Prediction:
    """What ``method`` found for ``problem`` with ``seed``; None where it found nothing."""

    method: str
    problem: Problem
    seed: int
    expression: str | None


def read_predictions(path: Path, dataset: Dataset) -> list[Prediction]:
    """The rows of a CSV file with the columns ``COLUMNS``; others are ignored.

    ``problem`` is a name of ``dataset``, alone or as ``dataset/name``; an empty ``expression``
    says that nothing was found. What is no expression is the method's failure, not the file's.
    Raises TableError, naming row and column, for everything else.
    """
    problems = {problem.name: problem for problem in dataset.problems}
    problems.update({problem.id: problem for problem in dataset.problems})
    first_at: dict[tuple[str, str, int], int] = {}
    predictions = []
    for row in read_rows(path, COLUMNS):
        prediction = _prediction(row, problems, dataset.name)
        key = (prediction.method, prediction.problem.id, prediction.seed)
        if key in first_at:
            raise row.error(
                "expression",
                f"a second one of method '{key[0]}' for problem '{key[1]}' and seed {key[2]}; "
                f"the first is in row {first_at[key]}",
            )
        first_at[key] = row.number
        predictions.append(prediction)
    return predictions


def _prediction(row: Row, problems: dict[str, Problem], dataset: str) -> Prediction:
    if not row["method"]:
        raise row.error("method", "empty")
    problem = problems.get(row["problem"])
    if problem is None:
        near = difflib.get_close_matches(row["problem"], problems, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise row.error("problem", f"'{row['problem']}' is not in dataset '{dataset}'{hint}")
    try:
        seed = int(row["seed"])
    except ValueError:
        raise row.error("seed", f"'{row['seed']}' is not a whole number") from None
    return Prediction(row["method"], problem, seed, row["expression"] or None)
