"""What is opened to a worker: paths, one by one, with never a closed one below them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.running.seal.landlock import Right


@dataclass(frozen=True, slots=True)
class Opening:
    """A path without symbolic links and what may be done there and below."""

    path: str
    right: Right = "read"


@dataclass(frozen=True)
class Blueprint:
    """All that a server needs to know to put up walls; the same for all its runs.

    ``base`` is the folder in which runs get theirs. ``devices`` are graphics processors;
    ``declared`` is what ``worker.read`` and the settings named, as they wrote it and where it is:
    a worker finds it there, and under the same relative path in its own folder. ``hidden`` are
    folders of which not even the names inside can be guessed, where the system allows that. With
    ``processes`` a run may look at all of ``/proc``, where the system cannot show it its own
    processes alone. ``modules`` are what a run imports by name though it lies on no path of
    its: the name, and the file or the folder of the package.
    """

    base: str
    openings: tuple[Opening, ...]
    devices: tuple[str, ...] = ()
    declared: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()
    processes: bool = False
    modules: tuple[tuple[str, str], ...] = ()

    def to_message(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Blueprint:
        """What ``to_message`` gave."""
        return cls(
            message["base"],
            tuple(Opening(**one) for one in message["openings"]),
            tuple(message["devices"]),
            tuple((written, real) for written, real in message["declared"]),
            tuple(message["hidden"]),
            message["processes"],
            tuple((name, real) for name, real in message["modules"]),
        )


class Closed:
    """Paths that are never opened: what holds truths, and what holds names of problems."""

    def __init__(self, paths: Iterable[str | Path]) -> None:
        self._paths = {os.path.realpath(path) for path in paths}

    def holds(self, path: str) -> bool:
        """Whether ``path`` is closed, or lies in something closed."""
        return any(_within(path, closed) for closed in self._paths)

    def below(self, path: str) -> bool:
        """Whether something closed lies below ``path``."""
        return any(_within(closed, path) for closed in self._paths)


def carved(path: str | Path, closed: Closed, *, listed: bool = False) -> list[Opening]:
    """Openings of ``path`` and all below it but what is ``closed``.

    Landlock knows no exception below what it opens: a folder with something closed in it is
    opened entry by entry. ``listed``: such a folder may be listed still, which imports need.
    Links in it are not followed.
    """
    real = os.path.realpath(path)
    if not os.path.exists(real) or closed.holds(real):  # noqa: PTH110
        return []
    if not closed.below(real):
        return [Opening(real)]
    openings = [Opening(real, "list")] if listed else []
    try:
        entries = sorted(os.scandir(real), key=lambda entry: entry.name)
    except OSError:
        return openings
    for entry in entries:
        if not entry.is_symlink():
            openings += carved(entry.path, closed, listed=listed)
    return openings


def without_repetition(openings: Iterable[Opening]) -> list[Opening]:
    """``openings`` without those that lie in another one that may be read."""
    distinct = list(dict.fromkeys(openings))
    read = {one.path for one in distinct if one.right == "read"}
    return [one for one in distinct if read.isdisjoint(_above(one.path))]


def _above(path: str) -> Iterable[str]:
    """The folders in which ``path`` lies."""
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(2, len(parts)))


def holds_none_of(folder: str, paths: Iterable[str]) -> bool:
    """Whether none of ``paths`` lies in ``folder``."""
    return not any(_within(path, folder) for path in paths)


def tops_of(openings: Iterable[Opening], base: str) -> list[str]:
    """The highest folders that hold all ``openings`` and are not above ``base``."""
    tops = dict.fromkeys(_top(one.path, base) for one in openings)
    return list(tops)


def _top(path: str, base: str) -> str:
    return next((top for top in _above(path) if not _within(base, top)), path)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
