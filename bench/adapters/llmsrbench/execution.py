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


def executed(source: str, X: Values, y: Values, parameters: int) -> Predict | None:
    """The function of a program, its free numbers fitted to ``X`` (n, d) and ``y`` (n,) as LLM-SR
    fits them: least squares by BFGS, from ones.

    A searcher executes the programs that it is written; this is the same in the same process.
    None where there is no function, or it takes something else.
    """
    from scipy.optimize import minimize

    function = _last_function(source)
    called = None if function is None else _called(function, X.shape[1])
    if called is None:
        return None

    def loss(numbers: Values) -> float:
        with np.errstate(all="ignore"):
            value = np.mean((called(X, numbers) - y) ** 2)
        return float(value) if np.isfinite(value) else 1e300

    try:
        numbers = minimize(loss, np.ones(parameters), method="BFGS").x
    except Exception as error:  # a program may raise anything
        print(f"the program cannot be executed: {type(error).__name__}: {error}")
        return None
    return lambda rows: called(rows, numbers)


def _last_function(source: str) -> Callable[..., Any] | None:
    names: dict[str, Any] = {"np": np, "numpy": np, "math": math}
    try:
        exec(source, names)
    except Exception as error:
        print(f"the program cannot be executed: {type(error).__name__}: {error}")
        return None
    functions = [one for one in names.values() if isinstance(one, FunctionType)]
    return functions[-1] if functions else None


def _called(
    function: Callable[..., Any], columns: int
) -> Callable[[Values, Values], Values] | None:
    """``function`` of inputs (n, d) and free numbers: it takes the columns, or all as one array,
    and then, if there is one more, the numbers."""
    taken = len(inspect.signature(function).parameters)

    def values(X: Values, numbers: Values) -> Values:
        inputs = list(X.T.copy()) if taken in (columns, columns + 1) else [X.copy()]
        more = [numbers] if taken == len(inputs) + 1 else []
        found = np.asarray(function(*inputs, *more), dtype=np.float64)
        return np.broadcast_to(found.reshape(-1) if found.ndim > 1 else found, len(X)).copy()

    return values if taken in (1, 2, columns, columns + 1) else None
