"""Names that a package offers and imports when they are first used, listed once: in its stub.

``__init__.pyi`` beside a package's ``__init__.py`` holds ``from PLACE import NAME, ...`` lines.
Type checkers read it as what the package has; ``attach`` reads it for where each name comes from.
It needs nothing but the standard library: a worker in a foreign interpreter has little else.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def attach(
    package: str, file: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` for ``package``, whose ``__file__`` is ``file``.

    A name is imported once and then stands in the package like any other. Raises AttributeError
    for a name that the stub does not list.
    """
    home_of = _homes(Path(file).with_suffix(".pyi"))
    offered = sorted(home_of)

    def get(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        value = getattr(importlib.import_module(home_of[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *offered})

    return get, names, offered


def _homes(stub: Path) -> dict[str, str]:
    """The module of each name that the stub imports."""
    lines = ast.parse(stub.read_text(encoding="utf-8"), filename=str(stub)).body
    return {
        alias.asname or alias.name: line.module
        for line in lines
        if isinstance(line, ast.ImportFrom) and line.module and line.module != "__future__"
        for alias in line.names
    }
