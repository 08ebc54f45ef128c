"""What a generator of fresh problems hands on."""

from __future__ import annotations

from dataclasses import dataclass

from bench.expression import Expression
from bench.problems.variable import Variable


@dataclass(frozen=True)
class Law:
    """A law in the names of its inputs, which know the ranges they are drawn from."""

    name: str
    expression: Expression
    variables: tuple[Variable, ...]
    target: Variable
    meaning: str = ""
