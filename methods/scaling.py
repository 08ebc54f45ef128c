"""Powers of ten that bring columns near 1, and their undoing in a formula.

Physical data run from 1e-27 to 1e27. An engine that computes in float32, or draws its constants
from [-1, 1], is given ``X[:, j] / 10**a[j]`` and ``y / 10**b`` instead; what it finds is turned
back, symbol by symbol, into a formula of the data as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Task
from methods.tidy import gather

_NEAR = 3
"""Columns whose root mean square is within 10**-3..10**3 are left as they are: of a state that dies
away the median is next to nothing, and a column divided by that is huge where it matters."""
_FAR = 300
"""No power is larger: 10**309 is no float."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """Exponents of ten: ``columns`` by the variables' names, in order, and ``target``."""

    columns: Mapping[str, int]
    target: int

    @classmethod
    def of(cls, task: Task) -> Scaling:
        """The scaling that the training data of ``task`` ask for."""
        columns = {name: _exponent(task.X[:, j]) for j, name in enumerate(task.names)}
        return cls(columns, _exponent(task.y))

    @classmethod
    def none(cls, task: Task) -> Scaling:
        """The scaling that changes nothing."""
        return cls(dict.fromkeys(task.names, 0), 0)

    def X(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """A scaled copy of ``X``, shape (n, d)."""
        powers = list(self.columns.values())
        return np.column_stack([_divide(X[:, j], power) for j, power in enumerate(powers)])

    def y(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """A scaled copy of ``y``, shape (n,)."""
        return _divide(y, self.target)

    def undo(self, expression: Expression) -> Expression:
        """The formula in raw units of an ``expression`` of the scaled columns.

        The powers of ten are merged into the constants beside them: ``2.5*x0`` of a column that
        was divided by 1e-27 becomes ``2.5e27*x0``.
        """
        raw = expression
        if self.target:
            raw = Call("mul", (Number(10.0**self.target), expression))
        return gather(raw, lambda name: 10.0 ** -self.columns.get(name, 0))


def _exponent(values: NDArray[np.float64]) -> int:
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if not sizes.size:
        return 0
    largest = float(np.max(sizes))
    share = float(np.sqrt(np.mean((sizes / largest) ** 2)))
    power = round(float(np.log10(largest) + np.log10(share)))
    return max(-_FAR, min(power, _FAR)) if abs(power) > _NEAR else 0


def _divide(values: NDArray[np.float64], power: int) -> NDArray[np.float64]:
    return values / 10.0**power if power >= 0 else values * 10.0**-power
