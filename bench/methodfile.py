"""What a plain file holds that can be run as a method, found without running the file.

That is a class with ``discover(task)``, its own or inherited.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.basics.classes import ClassFile, ClassFileError
from bench.basics.paths import expanded


class MethodFileError(ValueError):
    """A file holds no method; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class MethodFile:
    """The class of a file that is a method, and the first line of what it says of itself."""

    path: Path
    name: str
    summary: str

    @property
    def label(self) -> str:
        """What the method is called."""
        return self.path.stem

    @property
    def target(self) -> str:
        """``/absolute/file.py:Class``."""
        return f"{self.path}:{self.name}"


def method_in_file(place: str) -> MethodFile:
    """The method at ``place``: a file, or ``path.py:Class``.

    Raises MethodFileError where the file is not there, cannot be read or parsed, its name cannot
    be a method's, or nothing or more than one thing in it would do.
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
    try:
        file = ClassFile.at(path)
    except ClassFileError as error:
        raise MethodFileError(str(error)) from None
    chosen = _chosen(file, name)
    summary = (ast.get_docstring(chosen) or "").partition("\n")[0]
    return MethodFile(path.resolve(), chosen.name, summary)


def _split(place: str) -> tuple[Path, str | None]:
    before, _, after = place.rpartition(":")
    if before.endswith(".py") and after.isidentifier():
        return expanded(before), after
    return expanded(place), None


def _chosen(file: ClassFile, name: str | None) -> ast.ClassDef:
    classes = list(file.classes.values())
    if name is not None:
        if name in file.classes:
            return file.classes[name]
        raise MethodFileError(f"'{file.path}' has no class '{name}'{_there_are(classes)}")
    able = file.able(certain=True) or file.able(certain=False)
    if len(able) == 1:
        return able[0]
    if able:
        names = ", ".join(one.name for one in able)
        raise MethodFileError(
            f"'{file.path}' has several classes with discover(task): {names}; "
            f"say which: {file.path.name}:{able[0].name}"
        )
    raise MethodFileError(
        f"'{file.path}' has no class with a function discover(task){_there_are(classes)} "
        "(rediscover new NAME writes one that works)"
    )


def _there_are(classes: Sequence[ast.ClassDef]) -> str:
    return f"; it has {', '.join(one.name for one in classes)}" if classes else ""
