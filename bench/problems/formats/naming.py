"""What columns and datasets of a user's files are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bench.problems.formats.tabular import TableError, table_suffix
from bench.problems.variable import Variable


def variables_for(headers: Sequence[str]) -> tuple[Variable, ...]:
    """Variables for columns with any names at all.

    They are called x0, x1, ... with the header as symbol; where the headers are themselves such
    names (x1, x2, ...) they are kept.
    """
    numbered = re.compile(r"x\d+")
    if all(numbered.fullmatch(header) for header in headers):
        return tuple(Variable(header, header) for header in headers)
    # A header such as x7 among others would be taken for the eighth column: it is no symbol then.
    return tuple(
        Variable(f"x{j}", "", header) if numbered.fullmatch(header) else Variable(f"x{j}", header)
        for j, header in enumerate(headers)
    )


def stem_of(path: Path) -> str:
    """What a dataset in the file or folder ``path`` is called. Raises TableError."""
    suffix = table_suffix(path) if path.is_file() else None
    name = path.resolve().name
    if any("\ud800" <= sign <= "\udfff" for sign in name):  # bytes that are no UTF-8
        raise TableError(f"{str(path)!a}: its name is no text in UTF-8; rename the file")
    return name[: -len(suffix)] if suffix else name
