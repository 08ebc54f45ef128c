"""What the generators of fresh problems hand on."""

from __future__ import annotations

from dataclasses import dataclass

from bench.expression import Expression, Symbol, substitute
from bench.problems.problem import Domain, Problem, Source, Target
from bench.problems.variable import Variable


@dataclass(frozen=True)
class Law:
    """A law in the names of its inputs, which know the ranges their values are in."""

    expression: Expression
    variables: tuple[Variable, ...]
    target: Variable
    source: Source
    meaning: str

    @property
    def domain(self) -> Domain:
        return Domain(self.variables)

    def problem(self, dataset: str, version: str, name: str) -> Problem:
        """The problem to discover this law."""
        symbols = {variable.name: Symbol(variable.symbol) for variable in self.variables}
        times = [variable.name for variable in self.variables if variable.symbol == "t"]
        return Problem(
            dataset=dataset,
            version=version,
            name=name,
            variables=self.variables,
            targets=(Target(self.target, str(self.expression)),),
            source=self.source,
            formula=str(substitute(self.expression, symbols)),
            meaning=self.meaning,
            time=times[0] if times else None,
        )
