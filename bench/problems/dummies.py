"""Dummy variables: columns that have nothing to do with the target (SRSD, section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from bench.expression import Symbol, parse, substitute
from bench.problems.problem import Problem, Target
from bench.problems.sources.constraints import parse_constraint
from bench.problems.sources.sampling import derive_seed, uniforms
from bench.problems.variable import Sampling, Variable

_LEAST, _MOST = 1, 3
_LARGEST_EXPONENT = 32


def with_dummies(problem: Problem, dataset: str) -> Problem:
    """The twin of ``problem`` in ``dataset``: 1 to 3 dummies at random places among the columns.

    A dummy is log-uniform over the two decades around 10**k, k uniform in -32 .. 32, and has both
    signs with probability 1/2. Variables are named anew in the order of the columns. The same twin
    at every call: all is drawn from the names of the dataset and the problem.
    """
    bits = np.random.PCG64(derive_seed("dummies", dataset, problem.version, problem.name))
    count, *draws = uniforms(bits, (1 + 3 * _MOST,)).tolist()
    columns = list(problem.variables)
    for k in range(_LEAST + int(count * (_MOST - _LEAST + 1))):
        place, size, sign = draws[3 * k : 3 * k + 3]
        columns.insert(int(place * (len(columns) + 1)), _dummy(k, size, sign))
    names = {variable.name: f"x{j}" for j, variable in enumerate(columns)}
    return replace(
        problem,
        dataset=dataset,
        variables=tuple(replace(variable, name=names[variable.name]) for variable in columns),
        targets=tuple(
            Target(target.variable, target.truth and _renamed(target.truth, names))
            for target in problem.targets
        ),
        constraints=tuple(
            str(parse_constraint(text, problem.names).renamed(names))
            for text in problem.constraints
        ),
    )


def _dummy(k: int, size: float, sign: float) -> Variable:
    centre = int(size * (2 * _LARGEST_EXPONENT + 1)) - _LARGEST_EXPONENT
    low, high = float(f"1e{centre - 1}"), float(f"1e{centre + 1}")
    signs: Literal["both", "positive"] = "both" if sign < 0.5 else "positive"
    sampling = Sampling("log_uniform", low, high, signs)
    return Variable(f"dummy{k}", f"dummy_{k + 1}", "dummy", None, sampling)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    expression = parse(text, {name: name for name in names})
    return str(substitute(expression, {old: Symbol(new) for old, new in names.items()}))
