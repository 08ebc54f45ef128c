"""The index: facts of files that were read before, quick where it is right and never the truth.

A fact counts while its file has the name, the size and the time of change that it had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.running.results.contents.columns import Sheet
from bench.running.results.contents.files import Files
from bench.running.results.contents.kept import Kept, is_few, keep, kept_of

Read = Callable[[Path], tuple[tuple[Any, ...], Mapping[str, float | None]]]
"""From a file to its row and its values; raises FileNotFoundError."""

_AT_ONCE = 5000
"""Files whose facts are objects before they go into columns."""


def facts_of(
    top: Path, kinds: Mapping[str, type], read: Read, *, key: str = ""
) -> tuple[Files, Sheet]:
    """The files below ``top`` and their rows, from the index where it has them.

    ``key`` tells indexes of one folder apart, where other facts of its files are kept.
    """
    place = top / key
    index = _index_of(place, top)
    files = Files.below(top) if index is None else index.files.again()
    if index is not None and files.same(index.files):
        if files.folders != index.files.folders:
            keep(place, Kept(files, index.columns))
        return files, index.columns
    places = [-1] * len(files.names) if index is None else files.unchanged(index.files)
    old = [row for row, place in enumerate(places) if place >= 0]
    columns = Sheet.of(kinds, ())
    if index is not None:
        columns = index.columns.take(np.array([places[row] for row in old], dtype=np.int64))
    todo = [row for row, place in enumerate(places) if place < 0]
    fresh: list[int] = []
    for start in range(0, len(todo), _AT_ONCE):
        read_now, more = _read(files, todo[start : start + _AT_ONCE], kinds, read)
        fresh += read_now
        columns = columns.then(more)
    there = files.take(np.array([*old, *fresh], dtype=np.int64))
    if not is_few(len(there.names)):
        keep(place, Kept(there.to_keep(), columns))
    return there, columns


def _read(
    files: Files, rows: list[int], kinds: Mapping[str, type], read: Read
) -> tuple[list[int], Sheet]:
    """Those of ``rows`` whose files were still there, and their facts."""
    there, facts, values = [], [], []
    for row in rows:
        try:
            fact, numbers = read(files.top / files.names[row])
        except FileNotFoundError:
            continue  # moved away meanwhile
        there.append(row)
        facts.append(fact)
        values.append(numbers)
    return there, Sheet.of(kinds, facts, values)


def facts_anew(files: Files, kinds: Mapping[str, type], read: Read) -> tuple[Files, Sheet]:
    """As ``facts_of``, every file read."""
    rows, columns = _read(files, list(range(len(files.names))), kinds, read)
    return files.take(np.array(rows, dtype=np.int64)), columns


def _index_of(place: Path, top: Path) -> Kept | None:
    kept = kept_of(place)
    if kept is None:
        return None
    count = len(next(iter(kept.columns.numbers.values())))
    return (
        replace(kept, files=replace(kept.files, top=top))
        if count == len(kept.files.names)
        else None
    )
