"""Conditions on the rows of a problem: two expressions and a comparison between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, ParseError, Symbol, parse, substitute
from bench.problems.portable import evaluate_portably

_COMPARISON = re.compile(r"(!=|==|>=|<=|>|<)")
_COMPARE: dict[str, Callable[..., NDArray[np.bool_]]] = {
    "!=": np.not_equal, "==": np.equal, ">=": np.greater_equal, "<=": np.less_equal,
    ">": np.greater, "<": np.less,
}  # fmt: skip


@dataclass(frozen=True)
class Constraint:
    """``left comparison right``, such as ``1 - x1**2/9e16 > 0``."""

    left: Expression
    comparison: str
    right: Expression

    def holds(self, names: Sequence[str], X: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which rows of ``X`` (n, d) satisfy it; a side that is not real satisfies nothing."""
        left = evaluate_portably(self.left, names, X)
        right = evaluate_portably(self.right, names, X)
        known = ~(np.isnan(left) | np.isnan(right))
        return known & _COMPARE[self.comparison](left, right)

    def renamed(self, names: Mapping[str, str]) -> Constraint:
        """The same constraint with its variables called ``names[old]``."""
        new = {old: Symbol(name) for old, name in names.items()}
        return Constraint(substitute(self.left, new), self.comparison, substitute(self.right, new))

    def __str__(self) -> str:
        return f"{self.left} {self.comparison} {self.right}"


def parse_constraint(text: str, names: Sequence[str]) -> Constraint:
    """The constraint that ``text`` states in the variables ``names``; ParseError where none."""
    parts = _COMPARISON.split(text)
    if len(parts) != 3:
        raise ParseError("a constraint has one of != == >= <= > <, once", text, 0)
    known = {name: name for name in names}
    return Constraint(parse(parts[0], known), parts[1], parse(parts[2], known))
