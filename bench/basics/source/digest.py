"""From a method's class, or a module, to the digest of all code of the project that it uses.

Nothing is imported: files are found as Python would find them, and read. Followed are the modules
of this project, those of the package that the question is about, and, for a plain file, the
``.py`` files beside it. Of a package whose names are imported when first used (it has a stub),
only the modules of the names that are asked for count.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.basics.paths import ROOT
from bench.basics.source.syntax import Import, Syntaxes

_PROJECT = ("bench", "methods")
_KINDS = "bench.kinds"
_JUDGING_LATER = ("item", "kind")
"""Of kinds, where imports inside functions are of what judges and shows: no worker comes there."""
_JUDGES = ("bench.running", "bench.scoring")
_INIT = "__init__.py"
_NO_DATA = (".py", ".md")
_CACHE = "__pycache__"
_SYNTAXES = Syntaxes()


def source_digest(places: Iterable[str]) -> str:
    """SHA-256 over the code of ``places``: modules by name, files by their paths.

    A path ends in ``.py`` or has a slash; what is no Python counts by its bytes.

    Empty where one of them is not there, or cannot be read.
    """
    places = list(places)
    survey = _Survey(frozenset(map(_top, places)), any(one.startswith(_JUDGES) for one in places))
    try:
        if not all(survey.begin(place) for place in places):
            return ""
        found = list(survey.digests())
    except OSError:
        return ""
    _SYNTAXES.save()
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _top(module: str) -> str:
    return module.partition(".")[0]


@dataclass
class _Survey:
    """The files found so far, by the name that each has wherever the project lies.

    ``tops`` are the packages that the question is about, ``judging`` says that it is about what
    judges; ``beside`` are the folders of plain files.
    """

    tops: frozenset[str]
    judging: bool = False
    beside: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    _todo: list[str] = field(default_factory=list)
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _places: dict[str, str | None] = field(default_factory=dict)
    _homes: dict[str, dict[str, str]] = field(default_factory=dict)

    def begin(self, place: str) -> bool:
        """Take up a module or a file; whether it is there."""
        is_python = place.endswith(".py")
        if not is_python and "/" not in place:
            self._take_data(place)
            return self._take_module(place)
        if not Path(place).is_file():
            return False
        if is_python:
            self.beside.append(str(Path(place).absolute().parent))
        self._add(f"file {len(self.files)}", place)  # whatever it is called
        return True

    def digests(self) -> Iterator[str]:
        """A line for each file that is reached, in order."""
        found = {}
        while self._todo:
            name = self._todo.pop()
            path = self.files[name]
            tree = _SYNTAXES.of(path)
            found[name] = tree.digest
            is_package = path.endswith(_INIT)
            for one in tree.imports:
                if not (one.inside and self._leads_to_the_judge(name)):
                    self._follow(name, is_package, one)
        return (f"{name} {found[name]}" for name in sorted(found))

    def _leads_to_the_judge(self, importer: str) -> bool:
        package, _, name = importer.rpartition(".")
        return not self.judging and package.startswith(_KINDS) and name in _JUDGING_LATER

    def _add(self, name: str, path: str) -> None:
        if name not in self.files:
            self.files[name] = path
            self._todo.append(name)

    def _follow(self, importer: str, is_package: bool, one: Import) -> None:
        module = one.module
        if one.level:
            parts = importer.split(".")[: None if is_package else -1]
            parts = parts[: len(parts) - one.level + 1]
            module = ".".join([*filter(None, parts), *filter(None, [module])])
        if not module or (module, one.name) in self._asked:
            return
        self._asked.add((module, one.name))
        if _top(module) in _PROJECT or _top(module) in self.tops or self._lies_beside(module):
            if one.name:
                self._take_name(module, one.name)
            else:
                self._take_module(module)

    def _lies_beside(self, module: str) -> bool:
        return self._beside(_top(module)) is not None

    def _beside(self, name: str) -> str | None:
        """A module in the folder of a plain file, or that folder as the package it is part of."""
        found = [_within(folder, name) for folder in self.beside]
        found += [_package(folder) for folder in self.beside if Path(folder).name == name]
        return next((one for one in found if one is not None), None)

    def _take_name(self, module: str, name: str) -> None:
        """What ``from module import name`` runs."""
        if self._locate(f"{module}.{name}") is not None:
            self._take_module(f"{module}.{name}")
            return
        homes = self._homes_in(self._locate(module) or "")
        for each in homes if name == "*" else [name] if name in homes else []:
            self._take_name(homes[each], each)
        if name != "*" and name not in homes:
            self._take_module(module)

    def _take_module(self, module: str) -> bool:
        """A module with the packages it lies in; whether it is there."""
        parts = module.split(".")
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[:count])
            path = self._locate(name)
            if path is None:
                return False
            if path.endswith(".py") and not self._homes_in(path):
                self._add(name, path)
        return True

    def _take_data(self, module: str) -> None:
        """What is no code of a package within this project: a trained network."""
        package = module.rpartition(".")[0]
        place = self._locate(package) if "." in package else None
        if place is None or _top(package) not in _PROJECT:
            return
        folder = Path(place).parent
        for path in sorted(folder.rglob("*")):
            if _CACHE in path.parts:
                continue  # made by running the code: machine code of numba's, too
            if path.suffix not in _NO_DATA and path.is_file():
                self._add(f"{package}/{path.relative_to(folder)}", str(path))

    def _homes_in(self, place: str) -> Mapping[str, str]:
        if place not in self._homes:
            self._homes[place] = _homes(place)
        return self._homes[place]

    def _locate(self, module: str) -> str | None:
        """The file of a module; of a package without ``__init__.py`` its folder."""
        if module not in self._places:
            package, _, name = module.rpartition(".")
            if package:
                place = self._locate(package)
                folder = place and (place.rpartition("/")[0] if place.endswith(_INIT) else place)
                self._places[module] = _within(folder, name) if folder else None
            else:
                self._places[module] = self._locate_top(name)
        return self._places[module]

    def _locate_top(self, name: str) -> str | None:
        if name in _PROJECT:
            return _within(str(ROOT), name)
        if (found := self._beside(name)) is not None:
            return found
        try:
            spec = importlib.util.find_spec(name)  # of a top-level name, which imports nothing
        except (ImportError, ValueError):
            return None
        if spec is None or (spec.origin or "").endswith(".py"):
            return None if spec is None else spec.origin
        return next(iter(spec.submodule_search_locations or ()), None)


def _within(folder: str, name: str) -> str | None:
    """The file of the module ``name`` in ``folder``; of a package without code its folder."""
    package = f"{folder}/{name}"
    for path in (f"{package}/{_INIT}", f"{package}.py"):
        if os.path.isfile(path):  # noqa: PTH113
            return path
    return package if os.path.isdir(package) else None  # noqa: PTH112


def _package(folder: str) -> str:
    """The code of a package in ``folder``; of one without code the folder."""
    code = f"{folder}/{_INIT}"
    return code if os.path.isfile(code) else folder  # noqa: PTH113


def _homes(place: str) -> dict[str, str]:
    """The module of each name that a package's stub lists; none where it has no stub."""
    stub = f"{place}i"
    if not place.endswith(_INIT) or not Path(stub).is_file():
        return {}
    return {
        one.name: one.module
        for one in _SYNTAXES.of(stub).imports
        if one.module and one.module != "__future__"
    }
