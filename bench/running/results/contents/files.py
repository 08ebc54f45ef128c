"""The files of a folder by name, size and time of change: what tells whether one is another now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Files:
    """Files below ``top``, in the order of the disk. ``names`` are relative, with their suffix."""

    top: Path
    names: list[str]
    sizes: NDArray[np.int64]
    stamps: NDArray[np.int64]

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
        facts: list[tuple[int, int]] = []
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                entries = os.scandir(f"{top}/{folder}")
            except (FileNotFoundError, NotADirectoryError):
                continue
            with entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(".json") and not name.startswith("."):
                        found = entry.stat(follow_symlinks=False)
                        names.append(folder + name)
                        facts.append((found.st_size, found.st_mtime_ns))
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(f"{folder}{name}/")
        table = np.array(facts, dtype=np.int64).reshape(len(facts), 2)
        return cls(top, names, table[:, 0], table[:, 1])

    def take(self, rows: NDArray[np.int64]) -> Files:
        """Some of the files."""
        names = [self.names[row] for row in rows]
        return Files(self.top, names, self.sizes[rows], self.stamps[rows])

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
