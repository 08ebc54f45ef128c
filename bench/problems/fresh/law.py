"""What the generators of fresh problems hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.expression import Expression, Symbol, substitute
from bench.problems.problem import Domain
from bench.problems.variable import Variable


@dataclass(frozen=True)
class Law:
    """A law in the names of its inputs, which know the ranges their values are in.

    ``data`` says how data come to be, in a catalogue's words: ``samples``, or a ``system``.
    """

    expression: Expression
    variables: tuple[Variable, ...]
    target: Variable
    meaning: str
    data: Mapping[str, Any]

    @property
    def domain(self) -> Domain:
        return Domain(self.variables)

    def entry(self, name: str) -> dict[str, Any]:
        """The problem to discover this law, as a catalogue describes it."""
        symbols = {variable.name: Symbol(variable.symbol) for variable in self.variables}
        times = [variable.name for variable in self.variables if variable.symbol == "t"]
        return {
            "name": name,
            "meaning": self.meaning,
            "formula": str(substitute(self.expression, symbols)),
            "truth": str(self.expression),
            "target": _entry(self.target),
            "variables": [_entry(variable) for variable in self.variables],
            **({"time": times[0]} if times else {}),
            **self.data,
        }


def _entry(variable: Variable) -> dict[str, Any]:
    entry: dict[str, Any] = {"symbol": variable.symbol, "meaning": variable.meaning}
    if variable.unit is not None:
        entry["unit"] = list(variable.unit)
    if variable.sampling is not None:
        rule = variable.sampling
        entry |= {"sampling": rule.kind, "low": rule.low, "high": rule.high, "signs": rule.signs}
        if rule.count is not None:
            entry["count"] = rule.count
    return entry
