"""Columns kept in the user's cache: what was read of files once. It is never the truth.

What is kept counts for the code that read it, and whatever is wrong with it, it is as if there was
nothing. Results folders are not written to: readers may have no right to.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bench.basics.files import write_whole
from bench.basics.paths import cache_folder
from bench.basics.source.digest import source_digest
from bench.running.results.contents.columns import Sheet, Words
from bench.running.results.contents.files import Files

_FEWEST = 500
"""Rows that are read as fast as what is kept of them."""
_DAMAGED = (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Kept:
    """What was read of ``files``: ``columns``, a line of text for each row, and plain JSON."""

    files: Files
    columns: Sheet
    lines: list[str] = field(default_factory=list)
    notes: Mapping[str, Any] = field(default_factory=dict)


def is_few(rows: int) -> bool:
    """Whether so few rows are not worth keeping."""
    return rows < _FEWEST


@lru_cache(1)
def _code() -> str:
    """What columns follow from besides the files: the code that reads them."""
    package = __name__.rpartition(".")[0]
    return source_digest([f"{package}.facts", f"{package}.planned"])


def keep(top: Path, kept: Kept) -> None:
    """Keep what was read of what is at ``top``; where that cannot be, do without."""
    columns = kept.columns
    arrays: dict[str, Any] = {"sizes": kept.files.sizes, "stamps": kept.files.stamps}
    arrays |= {"files": _packed(kept.files.names), "lines": _packed(kept.lines)}
    arrays["values"] = columns.values
    head: dict[str, Any] = {"code": _code(), "names": columns.names, "words": {}}
    head["folders"] = dict(kept.files.folders)
    for name, one in columns.words.items():
        head["words"][name] = one.words
        arrays[f"word {name}"] = one.codes
    arrays |= {f"number {name}": one for name, one in columns.numbers.items()}
    arrays["head"] = _packed([json.dumps(head), json.dumps(dict(kept.notes))])
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with contextlib.suppress(OSError):
        write_whole(_place(top), buffer.getvalue())


def forget(top: Path) -> None:
    """Take away what is kept of what is at ``top``; raises OSError where that cannot be."""
    _place(top).unlink(missing_ok=True)


def kept_of(top: Path) -> Kept | None:
    """What this code has read of what is at ``top``; None where that is nothing, or damaged."""
    try:
        with _place(top).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            head, notes = map(json.loads, _unpacked(arrays["head"]))
            if head["code"] != _code():
                return None
            names, sizes, stamps = arrays["files"], arrays["sizes"], arrays["stamps"]
            kept = Kept(
                Files(top, _unpacked(names), sizes, stamps, dict(head["folders"])),
                _columns(head, arrays),
                _unpacked(arrays["lines"]),
                dict(notes),
            )
    except _DAMAGED:
        return None
    return kept if _fits(kept) else None


def _columns(head: Mapping[str, Any], arrays: Mapping[str, Any]) -> Sheet:
    words = {
        name: Words(arrays[f"word {name}"], list(map(str, texts)))
        for name, texts in head["words"].items()
    }
    numbers = {
        name.partition(" ")[2]: arrays[name] for name in arrays if name.startswith("number ")
    }
    return Sheet(words, numbers, tuple(map(str, head["names"])), arrays["values"])


def _fits(kept: Kept) -> bool:
    """Whether all columns have a row for each other's, and each file a size and a time."""
    columns = kept.columns
    shapes = {one.shape for one in columns.numbers.values()}
    shapes |= {one.codes.shape for one in columns.words.values()}
    shapes |= {(len(kept.lines),)} if kept.lines else set()
    inside = all(
        not len(one.codes) or (one.codes.min() >= 0 and one.codes.max() < len(one.words))
        for one in columns.words.values()
    )
    values = columns.values.shape[1] == len(columns.names) or not columns.values.size
    count = (len(kept.files.names),)
    files = kept.files.sizes.shape == kept.files.stamps.shape == count
    return inside and values and files and len(shapes) == 1


def _packed(texts: list[str]) -> Any:
    content = "\0".join(texts).encode("utf-8", "surrogateescape")
    return np.frombuffer(content, dtype=np.uint8)


def _unpacked(array: Any) -> list[str]:
    content: bytes = array.tobytes()
    return content.decode("utf-8", "surrogateescape").split("\0") if content else []


def _place(top: Path) -> Path:
    name = hashlib.sha256(str(top.absolute()).encode("utf-8", "surrogateescape")).hexdigest()
    return cache_folder() / "index" / f"{name[:32]}.npz"
