"""CSV files from outside, read strictly: every complaint names the file, the row, the column."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST_FIELD = 2**24


class TableError(ValueError):
    """A CSV file that is not what it should be."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it (the header is row 1), and its fields."""

    path: Path
    number: int
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    def error(self, column: str, complaint: str) -> TableError:
        """An error about this row's ``column``."""
        return TableError(f"{self.path}, row {self.number}, column '{column}': {complaint}")


def read_rows(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The rows of a UTF-8 CSV file whose header has the ``required`` columns, in any order.

    Fields are stripped of surrounding blanks; an ``optional`` column that is not there is empty;
    blank lines are skipped. Raises TableError for anything else than such a file.
    """
    previous = csv.field_size_limit(LONGEST_FIELD)
    rows: list[Row] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header, required)
            for number, values in enumerate(reader, start=2):
                if values:
                    rows.append(_row(path, number, header, values, optional))
    except OSError as error:
        raise TableError(f"{path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        last = rows[-1].number if rows else 1
        raise TableError(f"{path}: not a UTF-8 CSV file after row {last}: {error}") from None
    finally:
        csv.field_size_limit(previous)
    return rows


def _check_header(path: Path, header: list[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in header]
    if missing:
        raise TableError(
            f"{path}, row 1: no column '{missing[0]}'; the header must have "
            f"{', '.join(required)}, and has {', '.join(header) or 'nothing'}"
        )
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise TableError(f"{path}, row 1: column '{twice[0]}' occurs twice")


def _row(
    path: Path, number: int, header: list[str], values: list[str], optional: Sequence[str]
) -> Row:
    if len(values) != len(header):
        last = header[min(len(values), len(header)) - 1]
        raise TableError(
            f"{path}, row {number}, column '{last}': {len(values)} fields where the header has "
            f'{len(header)}; an expression with a comma must stand in quotes ("max(x0, x1)")'
        )
    fields = dict.fromkeys(optional, "")
    fields.update((name, value.strip()) for name, value in zip(header, values, strict=True))
    return Row(path, number, fields)
