"""Predictions that were made elsewhere, from a CSV file.

Files from outside are read strictly: every complaint names the file, the row and the column.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.problems.dataset import Dataset
from bench.problems.problem import Problem

COLUMNS = ("method", "problem", "seed", "expression")
LONGEST_FIELD = 2**24


class CsvError(ValueError):
    """A CSV file that is not what it should be."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its number as a spreadsheet shows it (the header is row 1), and its fields."""

    path: Path
    number: int
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    def error(self, column: str, complaint: str) -> CsvError:
        """An error about this row's ``column``."""
        return CsvError(f"{self.path}, row {self.number}, column '{column}': {complaint}")


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
    Raises CsvError, naming row and column, for everything else.
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


def _prediction(row: CsvRow, problems: dict[str, Problem], dataset: str) -> Prediction:
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


def read_rows(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[CsvRow]:
    """The rows of a UTF-8 CSV file whose header has the ``required`` columns, in any order.

    Fields are stripped of surrounding blanks; an ``optional`` column that is not there is empty;
    blank lines are skipped. Raises CsvError for anything else than such a file.
    """
    previous = csv.field_size_limit(LONGEST_FIELD)
    rows: list[CsvRow] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header, required)
            for number, values in enumerate(reader, start=2):
                if values:
                    rows.append(_row(path, number, header, values, optional))
    except OSError as error:
        raise CsvError(f"{path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        last = rows[-1].number if rows else 1
        raise CsvError(f"{path}: not a UTF-8 CSV file after row {last}: {error}") from None
    finally:
        csv.field_size_limit(previous)
    return rows


def _check_header(path: Path, header: list[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in header]
    if missing:
        raise CsvError(
            f"{path}, row 1: no column '{missing[0]}'; the header must have "
            f"{', '.join(required)}, and has {', '.join(header) or 'nothing'}"
        )
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise CsvError(f"{path}, row 1: column '{twice[0]}' occurs twice")


def _row(
    path: Path, number: int, header: list[str], values: list[str], optional: Sequence[str]
) -> CsvRow:
    if len(values) != len(header):
        last = header[min(len(values), len(header)) - 1]
        raise CsvError(
            f"{path}, row {number}, column '{last}': {len(values)} fields where the header has "
            f'{len(header)}; an expression with a comma must stand in quotes ("max(x0, x1)")'
        )
    fields = dict.fromkeys(optional, "")
    fields.update((name, value.strip()) for name, value in zip(header, values, strict=True))
    return CsvRow(path, number, fields)
