"""The files of a folder by name, size and time of change: what tells whether one is another now."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SETTLED_NS = 2_000_000_000
"""What changed less long ago may change again without its size or time telling."""
_JUST_CHANGED = 0


@dataclass(frozen=True)
class Files:
    """Files below ``top``, in the order of the disk. ``names`` are relative, with their suffix.

    ``folders`` are those that were listed, with the time at which each last gained, lost or
    renamed a file (the kernel's own, which nobody can set back).
    """

    top: Path
    names: list[str]
    sizes: NDArray[np.int64]
    stamps: NDArray[np.int64]
    folders: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def at(cls, path: Path) -> Files:
        """The one file at ``path``; none where it is not there."""
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return cls(path.parent, [], np.empty(0, np.int64), np.empty(0, np.int64))
        size, stamp = np.array([[found.st_size], [found.st_mtime_ns]], dtype=np.int64)
        return cls(path.parent, [path.name], size, stamp)

    @classmethod
    def below(cls, top: Path) -> Files:
        """The ``.json`` files below ``top``; temporary ones are left out."""
        names: list[str] = []
        folders: dict[str, int] = {}
        stack = [""]
        while stack:
            folder = stack.pop()
            try:
                changed = _changed(f"{top}/{folder}")  # before it is listed, not after
                entries = os.scandir(f"{top}/{folder}")
            except (FileNotFoundError, NotADirectoryError):
                continue
            folders[folder] = changed
            with entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(".json") and not name.startswith("."):
                        names.append(folder + name)
                    elif entry.is_dir(follow_symlinks=False):
                        stack.append(f"{folder}{name}/")
        return cls._looked_at(top, names, folders)

    def again(self) -> Files:
        """What lies below ``top`` now; it is listed anew where a folder of it has changed."""
        try:
            for folder, changed in self.folders.items():
                if _changed(f"{self.top}/{folder}") != changed or changed == _JUST_CHANGED:
                    return Files.below(self.top)
        except OSError:
            return Files.below(self.top)
        return self._looked_at(self.top, self.names, self.folders)

    @classmethod
    def _looked_at(cls, top: Path, names: list[str], folders: Mapping[str, int]) -> Files:
        """The files of these ``names``, as many as are there, with their sizes and times."""
        there, sizes, stamps = [], [], []
        for name in names:
            try:
                found = os.lstat(f"{top}/{name}")
            except (FileNotFoundError, NotADirectoryError):
                continue  # gone meanwhile
            there.append(name)
            sizes.append(found.st_size)
            stamps.append(found.st_mtime_ns)
        return cls(top, there, np.array(sizes, np.int64), np.array(stamps, np.int64), folders)

    def take(self, rows: NDArray[np.int64]) -> Files:
        """Some of the files."""
        names = [self.names[row] for row in rows]
        return Files(self.top, names, self.sizes[rows], self.stamps[rows], self.folders)

    def to_keep(self) -> Files:
        """The same, with no size where a file has changed just now: it is to be read again."""
        return replace(self, sizes=np.where(_is_settled(self.stamps), self.sizes, -1))

    def same(self, other: Files) -> bool:
        """Whether ``other`` are these very files, unchanged."""
        return (
            self.names == other.names
            and np.array_equal(self.sizes, other.sizes)
            and np.array_equal(self.stamps, other.stamps)
        )

    def unchanged(self, other: Files) -> list[int]:
        """For each file its row in ``other``, where it is unchanged; -1 elsewhere."""
        known = {name: row for row, name in enumerate(other.names)}
        rows = [known.get(name, -1) for name in self.names]
        if not known:
            return rows
        places = np.array(rows, dtype=np.int64)
        same = (places >= 0) & (self.sizes == other.sizes[places])
        same &= self.stamps == other.stamps[places]
        found: list[int] = np.where(same, places, -1).tolist()
        return found


def settled(files: Files) -> NDArray[np.int64]:
    """The rows of files that have not changed just now."""
    return np.flatnonzero(_is_settled(files.stamps))


def _is_settled(stamps: NDArray[np.int64]) -> NDArray[np.bool_]:
    return stamps < time.time_ns() - _SETTLED_NS


def _changed(folder: str) -> int:
    """When ``folder`` last gained or lost a file, in nanoseconds; 0 where that was just now."""
    changed = os.lstat(folder).st_ctime_ns  # of a link's folder: its path ends in a slash
    return changed if changed < time.time_ns() - _SETTLED_NS else _JUST_CHANGED
