"""Rivals: other expressions that the data of a table cannot tell from its law.

The measure is chi-square: squares of residuals over the variance that rounding gives them, with
the slopes of the law (``bench.problems.identifiable.rounding``), the target no finer than float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.expression import Expression, ParseError, complexity, evaluate, parse
from bench.problems.data import Table
from bench.problems.identifiable.rounding import Rounding
from bench.problems.problem import Problem

MARGIN = 1.15
"""How much larger than the law's the chi-square of what fits as well may be."""


@dataclass(frozen=True)
class Beside:
    """An expression beside the law: their sizes in nodes, and their chi-squares a row."""

    nodes: int
    law_nodes: int
    chi_square: float
    law_chi_square: float

    @property
    def no_larger(self) -> bool:
        """Whether it has no more nodes than the law as the dataset writes it."""
        return self.nodes <= self.law_nodes

    @property
    def fits(self) -> bool:
        """Whether it fits as well as the law does, or as rounding would let it."""
        return self.chi_square <= MARGIN * max(self.law_chi_square, 1.0)


def beside_law(
    expression: Expression, law: Expression, names: Sequence[str], table: Table
) -> Beside:
    """How ``expression`` stands beside ``law`` on rows that follow the law."""
    variance = Rounding.at_least_single(table.X, table.y).variance(law, names, table.X)
    total = max(float(np.sum(variance)), float(np.finfo(np.float64).tiny))

    def chi_square(one: Expression) -> float:
        with np.errstate(all="ignore"):
            found = float(np.sum((evaluate(one, names, table.X) - table.y) ** 2) / total)
        return found if np.isfinite(found) else np.inf

    return Beside(complexity(expression), complexity(law), chi_square(expression), chi_square(law))


def refusal(problem: Problem, text: str) -> str:
    """Why ``text`` is no rival of the problem's law, in words; empty where it is one.

    A rival is no larger than the law, fits its training rows as well, and the judge's rule
    ``skeleton`` says no of it. Raises ValueError where the law is not known.
    """
    from bench.scoring.equivalence import judge

    if problem.truth is None:
        raise ValueError(f"problem '{problem.id}' has no law that is known, and so no rivals")
    law = parse(problem.truth, problem.variables)
    try:
        expression = parse(text, problem.variables)
    except ParseError as error:
        return f"it is no expression: {error}"
    found = beside_law(expression, law, problem.names, problem.data().train)
    if not found.no_larger:
        return f"it has {found.nodes} nodes, and the law {found.law_nodes}"
    if not found.fits:
        return f"its chi-square is {found.chi_square:.4g}, and the law's {found.law_chi_square:.4g}"
    answer = judge(expression, law, problem.domain, rules=("skeleton",))["skeleton"].answer
    return "" if answer == "no" else f"whether it is the law up to constants: {answer}"
