"""Columns of numbers out of CSV, TSV, SRSD's text and Parquet files, with errors that point.

A file is read at full speed first; only where that fails, or leaves what is not a finite number,
is it read again line by line to say which cell is wrong.
"""

from __future__ import annotations

import csv
import gzip
import io
import warnings
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.installation import install_hint

Array = NDArray[np.float64]

_DELIMITERS = {".csv": ",", ".tsv": "\t", ".csv.gz": ",", ".tsv.gz": "\t"}
_UNREADABLE = (ValueError, OSError, EOFError, zlib.error, csv.Error, Warning)
SUFFIXES = (*_DELIMITERS, ".parquet")


class TableError(ValueError):
    """A file of data that cannot be read as a table of finite numbers."""


class MissingColumn(TableError):
    """A table without the column that is asked for: the target's name is to be said."""


@dataclass(frozen=True)
class Columns:
    """A table as it is in a file: ``names`` of the columns and ``values`` of shape (n, columns)."""

    path: Path
    names: tuple[str, ...]
    values: Array

    def index(self, name: str) -> int:
        """The position of a column; TableError with the columns that there are."""
        if name not in self.names:
            raise MissingColumn(
                f"{self.path}: there is no column '{name}'; the columns are "
                f"{_listed(self.names)}; say which one is the target"
            )
        return self.names.index(name)


def table_suffix(path: Path) -> str | None:
    """Which of ``SUFFIXES`` the file's name ends in."""
    name = path.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)


def read_table(path: Path) -> Columns:
    """The columns of a file with a header: finite numbers in every cell.

    Raises TableError, naming file, row (the line of the file, the header being line 1) and column.
    """
    suffix = table_suffix(path)
    if suffix is None:
        raise TableError(f"{path}: not a table; known are {', '.join(SUFFIXES)}")
    columns = _read_parquet(path) if suffix == ".parquet" else _read_text(path, suffix)
    repeated = sorted({name for name in columns.names if columns.names.count(name) > 1})
    if repeated:
        raise TableError(f"{path}: more than one column is called '{repeated[0]}'")
    if not len(columns.values):
        raise TableError(f"{path}: there is a header, and no row of data below it")
    return columns


def read_numbers(path: Path) -> Array:
    """The numbers of a file without a header, separated by blanks: shape (n, columns)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # NumPy only warns of a file without numbers
            values = np.loadtxt(path, dtype=np.float64, ndmin=2)
    except _UNREADABLE:
        values = np.empty((0, 0))
    if not values.size or not np.isfinite(values).all():
        with _open_text(path) as file:
            _point_at_the_fault(path, None, (line.split() for line in file))
    return values


def _read_text(path: Path, suffix: str) -> Columns:
    import pandas as pd

    delimiter = _DELIMITERS[suffix]
    names = _header(path, delimiter)
    options: Any = {
        "sep": delimiter,
        "header": None,
        "skiprows": 1,
        "names": range(len(names)),
        "dtype": np.float64,
        "index_col": False,
        "float_precision": "round_trip",
        "encoding": "utf-8-sig",
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pandas only warns of rows that are too long
            # ... and of an option that is no longer one, its value having become the default.
            warnings.filterwarnings("ignore", message=".*float_precision")
            values = pd.read_csv(path, **options).to_numpy(dtype=np.float64)
    except _UNREADABLE:
        values = np.full((1, len(names)), np.nan)
    if not np.isfinite(values).all():
        with _open_text(path) as file:
            rows = csv.reader(file, delimiter=delimiter)
            next(rows)
            _point_at_the_fault(path, names, rows)
    return Columns(path, names, values)


def _header(path: Path, delimiter: str) -> tuple[str, ...]:
    with _open_text(path) as file:
        try:
            first = next(csv.reader(file, delimiter=delimiter), None)
        except _UNREADABLE as error:
            raise TableError(f"{path}: not text in UTF-8 ({error})") from None
    if not first:
        raise TableError(f"{path}: empty, or its first line is; it must name the columns")
    names = tuple(cell.strip() for cell in first)
    if all(_number(name) is not None for name in names):
        raise TableError(f"{path}: line 1 holds numbers; it must name the columns")
    if "" in names:
        raise TableError(f"{path}: line 1: column {names.index('') + 1} has no name")
    if len(names) == 1 and any(other in names[0] for other in ",;\t" if other != delimiter):
        raise TableError(
            f"{path}: line 1 has one column, {names[0]!r}; separate the columns by {delimiter!r}"
        )
    return names


def _point_at_the_fault(
    path: Path, names: tuple[str, ...] | None, rows: Iterable[list[str]]
) -> None:
    """Raise TableError at the first cell that is not a finite number."""
    width = None if names is None else len(names)
    try:
        for line, row in enumerate(rows, start=1 if names is None else 2):
            width = width or len(row)
            if row:
                _check_row(f"{path}: line {line}", row, names, width)
    except TableError:
        raise
    except _UNREADABLE as error:
        raise TableError(f"{path}: cannot be read as text ({error})") from None
    raise TableError(f"{path}: {'no table of numbers' if width else 'empty'}")


def _check_row(where: str, row: list[str], names: tuple[str, ...] | None, width: int) -> None:
    if len(row) != width:
        raise TableError(f"{where} has {len(row)} cells, not {width}")
    for j, cell in enumerate(row):
        number = _number(cell)
        if number is None or not isfinite(number):
            column = f"column {j + 1}" if names is None else f"column '{names[j]}'"
            what = "is empty" if not cell.strip() else f"holds {cell.strip()[:40]!r}"
            raise TableError(f"{where}, {column} {what}, not a finite number")


def _number(cell: str) -> float | None:
    # Python reads 1_000 as a number; nothing else does.
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def _open_text(path: Path) -> io.TextIOBase:
    if path.name.endswith(".gz"):
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _read_parquet(path: Path) -> Columns:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise TableError(f"{path}: Parquet files need pyarrow: {install_hint('parquet')}") from None
    try:
        table = parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise TableError(f"{path}: not a Parquet file ({error})") from None
    names = tuple(str(name) for name in table.column_names)
    values = np.empty((table.num_rows, len(names)))
    for j, name in enumerate(names):
        column = table.column(j)
        if not (pyarrow.types.is_integer(column.type) or pyarrow.types.is_floating(column.type)):
            raise TableError(f"{path}: column '{name}' holds {column.type}, not numbers")
        values[:, j] = column.to_numpy()
        bad = np.flatnonzero(~np.isfinite(values[:, j]))
        if len(bad):
            raise TableError(
                f"{path}: row {bad[0] + 1}, column '{name}' holds {values[bad[0], j]} or nothing, "
                "not a finite number"
            )
    return Columns(path, names, values)


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:20])
    return shown if len(names) <= 20 else f"{shown}, and {len(names) - 20} more"
