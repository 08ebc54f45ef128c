"""Which variables an expression really depends on, and whether those are the right ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, compile_expression, symbols

NO_EFFECT = 1e-9
"""The relative change of a value that is taken for rounding error."""


@dataclass(frozen=True, slots=True)
class VariableUse:
    """The variables a prediction depends on, each in the order of the problem's columns.

    ``right`` are in the truth too, ``dummy`` are not, and ``missed`` are in the truth alone.
    """

    right: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    dummy: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {name: list(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> VariableUse:
        return cls(**{name: tuple(map(str, names)) for name, names in fields.items()})


def variable_use(
    prediction: Expression, truth: Expression, names: Sequence[str], X: NDArray[np.float64]
) -> VariableUse:
    """How the variables that matter to ``prediction`` compare with those that matter to ``truth``.

    ``X`` has shape (n, d) with column j being ``names[j]``.
    """
    return compare_variables(
        effective_variables(prediction, names, X), effective_variables(truth, names, X), names
    )


def compare_variables(
    used: Collection[str], needed: Collection[str], names: Sequence[str]
) -> VariableUse:
    """``used`` against ``needed``, in the order of ``names``."""
    return VariableUse(
        right=tuple(name for name in names if name in used and name in needed),
        missed=tuple(name for name in names if name in needed and name not in used),
        dummy=tuple(name for name in names if name in used and name not in needed),
    )


def effective_variables(
    expression: Expression, names: Sequence[str], X: NDArray[np.float64]
) -> tuple[str, ...]:
    """The variables without which ``expression`` has other values on the rows of ``X``.

    A variable has an effect where giving each row another row's value of it changes the result
    by more than ``NO_EFFECT`` of itself, or into or out of the finite numbers. In ``x0 + 0*x1``
    and ``x0 + x1 - x1`` only ``x0`` has one. A column of equal values cannot be told: there,
    appearing counts.
    """
    value_of = compile_expression(expression, names)
    original = value_of(X)
    used = []
    for column, name in enumerate(names):
        if name not in symbols(expression):
            continue
        exchanged = X.copy()
        exchanged[:, column] = np.roll(X[:, column], 1)
        constant = bool((exchanged[:, column] == X[:, column]).all())
        if constant or _differ(original, value_of(exchanged)):
            used.append(name)
    return tuple(used)


def _differ(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    finite_a, finite_b = np.isfinite(a), np.isfinite(b)
    if (finite_a != finite_b).any():
        return True
    a, b = a[finite_a], b[finite_a]
    with np.errstate(over="ignore"):
        return bool((np.abs(a - b) > NO_EFFECT * np.maximum(np.abs(a), np.abs(b))).any())
