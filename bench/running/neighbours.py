"""A method's file as a module, and the modules beside it that it may import.

``python file.py`` finds the modules in the file's folder before all others. So do a method's
workers, and the processes they start, without the folder itself being opened or listed: for each
module that can be imported there is a stand-in in a folder of the run (``bench.running.seal``).
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

from bench.basics.installation import is_installed
from bench.basics.paths import expanded
from bench.basics.source.digest import source_digest
from bench.basics.srbench_clone import driver_folder, import_folders

_CODE = (".py", *EXTENSION_SUFFIXES)
_NEVER = frozenset({*sys.stdlib_module_names, "bench", "methods", "sitecustomize", "usercustomize"})
"""What Python and the harness themselves consist of, or run unasked: never taken from a folder."""

_STAND_IN = """\
import importlib.util, sys
spec = importlib.util.spec_from_file_location(
    {name!r}, {file!r}, submodule_search_locations={folders!r})
sys.modules[{name!r}] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
"""
_ALIAS = """\
import importlib, sys
sys.modules[{name!r}] = importlib.import_module({other!r})
"""


def module_name(file: Path) -> str:
    """What the method's file at ``file`` is called as a module, in every process that imports it.

    It is no other module's, whatever the file is called.
    """
    path = file.resolve()
    return f"{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


def code_files(target: str, settings: Mapping[str, Any]) -> list[Path]:
    """The Python files that a method is written in: its target's, and those that settings name.

    A setting names a file by its path, or a class in it: ``path.py:Class``.
    """
    texts = [target, *(one for one in settings.values() if isinstance(one, str))]
    found = (code_file(text) for text in texts)
    return list(dict.fromkeys(path for path in found if path is not None))


def source_of_method(target: str, settings: Mapping[str, Any]) -> str:
    """The digest of a method's code: its class's, that of files its settings name, and that of
    its ``program`` where that is a list of words."""
    files = [*code_files("", settings), *_program_files(command_of(settings))]
    return source_digest([target.rpartition(":")[0], *map(str, files)])


def command_of(settings: Mapping[str, Any]) -> Sequence[str]:
    """The words of the program that a method runs; none where it runs none."""
    words = settings.get("program")
    return words if isinstance(words, list | tuple) else ()


def _program_files(words: Sequence[str]) -> Iterator[Path]:
    """What a command line runs: its program, which is looked for as a shell would, and scripts."""
    for place, word in enumerate(words):
        found = str(word) if place else shutil.which(str(word))
        with contextlib.suppress(OSError, ValueError):  # no path can be like that
            if found and expanded(found).is_file():
                yield expanded(found).resolve()


def code_file(text: str) -> Path | None:
    """The Python file that is at ``text``, or whose class ``text`` names; None where none is."""
    before, colon, name = text.rpartition(":")
    place = before if colon and name.isidentifier() else text
    try:
        return expanded(place).resolve() if _is_code(place) else None
    except (OSError, ValueError):
        return None


def _is_code(place: str) -> bool:
    return place.endswith(".py") and expanded(place).is_file()


def importable_beside(file: Path) -> dict[str, Path]:
    """What a file may import from its folder, and itself: the name of each, and where it is.

    These are files of code and folders of packages. Of the file itself, the name under which it
    is loaded is among them and, where no other module is called like that, its own. For SRBench's
    files there are modules of its driver's folder as well, where no others are called so.
    """
    found = {}
    if (driver := driver_folder(file)) is not None:
        beside = code_beside(driver / file.name)
        found = {name: entry for name, entry in beside.items() if not is_installed(name)}
    for name, entry in code_beside(file).items():
        if not (entry == file and is_installed(name)):
            found[name] = entry
    named = {name: entry for name, entry in found.items() if name not in _NEVER}
    return {module_name(file): file, **named}


def code_beside(file: Path) -> dict[str, Path]:
    """All code in the folder of ``file``, by the names that it has as part of a package."""
    entries = sorted(file.parent.iterdir(), key=Path.is_dir)  # of two, Python takes the package
    named = ((_imported_as(entry), entry) for entry in entries)
    return {name: entry for name, entry in named if name is not None}


def stand_ins(modules: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By name, a module as text that makes way for the real one: a file, or a package's folder.

    What has two names is one module, whichever of them it is asked for by.
    """
    first: dict[str, str] = {}
    found = {}
    for name, place in modules:
        if first.setdefault(place, name) != name:
            found[name] = _ALIAS.format(name=name, other=first[place])
            continue
        path = Path(place)
        file, folders = (path / "__init__.py", [place]) if path.is_dir() else (path, None)
        found[name] = _STAND_IN.format(name=name, file=str(file), folders=folders)
    return found


def _imported_as(entry: Path) -> str | None:
    """The name by which ``entry`` of a folder is imported; None where it cannot be."""
    name = entry.name.partition(".")[0]
    if not name.isidentifier() or entry.is_symlink():
        return None
    if entry.is_dir():
        return name if entry.name == name and (entry / "__init__.py").is_file() else None
    return name if entry.name.endswith(tuple(f"{name}{suffix}" for suffix in _CODE)) else None


class _Folder:
    """Finds the modules in one folder; asked last, so that they never take another's place."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if path is not None or name in _NEVER:
            return None
        return PathFinder.find_spec(name, [self._folder])


@contextlib.contextmanager
def imports_beside(files: Iterable[Path]) -> Iterator[None]:
    """Within it, modules beside ``files`` can be imported by this process.

    Afterwards it has forgotten them, as another method may have others of the same names. A
    worker has one method, finds what it needs by its path, and forgets nothing.
    """
    away = [one for one in files if PathFinder.find_spec(module_name(one)) is None]
    folders = [folder for one in away for folder in import_folders(one)]
    finders: list[Any] = [_Folder(folder) for folder in folders]
    before = set(sys.modules)
    sys.meta_path.extend(finders)
    try:
        yield
    finally:
        for finder in finders:
            sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if _lies_in(sys.modules[name], folders) and not _is_method(name, files):
                del sys.modules[name]


def _is_method(name: str, files: Iterable[Path]) -> bool:
    return name in map(module_name, files)


def _lies_in(module: object, folders: Iterable[Path]) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and any(Path(file).is_relative_to(one) for one in folders)
