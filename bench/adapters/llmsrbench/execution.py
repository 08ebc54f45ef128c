"""Programs without a formula: executed, in a searcher's worker and behind its walls alone."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from bench.adapters.estimators import Predict, Values

_Called = Callable[[Values, Values], Values]


def executed(
    source: str, X: Values, y: Values, parameters: int, on_fault: Callable[[str], None]
) -> Predict | None:
    """The function of a program, its free numbers fitted to ``X`` (n, d) and ``y`` (n,) as LLM-SR
    fits them: least squares by BFGS, from ones.

    A searcher executes the programs that it is written; this is the same in the same process.
    None where there is no function, or it takes something else; ``on_fault`` is told.
    """
    from scipy.optimize import minimize

    try:
        called = _called(_last_function(source), X.shape[1])
    except Exception as error:  # a program may raise anything
        on_fault(f"the program cannot be executed: {type(error).__name__}: {error}")
        return None

    def loss(numbers: Values) -> float:
        with np.errstate(all="ignore"):
            value = np.mean((called(X, numbers) - y) ** 2)
        return float(value) if np.isfinite(value) else 1e300

    try:
        numbers = minimize(loss, np.ones(parameters), method="BFGS").x
    except Exception as error:  # a program may raise anything
        on_fault(f"the program cannot be executed: {type(error).__name__}: {error}")
        return None
    return lambda rows: called(rows, numbers)


def _last_function(source: str) -> Callable[..., Any]:
    names: dict[str, Any] = {"np": np, "numpy": np, "math": math}
    # The searcher itself wrote it, and runs it as its contract has it: in its worker, behind walls.
    exec(source, names)
    functions = [one for one in names.values() if isinstance(one, FunctionType)]
    if not functions:
        raise ValueError("there is no function in it")
    return functions[-1]


def _called(function: Callable[..., Any], columns: int) -> _Called:
    """``function`` of inputs (n, d) and free numbers: it takes the columns, or all as one array,
    and then, if there is one more, the numbers."""
    taken = len(inspect.signature(function).parameters)
    if taken not in (1, 2, columns, columns + 1):
        raise ValueError(f"its function takes {taken} arguments, and there are {columns} columns")

    def values(X: Values, numbers: Values) -> Values:
        inputs = list(X.T.copy()) if taken in (columns, columns + 1) else [X.copy()]
        more = [numbers] if taken == len(inputs) + 1 else []
        returned = function(*inputs, *more)
        if returned is None:
            raise ValueError("its function returns nothing")
        found = np.asarray(returned, dtype=np.float64)
        return np.broadcast_to(found.reshape(-1) if found.ndim > 1 else found, len(X)).copy()

    return values
