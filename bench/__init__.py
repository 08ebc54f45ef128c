"""Rediscover: a benchmark harness for symbolic regression and equation discovery.

The names below are what a method needs; each is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.expression import (
        Call,
        Constant,
        Expression,
        Number,
        ParseError,
        Symbol,
        complexity,
        evaluate,
        fold,
        numbers,
        parse,
        substitute,
        symbols,
    )
    from bench.expression.compiled.fit import Fit, fit_constants
    from bench.kinds.table.task import Task
    from bench.method import Budget, Candidate, Discovery, Method
    from bench.problems.variable import Variable

    __version__: str

_HOMES = {
    "bench.expression": (
        "Call", "Constant", "Expression", "Number", "ParseError", "Symbol",
        "complexity", "evaluate", "fold", "numbers", "parse", "substitute", "symbols",
    ),
    "bench.expression.compiled.fit": ("Fit", "fit_constants"),
    "bench.kinds.table.task": ("Task",),
    "bench.method": ("Budget", "Candidate", "Discovery", "Method"),
    "bench.problems.variable": ("Variable",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Budget",
    "Call",
    "Candidate",
    "Constant",
    "Discovery",
    "Expression",
    "Fit",
    "Method",
    "Number",
    "ParseError",
    "Symbol",
    "Task",
    "Variable",
    "__version__",
    "complexity",
    "evaluate",
    "fit_constants",
    "fold",
    "numbers",
    "parse",
    "substitute",
    "symbols",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from bench.installation import own_version

        value: Any = own_version()
    elif name in _HOME_OF:
        value = getattr(importlib.import_module(_HOME_OF[name]), name)
    else:
        raise AttributeError(f"module 'bench' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
