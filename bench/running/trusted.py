"""What a fork server may import for a method, so that its workers need not.

A server is not sealed, so no code of a method may run in it: not even the module that holds it.
It imports what the harness itself depends on, where the method names it, and the methods that
ship. All else is imported by each worker, inside its walls.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bench.running.load import compile_file, load_class

_OWN = ("bench", "methods")
_ADAPTERS = "bench.adapters."
_DEPENDENCIES = frozenset(
    {
        "gplearn", "h5py", "joblib", "llvmlite", "mpmath", "numba", "numpy", "pandas", "psutil",
        "pyarrow", "pyoperon", "safetensors", "scipy", "sklearn", "sympy", "threadpoolctl",
        "torch",
    }
)  # fmt: skip
"""Packages that the harness or a method that ships depends on, and that survive a fork."""

_FITTING = (("bench", "fit_constants"), ("bench.expression.compiled.fit", "fit_constants"))

Name = tuple[str, str]
"""A module, and a name in it; an empty one for the module alone."""


def preload_trusted(
    target: str, requires: Iterable[str], settings: Mapping[str, object] | None = None
) -> None:
    """Import what a method at ``target`` uses, as far as it is trusted; errors are left to it.

    That includes the modules of settings that name a class, ``module:Class``.
    """
    place = target.rpartition(":")[0]
    wanted = [(module, "") for module in (*requires, *_named(settings or {}))]
    if place.endswith(".py"):
        wanted += _imports_of(Path(place))
        with contextlib.suppress(OSError, SyntaxError, ValueError, RecursionError):
            compile_file(Path(place))
    elif is_own(place) and (spec := importlib.util.find_spec(place)) and spec.origin:
        wanted += _imports(Path(spec.origin))
    for module, name in wanted:
        if _is_trusted(module):
            with contextlib.suppress(Exception, SystemExit):
                getattr(importlib.import_module(module), name or "__name__")
    if runs_others_code(target) or any(name in _FITTING for name in wanted):
        with contextlib.suppress(Exception):
            _compile_fitting()
    if is_own(place):
        with contextlib.suppress(Exception, SystemExit):
            load_class(target)


def _named(settings: Mapping[str, object]) -> Iterator[str]:
    for value in settings.values():
        if isinstance(value, str) and ":" in value:
            yield value.partition(":")[0]


def _compile_fitting() -> None:
    """Have the compiled code that fits constants kept on disk, where workers may only read."""
    import numpy as np

    from bench import fit_constants, parse

    X = np.linspace(1.0, 2.0, 8)[:, None]
    fit_constants(parse("1.0*x0 + 0.5"), ("x0",), X, 2.0 * X[:, 0])


def _is_trusted(module: str) -> bool:
    return is_own(module) or module.partition(".")[0] in _DEPENDENCIES


def is_own(module: str) -> bool:
    """Whether a module, or the class ``module:Class``, is the harness's or ships with it."""
    return module.partition(".")[0] in _OWN


def runs_others_code(target: str) -> bool:
    """Whether a class of the harness's imports, to warm up, what its settings name: not here.

    All of these fit constants.
    """
    return target.startswith(_ADAPTERS)


def _imports_of(path: Path, seen: tuple[Path, ...] = ()) -> Iterator[Name]:
    """What a file imports, it and the modules beside it that it imports."""
    for module, name in _imports(path):
        yield module, name
        beside = path.parent.joinpath(*module.split(".")).with_suffix(".py")
        if beside not in (path, *seen) and beside.is_file():
            yield from _imports_of(beside, (path, *seen))


def _imports(path: Path) -> Iterator[Name]:
    """What a file imports, now or later, found without running it."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)
