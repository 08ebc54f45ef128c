"""The classes of a Python file and what they inherit, read from its syntax: nothing is run."""

from __future__ import annotations

import ast
import symtable
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FUNCTION = "discover"
SEARCHER = "BaseSearcher"
"""The base class of LLM-SRBench's methods."""


Answered = bool | None
"""Yes, no, or not to be known: a base class lies in an installed package."""


class ClassFileError(ValueError):
    """A file cannot be read as Python; the message says why."""


@dataclass(frozen=True)
class ClassFile:
    """A Python file, parsed."""

    path: Path
    tree: ast.Module

    @classmethod
    def at(cls, path: Path) -> ClassFile:
        """The file at ``path``; raises ClassFileError."""
        try:
            return cls(path, ast.parse(path.read_bytes(), filename=str(path)))
        except SyntaxError as error:
            line = f"line {error.lineno}: " if error.lineno else ""  # of zero bytes there is none
            raise ClassFileError(f"'{path}' is no valid Python: {line}{error.msg}") from None
        except (OSError, ValueError, RecursionError) as error:
            raise ClassFileError(f"'{path}' cannot be read: {error}") from None

    @property
    def summary(self) -> str:
        """The first line of what the file says of itself."""
        return (ast.get_docstring(self.tree) or "").partition("\n")[0]

    @cached_property
    def assigned(self) -> set[str]:
        """The names that importing the file gives a value."""
        return {name for node in _run_on_import(self.tree) for name in _assigned(node)}

    @cached_property
    def names(self) -> frozenset[str] | None:
        """The names that it has once it is imported; None where only that tells."""
        starred = any(
            alias.name == "*"
            for node in _run_on_import(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        )
        table = symtable.symtable(self.path.read_bytes().decode(errors="replace"), "", "exec")
        found = {one.get_name() for one in table.get_symbols() if one.is_local()}
        return None if starred or "__getattr__" in found else frozenset(found)

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The classes at the top of the file, by name."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    def able(self, *, certain: bool) -> list[ast.ClassDef]:
        """The classes that have ``discover``, without those that others of them are made from.

        Not ``certain``: those that may have inherited it from an installed package.
        """
        wanted = True if certain else None
        found = [one for one in self.classes.values() if self._has(one, ()) is wanted]
        bases = {name for one in found for name, _ in _bases(one)}
        leaves = [one for one in found if one.name not in bases]
        return [one for one in leaves if not one.name.startswith("_")] or leaves

    def descends(self, node: ast.ClassDef, ancestor: str) -> bool:
        """Whether ``node`` is made from a class called ``ancestor``, as far as its file shows."""
        names = {name for name, _ in _bases(node)} - {node.name}
        return ancestor in names or any(
            self.descends(self.classes[name], ancestor) for name in names & self.classes.keys()
        )

    def _has(self, node: ast.ClassDef, seen: tuple[str, ...]) -> Answered:
        if _defines(node):
            return True
        answers = [self._base_has(name, of, (*seen, node.name)) for name, of in _bases(node)]
        return True if True in answers else None if None in answers else False

    def _base_has(self, name: str, of: str, seen: tuple[str, ...]) -> Answered:
        """Whether the base class ``name``, written ``of.name`` where ``of`` is given, has it."""
        if not of and name in self.classes:
            return False if name in seen else self._has(self.classes[name], seen)
        place = self._imported.get(of or name)
        if place is None:
            return False
        module, original = place
        if module.partition(".")[0] in sys.stdlib_module_names:
            return False
        beside = self._beside(module)
        if beside is None or len(seen) > 20:
            return None
        return beside._base_has(name if of else original, "", seen)

    def _beside(self, module: str) -> ClassFile | None:
        """The module in the file's folder, as far as there is one that can be parsed."""
        place = self.path.parent.joinpath(*module.lstrip(".").split("."))
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                try:
                    return ClassFile.at(path)
                except ClassFileError:
                    return None
        return None

    @cached_property
    def _imported(self) -> dict[str, tuple[str, str]]:
        """By local name: the module it comes from, and its name there."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    found[one.asname or one.name.partition(".")[0]] = (one.name, "")
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                found |= {one.asname or one.name: (module, one.name) for one in node.names}
        return found


def _bases(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """The names of base classes, and the module each is written with (``module.Base``)."""
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(inner, ast.Name):
            yield inner.id, ""
        elif isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            yield inner.attr, inner.value.id


def _defines(node: ast.ClassDef) -> bool:
    return any(
        isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part.name == FUNCTION
        for part in node.body
    )


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """The statements that an import runs: none of those in functions and classes."""
    scopes = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, scopes):
            yield child
            yield from _run_on_import(child)


def _assigned(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        yield from (one.id for one in node.targets if isinstance(one, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
