"""The same relation between the same quantities, solved for another of them."""

from __future__ import annotations

from random import Random

from bench.expression import complexity, parse, symbols
from bench.problems.fresh.law import Law
from bench.problems.fresh.transform import solved
from bench.problems.problem import Problem

_COMPLEXITY = (0.4, 3.0)
"""How complex a twin may be, against the law it comes from."""


def turned(problem: Problem, random: Random, samples: dict[str, int]) -> Law | None:
    """The law of ``problem`` solved for one of its inputs, which ``random`` chooses.

    None where that cannot be solved, is not real and bounded on enough of its domain, or leaves a
    term or an input idle.
    """
    assert problem.truth is not None
    law = parse(problem.truth, problem.variables)
    free = [variable for variable in problem.domain.variables if variable.name in symbols(law)]
    if not free:
        return None
    pivot = random.choice(free)
    least, most = (factor * complexity(law) for factor in _COMPLEXITY)
    return solved(problem, law, free, pivot, (least, most), samples)
