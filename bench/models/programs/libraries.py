"""Modules, their names, and the attributes of what a program holds."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from bench.models.programs import building
from bench.models.programs.context import Context
from bench.models.programs.refusals import refused
from bench.models.programs.values import (
    Bound,
    Inputs,
    Items,
    Meaning,
    Package,
    Parameters,
    Predicate,
    Routine,
    Rows,
    Scope,
    Unbounded,
    Undefined,
    Value,
)

_KNOWN: Mapping[str, str] = {
    "np": "numpy", "numpy": "numpy", "math": "math", "scipy": "scipy", "jnp": "jax.numpy",
    "torch": "torch", "special": "scipy.special", "sp": "scipy",
}  # fmt: skip
_ELEMENTWISE = frozenset(
    {"numpy", "math", "scipy", "scipy.special", "jax.numpy", "jax", "jax.nn", "torch", "torch.nn",
     "torch.nn.functional"}
)  # fmt: skip
_NUMBERS: Mapping[str, float] = {
    "tau": math.tau, "euler_gamma": 0.5772156649015329, "True_": 1.0, "False_": 0.0,
}  # fmt: skip
_OWN = frozenset({"abs", "max", "min", "pow", "sum", "len", "float", "int", "round", "range"})
"""Functions of Python itself that are read, or refused in words of their own."""


def by_name(name: str) -> Meaning:
    """What a name stands for that the program did not define; None where that is nothing."""
    from bench.models.programs.calls import is_known

    if name in _KNOWN:
        return Package(_KNOWN[name])
    if name == "pi":
        return building.constant("pi")
    if name in _OWN or is_known(name):
        return Routine(name, "" if name in _OWN else "numpy")
    return None


def imported(node: ast.Import | ast.ImportFrom) -> Scope:
    """The names that an import defines. Nothing is imported."""
    if isinstance(node, ast.Import):
        return {
            one.asname or one.name.partition(".")[0]: Package(
                one.name if one.asname else one.name.partition(".")[0]
            )
            for one in node.names
        }
    module = node.module or ""
    scope: Scope = {}
    for one in node.names:
        scope[one.asname or one.name] = _member(Package(module), one.name)
    return scope


def _member(library: Package, name: str) -> Meaning:
    path = f"{library.path}.{name}"
    if path in _ELEMENTWISE:
        return Package(path)
    if name in ("pi", "e"):
        return building.constant(name)
    if name in _NUMBERS:
        return building.number(_NUMBERS[name])
    if name in ("inf", "Inf", "infty"):
        return Unbounded(1)
    if name in ("nan", "NaN"):
        return Undefined()
    if name == "newaxis":
        return None
    return Routine(name, library.path)


def check_elementwise(routine: Routine, node: ast.AST) -> None:
    """Raise ProgramError for a function of a module that is not read."""
    if routine.module and routine.module not in _ELEMENTWISE:
        reason = f"'{routine.module}.{routine.name}' is not read; np and math are"
        raise refused(reason, node)


def attribute(found: Meaning, node: ast.Attribute, given: Context) -> Meaning:
    """What ``found.name`` stands for."""
    name = node.attr
    if isinstance(found, Package):
        return _member(found, name)
    if isinstance(found, Routine):
        raise refused(f"'{found.name}.{name}' is not read; write the terms out", node)
    if name == "T" and isinstance(found, Inputs):
        return Inputs(not found.transposed)
    if name == "shape":
        return _shape(found, given)
    if name == "size" and isinstance(found, Parameters | Value):
        return building.number(len(found)) if isinstance(found, Parameters) else Rows()
    if name in ("T", "real") and isinstance(found, Value):
        return found
    if isinstance(found, Value | Predicate | Inputs | Parameters):
        return Bound(found, name)
    raise refused(f"the attribute '{name}' is not read", node)


def _shape(found: Meaning, given: Context) -> Meaning:
    if isinstance(found, Parameters):
        return Items((building.number(len(found)),))
    if isinstance(found, Inputs):
        shape: tuple[Meaning, ...] = (Rows(), building.number(len(given.names)))
        return Items(shape[::-1] if found.transposed else shape)
    return Rows()
