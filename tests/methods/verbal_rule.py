"""Who answers ``vml`` in tests: a learner and an optimiser by rule, least squares in words."""

from __future__ import annotations

import re

import numpy as np

_EQUATION = re.compile(r"y = (-?[\d.]+)\*x0 \+ (-?[\d.]+)")
_ROW = re.compile(r"inputs: x0 = (-?[\d.]+); prediction: \S+; target: (-?[\d.]+)")
_INPUT = re.compile(r"^\d+\. x0 = (-?[\d.]+)$", re.MULTILINE)


def answered(text: str, last: str) -> str:
    """The answer to a prompt of which ``text`` is all and ``last`` the last message."""
    rows = _ROW.findall(last)
    if rows:
        x, y = np.array(rows, dtype=float).T
        slope, offset = np.polyfit(x, y, 1)
        return (
            "The predictions are off.\n\nNew Pattern Descriptions: The output grows with the "
            f"input. The equation is y = {slope:.2f}*x0 + {offset:.2f}, with noise."
        )
    inputs = np.array(_INPUT.findall(last), dtype=float)
    stated = _EQUATION.findall(last)
    slope, offset = map(float, stated[-1]) if stated else (0.0, 1.0)
    values = [round(float(one), 2) for one in slope * inputs + offset]
    if "JSON" in last:
        return f"I apply the equation. Outputs: {values}"
    return f"I apply the equation to x.\n**Output:** {values[0]:.2f}"
