"""What a plain file holds that can be run as a method, found without running the file.

That is a class with ``discover(task)``, its own or inherited, or what another benchmark's
contract asks for (``bench.adapters``): SRBench's ``est``, LLM-SRBench's ``BaseSearcher``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.basics.classes import SEARCHER, ClassFile, ClassFileError
from bench.basics.paths import expanded
from bench.basics.srbench_clone import REGRESSOR


class MethodFileError(ValueError):
    """A file holds no method; the message says why and what to do."""


Contract = Literal["rediscover", "srbench", "llmsrbench"]
_CALLED_BY_FOLDER = (REGRESSOR, "searcher.py")


@dataclass(frozen=True, slots=True)
class MethodFile:
    """What of a file is a method: a class, or SRBench's ``est``; by whose contract it is one, and
    the first line of what it says of itself."""

    path: Path
    name: str
    summary: str
    contract: Contract = "rediscover"

    @property
    def label(self) -> str:
        """What the method is called: as its file or, where all such files have one name, as its
        folder."""
        if self.contract == "rediscover" or self.path.name not in _CALLED_BY_FOLDER:
            return self.path.stem
        label = re.sub(r"\W", "_", self.path.parent.name, flags=re.ASCII)
        return label if label.isidentifier() else f"_{label}"

    @property
    def target(self) -> str:
        """``/absolute/file.py:Class``."""
        return f"{self.path}:{self.name}"


def method_in_file(place: str) -> MethodFile:
    """The method at ``place``: a file, ``path.py:Class``, or a folder with a ``regressor.py``.

    Raises MethodFileError where the file is not there, cannot be read or parsed, its name cannot
    be a method's, or nothing or more than one thing in it would do.
    """
    path, name = _split(place)
    if path.is_dir() and (path / REGRESSOR).is_file():
        path = path / REGRESSOR
    if path.is_dir():
        raise MethodFileError(f"the folder '{path}' has no {REGRESSOR}; name the file in it")
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
    if name is None and "est" in file.assigned and not file.able(certain=True):
        return MethodFile(path.resolve(), "est", file.summary, "srbench")
    chosen = _chosen(file, name)
    summary = (ast.get_docstring(chosen) or "").partition("\n")[0]
    contract: Contract = "llmsrbench" if file.descends(chosen, SEARCHER) else "rediscover"
    return MethodFile(path.resolve(), chosen.name, summary, contract)


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
    estimator = next((one.name for one in classes if _is_estimator(one)), None)
    hint = "rediscover new NAME writes one that works"
    if estimator is not None:
        hint = (
            f"{estimator} is an estimator of scikit-learn's kind: "
            f"method=[sklearn] method.sklearn.estimator={file.path}:{estimator}"
        )
    raise MethodFileError(
        f"'{file.path}' has no class with a function discover(task){_there_are(classes)} ({hint})"
    )


def _there_are(classes: Sequence[ast.ClassDef]) -> str:
    return f"; it has {', '.join(one.name for one in classes)}" if classes else ""


def _is_estimator(node: ast.ClassDef) -> bool:
    functions = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return {"fit", "predict"} <= functions
