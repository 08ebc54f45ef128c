"""Where modules lie, and what each file imports: found once, as long as no folder changes."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.basics.source.syntax import SETTLED_SECONDS, Syntaxes

INIT = "__init__.py"
_NO_DATA = (".py", ".md")


@dataclass
class SourceLayout:
    """What has been looked up so far in folders, below ``root`` or beside a plain file.

    ``places`` are the files of modules by name, None where there is none. ``reached`` are the
    modules, with their files, that a file imports, by the file and what it says. ``stamps`` are
    the times of change of all that this follows from: folders, and stubs.
    """

    root: str
    places: dict[str, str | None] = field(default_factory=dict)
    reached: dict[tuple[str, str, bool], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    stamps: dict[str, int] = field(default_factory=dict)
    _homes: dict[str, dict[str, str]] = field(default_factory=dict)
    _data: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def holds(self) -> bool:
        """Whether all is as it was. What changed a moment ago may change again, and not tell."""
        settled = time.time_ns() - SETTLED_SECONDS * 1e9
        stamps = tuple(self.stamps.items())  # whole at once: other threads add to it
        return all(was < settled and _stamp(path) == was for path, was in stamps)

    def within(self, folder: str, name: str) -> str | None:
        """The file of the module ``name`` in ``folder``; of a package without code its folder."""
        package, file = f"{folder}/{name}", f"{folder}/{name}.py"
        self._watch(folder)
        is_folder = os.path.isdir(package)  # noqa: PTH112
        if is_folder:
            self._watch(package)
            if os.path.isfile(f"{package}/{INIT}"):  # noqa: PTH113
                return f"{package}/{INIT}"
        if os.path.isfile(file):  # noqa: PTH113
            return file
        return package if is_folder else None

    def homes_in(self, place: str, syntaxes: Syntaxes) -> Mapping[str, str]:
        """The module of each name that a package's stub lists; none where it has no stub."""
        if place not in self._homes:
            self._homes[place] = {}
            stub = f"{place}i"
            if place.endswith(INIT) and os.path.isfile(stub):  # noqa: PTH113
                self._watch(stub)
                self._homes[place] = {
                    one.name: one.module
                    for one in syntaxes.of(stub).imports
                    if one.module and one.module != "__future__"
                }
        return self._homes[place]

    def data_below(self, folder: str) -> tuple[str, ...]:
        """The files in ``folder``, however deep, that are neither code nor prose."""
        if folder not in self._data:
            found = []
            for here, below, names in os.walk(folder):
                self._watch(here)
                # Made by running the code: machine code of numba's, too.
                below[:] = [name for name in below if name != "__pycache__"]
                paths = [f"{here}/{name}" for name in names if not name.endswith(_NO_DATA)]
                found += [path for path in paths if os.path.isfile(path)]  # noqa: PTH113
            self._data[folder] = tuple(found)
        return self._data[folder]

    def _watch(self, path: str) -> None:
        if path not in self.stamps:
            self.stamps[path] = _stamp(path)


def _stamp(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116  (hundreds, at every start)
    except OSError:
        return 0


_kept: list[SourceLayout] = []


def layout_of_project(root: str) -> SourceLayout:
    """The layout below ``root``: that of the last call, where it still holds."""
    if not _kept or _kept[0].root != root or not _kept[0].holds():
        _kept[:] = [SourceLayout(root)]
    return _kept[0]
