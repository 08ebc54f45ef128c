"""Fresh problems of the first kind: a known law, solved for one of its inputs.

The target changes places with an input, as in LLM-SRBench's LSR-Transform (Shojaee et al. 2025,
arXiv:2504.10415, section 3.1). Beyond that, some inputs are held at values that the seed draws, so
that no two seeds share a problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    Expression,
    Number,
    Symbol,
    complexity,
    evaluate,
    parse,
    substitute,
    symbols,
)
from bench.problems.fresh.fairness import everything_matters, is_bounded
from bench.problems.fresh.law import Law
from bench.problems.fresh.merge import merge_constants, rounded
from bench.problems.fresh.solve import solve_for
from bench.problems.problem import Domain, Problem
from bench.problems.sources.sampling import sample_domain
from bench.problems.variable import Sampling, Variable

LEAST_VALID = 0.3
"""The least share of points of the new domain on which the law must be real."""
COMPLEXITY = (0.6, 1.5)
"""How complex a law may be, against the law it comes from."""

SAMPLES = {"train": 8000, "validation": 1000, "test": 1000}

_ROWS = 500
_DIGITS = 4
_TARGET = "target"


def transformed(problem: Problem, random: Random) -> Law | None:
    """The law of ``problem`` with inputs held and one solved for, as ``random`` draws them.

    None where that cannot be solved, is not real and bounded on enough of its domain, leaves a
    term or an input idle, or is far more or less complex than the original.
    """
    assert problem.truth is not None
    original = parse(problem.truth, problem.variables)
    free, law = _held(problem, original, random)
    pivot = random.choice(free)
    least, most = (factor * complexity(original) for factor in COMPLEXITY)
    return solved(problem, law, free, pivot, (least, most), SAMPLES)


def solved(
    problem: Problem,
    law: Expression,
    free: Sequence[Variable],
    pivot: Variable,
    complexities: tuple[float, float],
    samples: Mapping[str, int],
) -> Law | None:
    """``law``, of the inputs ``free``, solved for one of them, ``pivot``.

    The target becomes the first input. None as for ``transformed``; ``complexities`` are the
    least and the most that the solution may have.
    """
    if pivot.name not in symbols(law):
        return None
    others = [variable for variable in free if variable is not pivot]
    X = sample_domain(Domain(tuple(free)), _ROWS, seed=0)
    y = evaluate(law, [variable.name for variable in free], X)
    if not is_bounded(y):
        return None
    inputs = (
        _column(0, problem.target.variable, y),
        *(_renamed(k, v) for k, v in enumerate(others, 1)),
    )
    names = {_TARGET: Symbol("x0")} | {v.name: Symbol(f"x{k}") for k, v in enumerate(others, 1)}
    known = np.column_stack([y, *(X[:, free.index(variable)] for variable in others)])
    for branch in solve_for(law, _TARGET, pivot.name):
        solution = substitute(branch, names)
        if not _recovers(solution, inputs, known, X[:, free.index(pivot)]):
            continue
        solution = merge_constants(solution, _DIGITS)
        least, most = complexities
        if least <= complexity(solution) <= most and _is_fair(solution, inputs):
            wanted = Variable("y", pivot.symbol, pivot.meaning, pivot.unit)
            return Law(solution, inputs, wanted, _meaning(wanted, inputs), {"samples": samples})
    return None


def _meaning(target: Variable, inputs: Sequence[Variable]) -> str:
    """One sentence that does not say which law it is."""
    given = ", ".join(f"{variable.symbol} ({variable.meaning})" for variable in inputs)
    return f"{target.symbol} ({target.meaning}) as a function of {given}"


def _held(problem: Problem, law: Expression, random: Random) -> tuple[list[Variable], Expression]:
    """The inputs left free, two at least, and the law with the others at drawn values."""
    variables = problem.variables
    count = random.randint(1, len(variables) - 2)
    held = random.sample(variables, count)
    values: dict[str, Expression] = {}
    for variable in held:
        sampling = variable.sampling
        assert sampling is not None
        drawn = random.uniform(sampling.low, sampling.high)
        values[variable.name] = Number(rounded(drawn, _DIGITS))
    free = [variable for variable in variables if variable not in held]
    return free, merge_constants(substitute(law, values), _DIGITS)


def _column(index: int, variable: Variable, values: NDArray[np.float64]) -> Variable:
    """``variable`` as an input that takes values such as these: their middle nine tenths."""
    low, high = (rounded(float(edge), 3) for edge in np.quantile(values, [0.05, 0.95]))
    sampling = Sampling("uniform", low, high)
    return Variable(f"x{index}", variable.symbol, variable.meaning, variable.unit, sampling)


def _renamed(index: int, variable: Variable) -> Variable:
    return Variable(
        f"x{index}", variable.symbol, variable.meaning, variable.unit, variable.sampling
    )


def _recovers(
    solution: Expression,
    inputs: Sequence[Variable],
    known: NDArray[np.float64],
    pivot: NDArray[np.float64],
) -> bool:
    """Whether the branch gives back, wherever the law was applied, what it was applied to."""
    found = evaluate(solution, [variable.name for variable in inputs], known)
    return bool(np.all(np.abs(found - pivot) <= 1e-6 * np.abs(pivot)))


def _is_fair(solution: Expression, inputs: tuple[Variable, ...]) -> bool:
    names = [variable.name for variable in inputs]
    if any(v.sampling is None or v.sampling.low >= v.sampling.high for v in inputs):
        return False
    X = sample_domain(Domain(inputs), _ROWS, seed=0)
    value = evaluate(solution, names, X)
    real = np.isfinite(value)
    return (
        float(np.mean(real)) >= LEAST_VALID
        and is_bounded(value[real])
        and everything_matters(solution, names, X[real])
    )
