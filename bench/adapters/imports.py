"""Which packages a file cannot do without, read from its syntax."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from bench.basics.srbench_clone import import_folders

_CODE = (".py", *EXTENSION_SUFFIXES)
_NONE = ("bench", "methods", "__future__")


def imported_packages(file: Path) -> tuple[str, ...]:
    """The modules that ``file`` imports whatever happens, and those beside it that it leads to; but
    for Python's own and these themselves.

    None where it cannot be read: loading it will say why.
    """
    known = {*sys.stdlib_module_names, *_NONE}
    seen, found = {file}, dict[str, None]()
    for one in (todo := [file]):  # which grows
        for module in (module for node in _statements(one) for module in _modules(node)):
            top = module.partition(".")[0]
            beside = _beside(file, top)
            if top in known or beside in seen:
                continue
            if beside is None:
                found[module] = None
            else:
                seen.add(beside)
                todo.append(beside)
    return tuple(found)


def imported_in_folder(file: Path) -> tuple[str, ...]:
    """As ``imported_packages``, of ``file`` and of the files of its folder that it leads to.

    These are imported relatively, or as from a package that is called as the folder.
    """
    file = file.resolve()
    files, found = {file: None}, dict[str, None]()
    for one in (todo := [file]):  # which grows
        found.update(dict.fromkeys(imported_packages(one)))
        stems = (stem for node in _statements(one) for stem in _siblings(node, file.parent.name))
        new = [place for stem in stems if (place := file.with_name(f"{stem}.py")) not in files]
        files.update(dict.fromkeys(new))
        todo += [place for place in new if place.is_file()]
    return tuple(name for name in found if name.partition(".")[0] != file.parent.name)


def _beside(file: Path, name: str) -> Path | None:
    """The code of a module ``name`` where ``file`` may import it from; None where there is none.

    A worker may not list the folders.
    """
    places = [f"{name}/__init__.py", *(f"{name}{suffix}" for suffix in _CODE)]
    found = (folder / place for folder in import_folders(file.resolve()) for place in places)
    return next((one for one in found if one.is_file()), None)


def _statements(file: Path) -> list[ast.stmt]:
    try:
        return ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []


def _modules(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def _siblings(node: ast.stmt, package: str) -> Iterator[str]:
    """What a statement may import of the modules of ``package``, or relatively."""
    if isinstance(node, ast.ImportFrom) and node.level == 1:
        yield from [node.module] if node.module else [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module == package:
        yield from (alias.name for alias in node.names)
    else:
        names = (one.partition(".") for one in _modules(node))
        yield from (inner for outer, _, inner in names if outer == package and inner)
