"""The index: facts of files read before, kept in the user's cache. It is never the truth.

A fact counts while its file has the name, the size and the time of change that it had. Whatever is
wrong with an index, it is as if there was none. Results folders are not written to: readers may
have no right to.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.basics.files import write_whole
from bench.basics.paths import cache_folder
from bench.basics.source.digest import source_digest
from bench.running.results.contents.columns import Sheet, Words
from bench.running.results.contents.files import Files

Read = Callable[[Path], tuple[tuple[Any, ...], Mapping[str, float | None]]]
"""From a file to its row and its values; raises FileNotFoundError."""

_FEWEST = 500
"""Files that are read as fast as an index of them."""
_SETTLED_NS = 2_000_000_000
"""A file changed less long ago may change again without its size or time telling."""
_DAMAGED = (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile, zlib.error)


def facts_of(files: Files, kinds: Mapping[str, type], read: Read) -> tuple[Files, Sheet]:
    """The rows of ``files``, from the index where it has them; and those that were still there."""
    index = _load(files.top) if len(files.names) >= _FEWEST else None
    if index is not None and files.same(index[0]):
        return files, index[1]
    places = [-1] * len(files.names) if index is None else files.unchanged(index[0])
    kept = [row for row, place in enumerate(places) if place >= 0]
    fresh, rows, values = [], [], []
    for row, place in enumerate(places):
        if place >= 0:
            continue
        try:
            facts, numbers = read(files.top / files.names[row])
        except FileNotFoundError:
            continue  # moved away meanwhile
        fresh.append(row)
        rows.append(facts)
        values.append(numbers)
    columns = Sheet.of(kinds, rows, values)
    if index is not None:
        known = index[1].take(np.array([places[row] for row in kept], dtype=np.int64))
        columns = known.then(columns)
    there = files.take(np.array([*kept, *fresh], dtype=np.int64))
    if len(there.names) >= _FEWEST:
        _save(there, columns)
    return there, columns


def forget(top: Path) -> None:
    """Take away what is kept of the files below ``top``; raises OSError where that cannot be."""
    _place(top).unlink(missing_ok=True)


def _save(files: Files, columns: Sheet) -> None:
    """Keep the facts of files that have not changed just now; where that cannot be, do without."""
    settled = np.flatnonzero(files.stamps < time.time_ns() - _SETTLED_NS)
    if len(settled) < len(files.names):
        files, columns = files.take(settled), columns.take(settled)
    arrays: dict[str, Any] = {"sizes": files.sizes, "stamps": files.stamps}
    arrays["names"] = _packed(files.names)
    arrays["values"] = columns.values
    head: dict[str, Any] = {"code": _code(), "names": columns.names, "words": {}}
    for name, one in columns.words.items():
        head["words"][name] = one.words
        arrays[f"word {name}"] = one.codes
    arrays |= {f"number {name}": one for name, one in columns.numbers.items()}
    arrays["head"] = _packed([json.dumps(head)])
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with contextlib.suppress(OSError):
        write_whole(_place(files.top), buffer.getvalue())


def _load(top: Path) -> tuple[Files, Sheet] | None:
    """What is kept of the files below ``top``; None where that is nothing, or damaged."""
    try:
        with _place(top).open("rb") as file, np.load(file, allow_pickle=False) as kept:
            head = json.loads(_unpacked(kept["head"])[0])
            if head["code"] != _code():
                return None
            files = Files(top, _unpacked(kept["names"]), kept["sizes"], kept["stamps"])
            words = {
                name: Words(kept[f"word {name}"], list(map(str, texts)))
                for name, texts in head["words"].items()
            }
            numbers = {
                name.partition(" ")[2]: kept[name] for name in kept if name.startswith("number ")
            }
            columns = Sheet(words, numbers, tuple(map(str, head["names"])), kept["values"])
    except _DAMAGED:
        return None
    return (files, columns) if _fits(files, columns) else None


def _fits(files: Files, columns: Sheet) -> bool:
    """Whether all columns have a row for each file."""
    shapes = [array.shape for array in (files.sizes, files.stamps, *columns.numbers.values())]
    shapes += [one.codes.shape for one in columns.words.values()]
    inside = all(
        not len(one.codes) or (one.codes.min() >= 0 and one.codes.max() < len(one.words))
        for one in columns.words.values()
    )
    count = len(files.names)
    values = columns.values.shape == (count, len(columns.names))
    return inside and values and set(shapes) == {(count,)}


def _packed(texts: list[str]) -> Any:
    content = "\0".join(texts).encode("utf-8", "surrogateescape")
    return np.frombuffer(content, dtype=np.uint8)


def _unpacked(array: Any) -> list[str]:
    content: bytes = array.tobytes()
    return content.decode("utf-8", "surrogateescape").split("\0")


def _place(top: Path) -> Path:
    name = hashlib.sha256(str(top.absolute()).encode("utf-8", "surrogateescape")).hexdigest()
    return cache_folder() / "index" / f"{name[:32]}.npz"


def _code() -> str:
    """What the facts follow from besides their files: the code that reads them."""
    return source_digest(["bench.running.results.contents.facts"])
