"""Numbers out of text: CSV and TSV files with a header, SRSD's files without one.

A block of rows is read at full speed first; only where that fails, or leaves what is not a finite
number, is the file read again line by line to say which cell is wrong.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bench.basics.beginnings import foreign
from bench.problems.formats.tabular import (
    BOOLEANS,
    ROWS,
    Array,
    OptionMissing,
    TableError,
    table_suffix,
)

_DELIMITERS = {".csv": ",", ".tsv": "\t", ".csv.gz": ",", ".tsv.gz": "\t"}
_UNREADABLE = (ValueError, OSError, EOFError, zlib.error, csv.Error, Warning)
_WORDS = re.compile(rb"true|false", re.IGNORECASE)
_LINE_END = re.compile(rb"[\r\n]")
_CHUNK = 1 << 20
_WAY_OUT = "; mend the line, or remove it"
_WAYS_OUT = {
    "gzip": "add .gz to its name",
    "Parquet": "call it .parquet",
    "HDF5": "call it .hdf5",
    "UTF-16": "save it as UTF-8",
    "a pointer to data that are elsewhere": "`git lfs pull` brings them",
    "a ZIP archive or a spreadsheet": "unpack it, or save it as CSV",
    "Zstandard": "unpack it",
}


def header(path: Path) -> tuple[str, ...]:
    """The names in the first line of a CSV or TSV file. Raises TableError."""
    delimiter = _delimiter(path)
    _refuse_what_is_no_text(path)
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


def _refuse_what_is_no_text(path: Path) -> None:
    """Raise TableError where the file begins as one of another sort does."""
    try:
        with _open(path) as file:
            start = file.read(32)
    except _UNREADABLE:
        return  # the reader proper says what is wrong
    if what := foreign(start):
        raise TableError(f"{path}: holds {what}: {_WAYS_OUT.get(what, 'there is no table in it')}")


def blocks(path: Path, names: tuple[str, ...], *, booleans: bool) -> Iterator[Array]:
    """The rows of a CSV or TSV file, some at a time, each of shape (m, columns).

    Raises TableError, naming line and column, at what is not a finite number: TRUE and FALSE are
    none, but with ``booleans``.
    """
    if not booleans and _has_words(path):
        _point_at_a_fault(path, names)
    try:
        for block in _parsed(path, len(names)):
            if not np.isfinite(block).all():
                break
            yield block
        else:
            return
    except _UNREADABLE:
        pass
    _point_at_a_fault(path, names)
    raise TableError(f"{path}: no table of numbers")


def number_blocks(path: Path) -> Iterator[Array]:
    """The rows of a file of numbers between blanks, some at a time. Raises TableError."""
    width = 0
    try:
        with _open_text(path) as file:
            while len(block := _loaded(file)):
                width = width or block.shape[1]
                if block.shape[1] != width or not np.isfinite(block).all():
                    break
                yield block
            else:
                if width:
                    return
    except _UNREADABLE:
        pass
    _point_at_a_fault(path, None)
    raise TableError(f"{path}: {'no table of numbers' if width else 'empty'}")


def _parsed(path: Path, columns: int) -> Iterator[Array]:
    """Blocks as pandas reads them; what it only warns of is an error."""
    import pandas as pd

    options: Any = {
        "sep": _delimiter(path),
        "header": None,
        "skiprows": 1,
        "names": range(columns),
        "dtype": np.float64,
        "index_col": False,
        "float_precision": "round_trip",
        "encoding": "utf-8-sig",
        "chunksize": ROWS,
    }
    with _strictly():
        reader = pd.read_csv(path, **options)
    with reader:
        while True:
            try:
                with _strictly():
                    block = next(reader).to_numpy(dtype=np.float64)
            except StopIteration:
                return
            if len(block):
                yield block


@contextmanager
def _strictly() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # pandas only warns of rows that are too long
        # ... and of an option that is no longer one, its value having become the default.
        warnings.filterwarnings("ignore", message=".*float_precision")
        yield


def _loaded(file: io.TextIOBase) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a file that has come to its end
        return np.loadtxt(file, dtype=np.float64, ndmin=2, max_rows=ROWS)


def _has_words(path: Path) -> bool:
    """Whether there may be TRUE or FALSE below the header; pandas takes them for 1 and 0."""
    with _open(path) as file:
        try:
            end = file.read(_CHUNK)
            first = _LINE_END.search(end)  # an old Mac ends lines by \r alone
            if first is None or _WORDS.search(end, first.end()):
                return True
            end = end[-4:] if len(end) == _CHUNK else b""
            while chunk := file.read(_CHUNK):
                if _WORDS.search(end + chunk):
                    return True
                end = chunk[-4:]
        except _UNREADABLE:
            pass  # the reader proper says what is wrong
    return False


def _point_at_a_fault(path: Path, names: tuple[str, ...] | None) -> None:
    """Raise TableError at the first cell that is not a finite number, if there is one."""
    try:
        with _open_text(path) as file:
            if names is None:
                _check_rows(path, (line.split() for line in file), None)
            else:
                _check_table(path, file, names)
    except TableError:
        raise
    except _UNREADABLE as error:
        raise TableError(f"{path}: cannot be read as text ({error})") from None


def _check_table(path: Path, file: io.TextIOBase, names: tuple[str, ...]) -> None:
    rows = csv.reader(file, delimiter=_delimiter(path))
    try:
        next(rows)
        _check_rows(path, rows, names)
    except csv.Error as error:
        raise TableError(f"{path}: line {rows.line_num}: {error}") from None


def _check_rows(path: Path, rows: Iterable[list[str]], names: tuple[str, ...] | None) -> None:
    width = None if names is None else len(names)
    for line, row in enumerate(rows, start=1 if names is None else 2):
        width = width or len(row)
        if row:
            _check_row(f"{path}: line {line}", row, names, width)


def _check_row(where: str, row: list[str], names: tuple[str, ...] | None, width: int) -> None:
    if len(row) != width:
        raise TableError(f"{where} has {len(row)} cells, not {width}")
    for j, cell in enumerate(row):
        number = _number(cell)
        if number is None or not isfinite(number):
            column = f"column {j + 1}" if names is None else f"column '{names[j]}'"
            word = cell.strip()
            what = f"holds {word[:40]!r}" if word else "is empty"
            fault = f"{where}, {column} {what}, not a finite number"
            if word.lower() in ("true", "false"):
                raise OptionMissing(fault, BOOLEANS)
            raise TableError(fault + _WAY_OUT)


def _number(cell: str) -> float | None:
    # Python reads 1_000 and the digits of other scripts as numbers; nothing else does.
    try:
        return None if "_" in cell or not cell.isascii() else float(cell)
    except ValueError:
        return None


def _delimiter(path: Path) -> str:
    return _DELIMITERS[table_suffix(path) or ".csv"]


def _open(path: Path) -> BinaryIO:
    if path.name.lower().endswith(".gz"):
        return gzip.open(path)  # type: ignore[return-value]
    return path.open("rb")


def _open_text(path: Path) -> io.TextIOBase:
    return io.TextIOWrapper(_open(path), encoding="utf-8-sig", newline="")
