"""What a function's machine code was made from, as a digest.

numba freezes into machine code what a function refers to: the functions it calls, and these what
they refer to, and the values of globals. The digest is over all of it, as Python has compiled it:
comments and the places of functions in their files do not count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

_PLAIN = (bool, int, float, complex, str, bytes, type(None))


@cache
def digest(function: Any) -> str:
    """The SHA-256 of a Python function and of everything it refers to, directly or not.

    Raises TypeError where it refers to an object of which nothing is known that would stay the
    same in another process.
    """
    sha = hashlib.sha256()
    waiting, known = [function], {function}
    while waiting:
        text, below = _own(waiting.pop(0))
        sha.update(text)
        waiting += [one for one in below if one not in known]
        known.update(below)
    return sha.hexdigest()


@cache
def _own(function: Any) -> tuple[bytes, tuple[Any, ...]]:
    """A function without those it calls, as a digest; and those."""
    code: CodeType = function.__code__
    lines = [f"{function.__module__}.{function.__qualname__}", _text_of(code)]
    lines.append(repr((function.__defaults__, function.__kwdefaults__)))
    below: dict[Any, None] = {}
    for name, value in _referred(function, code):
        called = _function_in(value)
        if called is None:
            lines.append(f"{name}={_described(value, function)}")
        else:
            lines.append(f"{name}->{called.__module__}.{called.__qualname__}")
            below[called] = None
    return hashlib.sha256("\n".join(lines).encode()).digest(), tuple(below)


def _text_of(code: CodeType) -> str:
    constants = [
        _text_of(value) if isinstance(value, CodeType) else _constant(value)
        for value in code.co_consts
    ]
    parts = (code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_argcount)
    return repr((parts, constants))


def _constant(value: Any) -> str:
    return repr(sorted(map(repr, value)) if isinstance(value, frozenset) else value)


def _referred(function: Any, code: CodeType) -> Iterator[tuple[str, Any]]:
    """The globals and closed-over values of a function, and what it takes from modules."""
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        yield name, cell.cell_contents
    names = sorted(_names(code))
    for name in names:
        if name not in function.__globals__:
            continue  # an attribute, or a builtin
        value = function.__globals__[name]
        if isinstance(value, ModuleType):
            yield from _taken_from(value, name, names)
        else:
            yield name, value


def _taken_from(module: ModuleType, called: str, names: list[str]) -> Iterator[tuple[str, Any]]:
    """The module's name; and of what it holds by these names, what ends up in machine code."""
    yield called, module
    for name in names:
        value = vars(module).get(name)
        if hasattr(value, "py_func") or isinstance(value, (*_PLAIN, tuple, np.ndarray)):
            yield f"{called}.{name}", value


def _names(code: CodeType) -> set[str]:
    inner = [value for value in code.co_consts if isinstance(value, CodeType)]
    return set(code.co_names).union(*map(_names, inner))


def _function_in(value: Any) -> Any:
    """The Python function that is ``value``, or that numba compiles as it."""
    value = getattr(value, "py_func", value)
    return value if isinstance(value, FunctionType) else None


def _described(value: Any, function: Any) -> str:
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, tuple):
        return f"({', '.join(_described(one, function) for one in value)})"
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}{hashlib.sha256(value.tobytes()).hexdigest()}"
    if isinstance(value, ModuleType):
        return value.__name__
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}{getattr(value, '_fields', '')}"
    if isinstance(value, BuiltinFunctionType | np.ufunc):
        return repr(value)
    raise TypeError(f"{function.__qualname__} refers to {value!r}: no digest can be made of that")
