"""Which packages a file cannot do without, read from its syntax."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.running.neighbours import importable_beside

_NONE = ("bench", "methods", "__future__")


def imported_packages(file: Path) -> tuple[str, ...]:
    """The modules that ``file`` imports whatever happens, but for Python's own and those beside it.

    None where it cannot be read: loading it will say why.
    """
    try:
        tree = ast.parse(file.read_bytes())
        beside = importable_beside(file.resolve()).keys()
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ()
    found = dict.fromkeys(module for node in tree.body for module in _modules(node))
    names = {*sys.stdlib_module_names, *beside, *_NONE}
    return tuple(one for one in found if one.partition(".")[0] not in names)


def _modules(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
