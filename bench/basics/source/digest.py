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
from itertools import chain
from pathlib import Path

from bench.basics.paths import ROOT
from bench.basics.source.layout import INIT, SourceLayout, layout_of_project
from bench.basics.source.syntax import Import, Syntax, Syntaxes
from bench.basics.srbench_clone import import_folders

_PROJECT = ("bench", "methods")
_KINDS = "bench.kinds"
_JUDGING_LATER = ("item", "kind")
"""Of kinds, where imports inside functions are of what judges and shows: no worker comes there."""
_JUDGES = ("bench.running", "bench.scoring")
_SYNTAXES = Syntaxes()


def source_digest(places: Iterable[str]) -> str:
    """SHA-256 over the code of ``places``: modules by name, files by their paths.

    A path ends in ``.py`` or has a slash; what is no Python counts by its bytes.

    Empty where one of them is not there, or cannot be read.
    """
    places = list(places)
    tops, judging = frozenset(map(_top, places)), any(one.startswith(_JUDGES) for one in places)
    own = tops <= set(_PROJECT) and not any(map(_is_path, places))
    survey = _Survey(
        tops, layout_of_project(str(ROOT)) if own else SourceLayout(str(ROOT)), judging
    )
    try:
        if not all(survey.begin(place) for place in places):
            return ""
        found = list(survey.digests())
    except OSError:
        return ""
    _SYNTAXES.save()
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _is_path(place: str) -> bool:
    return place.endswith(".py") or "/" in place


def _top(module: str) -> str:
    return module.partition(".")[0]


@dataclass
class _Survey:
    """The files found so far, by the name that each has wherever the project lies.

    ``tops`` are the packages that the question is about, ``judging`` says that it is about what
    judges; ``beside`` are the folders of plain files.
    """

    tops: frozenset[str]
    layout: SourceLayout
    judging: bool = False
    beside: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    _todo: list[str] = field(default_factory=list)

    def begin(self, place: str) -> bool:
        """Take up a module or a file; whether it is there."""
        if not _is_path(place):
            self._take_data(place)
            for name, path in self._modules(place):
                self._add(name, path)
            return self._locate(place) is not None
        if not Path(place).is_file():
            return False
        if place.endswith(".py"):
            self.beside += map(str, import_folders(Path(place).absolute()))
        self._add(f"file {len(self.files)}", place)  # whatever it is called
        return True

    def digests(self) -> Iterator[str]:
        """A line for each file that is reached, in order."""
        found = {}
        while self._todo:
            name = self._todo.pop()
            tree = _SYNTAXES.of(self.files[name])
            found[name] = tree.digest
            for module, path in self._reached(name, tree):
                self._add(module, path)
        return (f"{name} {found[name]}" for name in sorted(found))

    def _reached(self, name: str, tree: Syntax) -> Iterable[tuple[str, str]]:
        """The modules that a file imports, with their files."""
        alone = not self.judging and _leads_to_the_judge(name)
        key = (name, tree.digest, alone)
        if key not in self.layout.reached:
            is_package = self.files[name].endswith(INIT)
            asked = {
                (_absolute(name, is_package, one), one.name)
                for one in tree.imports
                if not (one.inside and alone)
            }
            found = chain.from_iterable(self._follow(module, one) for module, one in asked)
            self.layout.reached[key] = tuple(dict.fromkeys(found))
        return self.layout.reached[key]

    def _add(self, name: str, path: str) -> None:
        if name not in self.files:
            self.files[name] = path
            self._todo.append(name)

    def _follow(self, module: str, name: str) -> Iterator[tuple[str, str]]:
        if not module:
            return
        if _top(module) in _PROJECT or _top(module) in self.tops or self._lies_beside(module):
            yield from self._names(module, name) if name else self._modules(module)

    def _lies_beside(self, module: str) -> bool:
        return self._beside(_top(module)) is not None

    def _beside(self, name: str) -> str | None:
        """A module in the folder of a plain file, or that folder as the package it is part of."""
        found = [self.layout.within(folder, name) for folder in self.beside]
        found += [_package(folder) for folder in self.beside if Path(folder).name == name]
        return next((one for one in found if one is not None), None)

    def _names(self, module: str, name: str) -> Iterator[tuple[str, str]]:
        """What ``from module import name`` runs."""
        if self._locate(f"{module}.{name}") is not None:
            yield from self._modules(f"{module}.{name}")
            return
        homes = self._homes_in(self._locate(module) or "")
        for each in homes if name == "*" else [name] if name in homes else []:
            yield from self._names(homes[each], each)
        if name != "*" and name not in homes:
            yield from self._modules(module)

    def _modules(self, module: str) -> Iterator[tuple[str, str]]:
        """A module with the packages it lies in, as far as they are there."""
        parts = module.split(".")
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[:count])
            path = self._locate(name)
            if path is None:
                return
            if path.endswith(".py") and not self._homes_in(path):
                yield name, path

    def _take_data(self, module: str) -> None:
        """What is no code of a package within this project: a trained network."""
        package = module.rpartition(".")[0]
        place = self._locate(package) if "." in package else None
        if place is None or _top(package) not in _PROJECT:
            return
        folder = place.rpartition("/")[0]
        for path in self.layout.data_below(folder):
            self._add(f"{package}/{path.removeprefix(folder + '/')}", path)

    def _homes_in(self, place: str) -> Mapping[str, str]:
        return self.layout.homes_in(place, _SYNTAXES)

    def _locate(self, module: str) -> str | None:
        """The file of a module; of a package without ``__init__.py`` its folder."""
        places = self.layout.places
        if module not in places:
            package, _, name = module.rpartition(".")
            if package:
                place = self._locate(package)
                folder = place and (place.rpartition("/")[0] if place.endswith(INIT) else place)
                places[module] = self.layout.within(folder, name) if folder else None
            else:
                places[module] = self._locate_top(name)
        return places[module]

    def _locate_top(self, name: str) -> str | None:
        if name in _PROJECT:
            return self.layout.within(self.layout.root, name)
        if (found := self._beside(name)) is not None:
            return found
        try:
            spec = importlib.util.find_spec(name)  # of a top-level name, which imports nothing
        except (ImportError, ValueError):
            return None
        if spec is None or (spec.origin or "").endswith(".py"):
            return None if spec is None else spec.origin
        return next(iter(spec.submodule_search_locations or ()), None)


def _leads_to_the_judge(importer: str) -> bool:
    package, _, name = importer.rpartition(".")
    return package.startswith(_KINDS) and name in _JUDGING_LATER


def _absolute(importer: str, is_package: bool, one: Import) -> str:
    """The module that an import names, without the dots before it."""
    if not one.level:
        return one.module
    parts = importer.split(".")[: None if is_package else -1]
    parts = parts[: len(parts) - one.level + 1]
    return ".".join([*filter(None, parts), *filter(None, [one.module])])


def _package(folder: str) -> str:
    """The code of a package in ``folder``; of one without code the folder."""
    code = f"{folder}/{INIT}"
    return code if os.path.isfile(code) else folder  # noqa: PTH113
