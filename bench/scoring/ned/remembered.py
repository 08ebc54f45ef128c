"""Results of SymPy's functions, kept for as long as one expression is brought into its form.

``simplify`` tries the same rewriting again and again on what has not changed since, or on parts
that it has met. The functions here answer the same to equal arguments, and SymPy's expressions
are immutable and equal only where they are alike in every part.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

_MOST_RESULTS = 50_000
_FUNCTIONS = (
    ("sympy.core.function", "count_ops"),
    ("sympy.core.exprtools", "factor_terms"),
    ("sympy.core.sorting", "_nodes"),
    ("sympy.core.sorting", "_node_count"),
    ("sympy.polys.polytools", "cancel"),
    ("sympy.polys.polytools", "factor"),
    ("sympy.polys.rationaltools", "together"),
    ("sympy.simplify.powsimp", "powsimp"),
    ("sympy.simplify.radsimp", "fraction"),
    ("sympy.simplify.simplify", "signsimp"),
    ("sympy.simplify.simplify", "simplify"),
)

Function = Callable[..., Any]


@contextlib.contextmanager
def remembered_results() -> Iterator[None]:
    """Within, those functions of SymPy compute once what they are asked of equal arguments."""
    from sympy import Expr

    hints = Expr._expand_hint
    remembered = [(places, original, _remembering(original)) for places, original in _functions()]
    try:
        for places, _, new in remembered:
            for module, name in places:
                setattr(module, name, new)
        Expr._expand_hint = staticmethod(_remembering(hints))
        yield
    finally:
        Expr._expand_hint = staticmethod(hints)
        for places, original, _ in remembered:
            for module, name in places:
                setattr(module, name, original)


@functools.cache
def _functions() -> list[tuple[list[tuple[Any, str]], Function]]:
    """Each function of this SymPy, with the modules that know it and its name there."""
    import sympy  # noqa: F401 (its modules are looked up by name)

    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "sympy"]
    originals = [
        getattr(sys.modules[module], name)
        for module, name in _FUNCTIONS
        if hasattr(sys.modules.get(module), name)
    ]
    places: dict[int, list[tuple[Any, str]]] = {id(original): [] for original in originals}
    for module in modules:
        for name, value in list(vars(module).items()):
            if id(value) in places:
                places[id(value)].append((module, name))
    return [(places[id(original)], original) for original in originals]


def _remembering(function: Function) -> Function:
    kept = functools.lru_cache(_MOST_RESULTS, typed=True)(function)

    @functools.wraps(function)
    def answer(*args: Any, **named: Any) -> Any:
        try:
            return kept(*args, **named)
        except TypeError as error:
            if not str(error).startswith("unhashable type"):
                raise
            return function(*args, **named)

    return answer
