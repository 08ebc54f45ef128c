"""Names that a package offers and imports when they are first used, listed once: in its stub.

``__init__.pyi`` beside a package's ``__init__.py`` holds ``from PLACE import NAME, ...`` lines.
Type checkers read it as what the package has; ``attach`` reads it for where each name comes from.
It needs nothing but the standard library: a worker in a foreign interpreter has little else.
"""

from __future__ import annotations

import sys

# Nothing that takes time, which importlib does: Ctrl-C is Python's own before this is imported
# (see ``bench.entry``).
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` for ``package``, whose ``__file__`` is ``file``.

    A name is imported once and then stands in the package like any other; ``__all__`` is all of
    them. Raises AttributeError for a name that the stub does not list. The stub is read when a
    name is first asked for.
    """
    home_of: dict[str, str] = {}

    def homes() -> dict[str, str]:
        if not home_of:
            home_of.update(_homes(file.removesuffix(".py") + ".pyi"))
        return home_of

    def get(name: str) -> Any:
        if name == "__all__":
            return sorted(homes())
        if name not in homes():
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        import importlib

        value = getattr(importlib.import_module(home_of[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes()})

    return get, names


def _homes(stub: str) -> dict[str, str]:
    """The module of each name that the stub imports."""
    import ast
    from pathlib import Path

    lines = ast.parse(Path(stub).read_text(encoding="utf-8"), filename=stub).body
    return {
        alias.asname or alias.name: line.module
        for line in lines
        if isinstance(line, ast.ImportFrom) and line.module and line.module != "__future__"
        for alias in line.names
    }
