"""A file that imports from its own folder as from a package, whether that says it is one or not."""

from __future__ import annotations

import ast
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from bench.running.load import load_file


class _Siblings:
    """Finds the modules of one folder as those of a package; the folder need not be listed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        package, _, module = name.rpartition(".")
        if package != self._folder.name:
            return None
        file = self._folder / f"{module}.py"
        return importlib.util.spec_from_file_location(name, file) if file.is_file() else None


def load_in_package(file: Path) -> ModuleType:
    """The module in ``file``; as one of a package that is its folder, where it imports from that
    (``from .other import ...`` or, in a folder ``mine``, ``from mine import other``)."""
    file = file.resolve()
    folder = file.parent
    if not _imports_from_folder(file):
        return load_file(file)
    if folder.name not in sys.modules:
        package = ModuleType(folder.name)
        package.__path__ = []
        sys.modules[folder.name] = package
        sys.meta_path.append(_Siblings(folder))
    return importlib.import_module(f"{folder.name}.{file.stem}")


def _imports_from_folder(file: Path) -> bool:
    tree = ast.parse(file.read_bytes(), filename=str(file))
    return any(
        name == "" or name.partition(".")[0] == file.parent.name
        for node in ast.walk(tree)
        for name in _imported(node)
    )


def _imported(node: ast.AST) -> list[str]:
    """The modules that a statement imports; empty names for what is relative."""
    if isinstance(node, ast.ImportFrom):
        return ["" if node.level else node.module or ""]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []
