"""Columns of numbers out of CSV, TSV, SRSD's text and Parquet files, with errors that point.

A file is read in blocks of rows, so that it can be looked through without being held in memory.
"""

from __future__ import annotations

import hashlib
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.basics.installation import install_hint
from bench.problems.cache import cached_json

Array = NDArray[np.float64]

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet")
ROWS = 100_000
"""The rows of a block."""


class TableError(ValueError):
    """A file of data that cannot be read as a table of finite numbers."""


class OptionMissing(TableError):
    """A table that can be read once an option is given: ``option``, and what it does, in words."""

    def __init__(self, fault: str, option: str) -> None:
        super().__init__(f"{fault} ({option})")
        self.fault, self.option = fault, option


BOOLEANS = "booleans=true takes TRUE for 1 and FALSE for 0"


@dataclass(frozen=True)
class Columns:
    """A table as it is in a file: ``names`` of the columns and ``values`` of shape (n, columns)."""

    path: Path
    names: tuple[str, ...]
    values: Array


def position(path: Path, names: tuple[str, ...], name: str) -> int:
    """The position of a column of ``path``; OptionMissing with the columns that there are."""
    if name not in names:
        raise OptionMissing(
            f"{path}: there is no column '{name}'; the columns are {_listed(names)}",
            "target=COLUMN says which one is the target",
        )
    return names.index(name)


def table_suffix(path: Path) -> str | None:
    """Which of ``SUFFIXES`` the file's name ends in."""
    name = path.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), None)


def column_names(path: Path) -> tuple[str, ...]:
    """The names of the columns of a file with a header, each once. Raises TableError."""
    if _suffix(path) == ".parquet":
        names = tuple(str(name) for name in _parquet(path).schema_arrow.names)
    else:
        from bench.problems.formats.delimited import header

        names = header(path)
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise TableError(f"{path}: more than one column is called '{repeated[0]}'")
    return names


def read_table(path: Path, *, booleans: bool = False) -> Columns:
    """The columns of a file with a header: finite numbers in every cell.

    With ``booleans`` a column may be of TRUE and FALSE, which are 1 and 0. Raises TableError,
    naming file, row (the line of the file, the header being line 1) and column.
    """
    names = column_names(path)
    blocks = list(_blocks(path, names, booleans))
    if not blocks:
        raise TableError(f"{path}: there is a header, and no row of data below it")
    return Columns(path, names, blocks[0] if len(blocks) == 1 else np.concatenate(blocks))


def first_block(path: Path, *, booleans: bool = False) -> Columns:
    """The first rows of ``read_table``, at most ``ROWS``; the rest is not looked at."""
    names = column_names(path)
    return Columns(path, names, next(_blocks(path, names, booleans)))


def count_rows(path: Path, *, booleans: bool = False) -> int:
    """How many rows ``read_table`` gives; its errors. Known at once of a file looked at before."""

    def counted() -> int:
        rows = sum(len(block) for block in _blocks(path, column_names(path), booleans))
        if not rows:
            raise TableError(f"{path}: there is a header, and no row of data below it")
        return rows

    return remembered(path, f"table {booleans}", counted)


def read_numbers(path: Path) -> Array:
    """The numbers of a file without a header, separated by blanks: shape (n, columns)."""
    from bench.problems.formats.delimited import number_blocks

    return np.concatenate(list(number_blocks(path)))


def count_number_rows(path: Path) -> int:
    """How many rows ``read_numbers`` gives; its errors. As quick as ``count_rows``."""
    from bench.problems.formats.delimited import number_blocks

    return remembered(path, "numbers", lambda: sum(len(block) for block in number_blocks(path)))


def remembered(path: Path, question: str, answer: Callable[[], int]) -> int:
    """What ``answer`` found in the file, from the cache where its content has been asked before."""
    found: int = cached_json("checked", [question, file_digest(path)], answer)
    return found


def file_digest(path: Path) -> str:
    """SHA-256 of the content, in hexadecimal; a file that is as it was is read once.

    Raises TableError for what has no content of its own: a pipe would be waited for, for ever.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise TableError(f"{path}: is no file but a pipe, a socket or a device")
    return _digest(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4096)
def _digest(path: Path, modified: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _blocks(path: Path, names: tuple[str, ...], booleans: bool) -> Iterator[Array]:
    if _suffix(path) == ".parquet":
        return _parquet_blocks(path, booleans)
    from bench.problems.formats.delimited import blocks

    return blocks(path, names, booleans=booleans)


def _suffix(path: Path) -> str:
    suffix = table_suffix(path)
    if suffix is None:
        raise TableError(f"{path}: not a table; known are {', '.join(SUFFIXES)}")
    return suffix


def _parquet(path: Path) -> Any:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise TableError(f"{path}: Parquet files need pyarrow: {install_hint('parquet')}") from None
    try:
        return parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise TableError(f"{path}: not a Parquet file ({error})") from None


def _parquet_blocks(path: Path, booleans: bool) -> Iterator[Array]:
    import pyarrow

    file = _parquet(path)
    for field in file.schema_arrow:
        _check_type(path, field, booleans)
    before = 0
    try:
        for batch in file.iter_batches(ROWS):
            columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
            block = np.column_stack([column.astype(np.float64) for column in columns])
            _check_finite(path, file.schema_arrow.names, block, before)
            before += len(block)
            if len(block):
                yield block
    except (pyarrow.ArrowException, OSError) as error:
        raise TableError(f"{path}: cannot be read after row {before} ({error})") from None


def _check_type(path: Path, field: Any, booleans: bool) -> None:
    from pyarrow import types

    if types.is_integer(field.type) or types.is_floating(field.type):
        return
    fault = f"{path}: column '{field.name}' holds {field.type}, not numbers"
    if not types.is_boolean(field.type):
        raise TableError(fault)
    if not booleans:
        raise OptionMissing(fault, BOOLEANS)


def _check_finite(path: Path, names: list[str], block: Array, before: int) -> None:
    bad = np.argwhere(~np.isfinite(block))
    if len(bad):
        row, j = bad[0]
        raise TableError(
            f"{path}: row {before + row + 1}, column '{names[j]}' holds {block[row, j]} or "
            "nothing, not a finite number"
        )


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:20])
    return shown if len(names) <= 20 else f"{shown}, and {len(names) - 20} more"
