"""Data that were generated once, kept on disk and checked whenever they are read.

A file's name is a digest of all that the data follow from: the problem, its source, the data seed,
and the versions of what computes them. A change to any of them is another file; a damaged file is
made again. Files are written under another name and renamed, so that processes may share a cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.basics.files import write_whole
from bench.basics.paths import cache_folder
from bench.problems.data import Data, Table

Arrays = dict[str, NDArray[np.float64]]

GENERATOR = "2"
"""Changed whenever the same problem comes to have other data."""

_DAMAGED = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)


def cached(parts: Iterable[str], make: Callable[[], Data], libraries: Iterable[str]) -> Data:
    """The data that ``make`` makes from ``parts``: see ``cached_arrays``."""
    arrays = cached_arrays(parts, lambda: _as_arrays(make()), libraries)
    splits = dict.fromkeys(name.rpartition(".")[0] for name in arrays)
    return Data({name: Table(arrays[f"{name}.X"], arrays[f"{name}.y"]) for name in splits})


def cached_arrays(
    parts: Iterable[str], make: Callable[[], Arrays], libraries: Iterable[str] = ()
) -> Arrays:
    """The arrays that ``make`` makes from ``parts``: all that they follow from, as text.

    From the cache, or made and put there. ``libraries`` names the installed distributions on whose
    version the data depend. Where the cache cannot be written, the data are made at every call.
    """
    key = _digest([GENERATOR, *_versions(libraries), *parts])
    path = cache_folder() / "data" / f"{key}.npz"
    arrays = _read(path, key)
    if arrays is None:
        arrays = make()
        _write(path, key, arrays)
    return arrays


def arrays_digest(arrays: Arrays) -> str:
    """SHA-256 over the names, shapes and little-endian float64 bytes of ``arrays``."""
    sha = hashlib.sha256()
    for name in sorted(arrays):
        sha.update(f"{name}:{arrays[name].shape}".encode())
        sha.update(np.ascontiguousarray(arrays[name], dtype="<f8").tobytes())
    return sha.hexdigest()


def cached_json(kind: str, parts: Iterable[str], make: Callable[[], Any]) -> Any:
    """What ``make`` gives, as JSON has it, for these ``parts``: all that it follows from.

    From the cache, or made and put there; checked on every read like data.
    """
    path = cache_folder() / kind / f"{_digest([GENERATOR, *parts])}.json"
    try:
        checksum, text = path.read_text(encoding="utf-8").split("\n", 1)
        if checksum == _digest([text]):
            return json.loads(text)
    except (OSError, ValueError):
        pass
    text = json.dumps(make())
    _keep(path, f"{_digest([text])}\n{text}".encode())
    return json.loads(text)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _versions(libraries: Iterable[str]) -> list[str]:
    from importlib.metadata import version  # as slow to import as all the rest here

    return [f"{library} {version(library)}" for library in libraries]


def _as_arrays(data: Data) -> Arrays:
    arrays: Arrays = {}
    for name, table in data.splits.items():
        arrays |= {f"{name}.X": table.X, f"{name}.y": table.y}
    return arrays


def _read(path: Path, key: str) -> Arrays | None:
    """The arrays in a file; None where there is none, or it is not what was written."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {str(name): file[f"array {name}"] for name in file["names"]}
            intact = (arrays_digest(arrays), key) == (str(file["digest"]), str(file["key"]))
            return arrays if intact else None
    except _DAMAGED:
        return None


def _write(path: Path, key: str, arrays: Arrays) -> None:
    about = {
        "key": np.array(key),
        "digest": np.array(arrays_digest(arrays)),
        "names": np.array(list(arrays)),
    }
    stream = io.BytesIO()
    np.savez(stream, **about, **{f"array {name}": one for name, one in arrays.items()})  # type: ignore[arg-type]
    _keep(path, stream.getvalue())


def _keep(path: Path, content: bytes) -> None:
    """Put a file into the cache; where that is read-only or full, the next call makes it again."""
    with contextlib.suppress(OSError):
        write_whole(path, content)
