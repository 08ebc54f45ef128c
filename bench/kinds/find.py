"""Which kinds there are: those that ship, and those that installed packages offer."""

from __future__ import annotations

import importlib
from functools import cache

from bench.basics.extension import ExtensionError, offered
from bench.kinds.kind import AnyProblem, Kind

_OURS = ("table", "system", "oracle", "constant", "families", "panel")
_SHIPPED = {name: f"bench.kinds.{name}:KIND" for name in _OURS}


def kind_names() -> list[str]:
    """The kinds there are, those of installed packages among them."""
    return [*_SHIPPED, *sorted(offered("kinds", _SHIPPED))]


def kind_target(name: str) -> str:
    """Where the kind called ``name`` is to be imported from: ``package.module:NAME``.

    Raises LookupError where there is none.
    """
    if name in _SHIPPED:
        return _SHIPPED[name]
    points = offered("kinds", _SHIPPED)
    if name not in points:
        raise LookupError(f"kind '{name}' not found; there is {', '.join(kind_names())}")
    return points[name].value.replace(" ", "")


@cache
def kind_at(target: str) -> Kind:
    """The kind at ``package.module:NAME``. Raises ExtensionError where importing it fails."""
    module, _, attribute = target.partition(":")
    try:
        kind: Kind = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise ExtensionError(
            f"the kind at {target} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    return kind


def kind_named(name: str) -> Kind:
    """The kind called ``name``. Raises LookupError where there is none."""
    return kind_at(kind_target(name))


def reduced_to(name: str) -> str:
    """The kind whose methods take the kind called ``name`` by its reduction; empty if none do."""
    return getattr(kind_named(name), "reduces_to", "")


def kind_of(problem: AnyProblem) -> Kind:
    """The kind of ``problem``."""
    return kind_named(problem.kind)
