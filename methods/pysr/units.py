"""Units of a task as DynamicQuantities reads them, Julia's library behind PySR's."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from bench import Variable

_BASE = ("m", "s", "kg", "K", "V")
"""What ``Variable.unit`` counts exponents of."""


def units_of(variables: Sequence[Variable], target: Variable) -> dict[str, Any]:
    """The arguments of ``fit`` that tell the units; none where one of a variable is not known.

    PySR then punishes what adds metres to seconds. Of a target without unit it is told none.
    """
    units = [variable.unit for variable in variables]
    if not units or any(unit is None for unit in units):
        return {}
    told: dict[str, Any] = {"X_units": [_text(unit or ()) for unit in units]}
    return told if target.unit is None else {**told, "y_units": _text(target.unit)}


def _text(unit: Sequence[float]) -> str:
    """``m^2*kg*s^(-1//2)``; ``1`` for a pure number."""
    powers = zip(_BASE, (Fraction(power).limit_denominator(1000) for power in unit), strict=False)
    return "*".join(_power(base, power) for base, power in powers if power) or "1"


def _power(base: str, power: Fraction) -> str:
    if power == 1:
        return base
    if power.denominator == 1:
        return f"{base}^{power}" if power > 0 else f"{base}^({power})"
    return f"{base}^({power.numerator}//{power.denominator})"
