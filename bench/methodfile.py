"""The one class of a plain Python file that is a method, found without running the file."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from bench.basics.paths import expanded


class MethodFileError(ValueError):
    """A file holds no method; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class MethodClass:
    """Where the class of a method is written, and the first line of what it says of itself."""

    path: Path
    name: str
    summary: str

    @property
    def target(self) -> str:
        """``/absolute/file.py:Class``."""
        return f"{self.path}:{self.name}"


def class_in_file(place: str) -> MethodClass:
    """The class with a function ``discover`` at ``place``: a path, or ``path.py:Class``.

    Raises MethodFileError where the file is not there, cannot be read or parsed, its name cannot
    be a method's, or no class or more than one would do.
    """
    path, name = _split(place)
    if not path.is_file():
        raise MethodFileError(f"there is no file '{path}'")
    if path.suffix != ".py":
        raise MethodFileError(f"'{path}' is no Python file; a method's file ends in .py")
    if not path.stem.isidentifier():
        raise MethodFileError(
            f"'{path.name}' cannot name a method; use letters, digits and _ (my_method.py)"
        )
    classes = _classes(path)
    chosen = _chosen(path, classes, name)
    return MethodClass(path.resolve(), chosen.name, _summary(chosen))


def _split(place: str) -> tuple[Path, str | None]:
    before, _, after = place.rpartition(":")
    if before.endswith(".py") and after.isidentifier():
        return expanded(before), after
    return expanded(place), None


def _classes(path: Path) -> list[ast.ClassDef]:
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise MethodFileError(
            f"'{path}' is no valid Python: line {error.lineno}: {error.msg}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise MethodFileError(f"'{path}' cannot be read: {error}") from None
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def _chosen(path: Path, classes: list[ast.ClassDef], name: str | None) -> ast.ClassDef:
    if name is not None:
        for one in classes:
            if one.name == name:
                return one
        raise MethodFileError(f"'{path}' has no class '{name}'{_there_are(classes)}")
    able = [one for one in classes if _defines_discover(one)]
    if len(able) == 1:
        return able[0]
    if able:
        names = ", ".join(one.name for one in able)
        raise MethodFileError(
            f"'{path}' has several classes with discover(task): {names}; "
            f"say which: {path.name}:{able[0].name}"
        )
    raise MethodFileError(
        f"'{path}' has no class with a function discover(task){_there_are(classes)} "
        "(rediscover new NAME writes one that works)"
    )


def _there_are(classes: list[ast.ClassDef]) -> str:
    return f"; it has {', '.join(one.name for one in classes)}" if classes else ""


def _defines_discover(node: ast.ClassDef) -> bool:
    return any(
        isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part.name == "discover"
        for part in node.body
    )


def _summary(node: ast.ClassDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0]
