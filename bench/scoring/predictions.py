"""Predictions that were made elsewhere, from a CSV file.

Files from outside are read strictly: every complaint names the file, the row and the column. The
columns may be called as others call them: files of SRBench, ParFam, E2E and SNIP are read as they
are.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bench.basics.beginnings import foreign
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "problem": ("dataset",),
    "expression": ("predicted_tree", "estimated_formula_final", "symbolic_model"),
    "method": ("algorithm",),
    "seed": ("random_state",),
    "noise": ("target_noise",),
}
"""The columns, each with what others call it."""
Number = TypeVar("Number", int, float)
LONGEST_FIELD = 2**24
_RENAMED = {"i_15_10": "i_15_1"}
"""Problems of AI Feynman that SRBench calls otherwise."""


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
    """What ``method`` found for ``problem`` with ``seed``; None where it found nothing.

    ``noise`` is that in its data, as of a run.
    """

    method: str
    problem: Problem
    seed: int
    expression: str | None
    noise: float = 0.0


def read_predictions(path: Path, dataset: Dataset) -> list[Prediction]:
    """The rows of a CSV file with the columns problem and expression; others are ignored.

    ``problem`` is a name of ``dataset``, alone or as ``dataset/name``, or SRBench's of AI Feynman's
    problems; an empty ``expression`` says that nothing was found. Without a column ``method`` the
    file's name is the method's; without ``seed`` or ``noise`` they are 0. What is no expression
    is the method's failure, not the file's. Raises CsvError, naming row and column, for everything
    else.
    """
    problems = {_plain(problem.name): problem for problem in dataset.problems}
    problems |= {one.name: one for one in dataset.problems} | {
        one.id: one for one in dataset.problems
    }
    defaults = {"method": path.stem, "seed": "0", "noise": "0"}
    first_at: dict[tuple[str, str, int, float], int] = {}
    predictions = []
    for row in read_rows(path, ("problem", "expression"), defaults, COLUMNS):
        prediction = _prediction(row, problems, dataset.name)
        key = (prediction.method, prediction.problem.id, prediction.seed, prediction.noise)
        if key in first_at:
            raise row.error(
                "expression",
                f"a second one of method '{key[0]}' for problem '{key[1]}', seed {key[2]} and "
                f"noise {key[3]:g}; the first is in row {first_at[key]}",
            )
        first_at[key] = row.number
        predictions.append(prediction)
    return predictions


def _plain(name: str) -> str:
    """A problem's name as it is but for spelling: SRBench's feynman_I_12_1 is I.12.1."""
    plain = re.sub(r"[._-]", "_", name.lower()).removeprefix("feynman_")
    return _RENAMED.get(plain, plain)


def _prediction(row: CsvRow, problems: dict[str, Problem], dataset: str) -> Prediction:
    if not row["method"]:
        raise row.error("method", "empty")
    name = row["problem"]
    problem = problems.get(name) or problems.get(_plain(name))
    if problem is None:
        near = difflib.get_close_matches(name, problems, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise row.error("problem", f"'{name}' is not in dataset '{dataset}'{hint}")
    seed = _number(row, "seed", int, "a whole number")
    noise = _number(row, "noise", float, "a level of noise, 0 or more")
    if not 0.0 <= noise < math.inf:
        raise row.error("noise", f"'{row['noise']}' is not a level of noise, 0 or more")
    return Prediction(row["method"], problem, seed, row["expression"] or None, noise)


def _number(row: CsvRow, column: str, kind: Callable[[str], Number], what: str) -> Number:
    try:
        return kind(row[column])
    except ValueError:
        raise row.error(column, f"'{row[column]}' is not {what}") from None


def read_rows(
    path: Path,
    required: Sequence[str],
    optional: Mapping[str, str],
    called: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[CsvRow]:
    """The rows of a UTF-8 CSV file whose header has the ``required`` columns, in any order.

    Fields are stripped of surrounding blanks; ``optional`` has the values of columns that are not
    there, and ``called`` other names of columns; blank lines are skipped. Raises CsvError for
    anything else than such a file.
    """
    previous = csv.field_size_limit(LONGEST_FIELD)
    rows: list[CsvRow] = []
    try:
        with path.open("rb") as content:
            if what := foreign(content.peek(32)[:32]):
                raise CsvError(f"{path}: holds {what}; save the table as CSV, in UTF-8")
            file = io.TextIOWrapper(content, newline="", encoding="utf-8-sig")
            reader = csv.reader(file, strict=True)
            header = _renamed([name.strip() for name in next(reader, [])], called)
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


def _renamed(header: list[str], called: Mapping[str, Sequence[str]]) -> list[str]:
    """The header with a column that is not there in the place of the first that may be meant."""
    renamed = {
        next((other for other in others if other in header), name): name
        for name, others in called.items()
        if name not in header
    }
    return [renamed.get(name, name) for name in header]


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
    path: Path, number: int, header: list[str], values: list[str], optional: Mapping[str, str]
) -> CsvRow:
    if len(values) != len(header):
        last = header[min(len(values), len(header)) - 1]
        raise CsvError(
            f"{path}, row {number}, column '{last}': {len(values)} fields where the header has "
            f'{len(header)}; an expression with a comma must stand in quotes ("max(x0, x1)")'
        )
    fields = dict(optional)
    fields.update((name, value.strip()) for name, value in zip(header, values, strict=True))
    return CsvRow(path, number, fields)
