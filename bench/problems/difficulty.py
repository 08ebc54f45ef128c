"""How hard a problem is, in numbers that can be computed from its law and its data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    FUNCTIONS,
    OPERATORS,
    Call,
    Expression,
    complexity,
    depth,
    parse,
    symbols,
)
from bench.expression.tree import postorder
from bench.problems.cache import cached_json
from bench.problems.problem import Problem
from bench.problems.sources.terms import signal_shares

TRANSCENDENTAL = frozenset(name for name in FUNCTIONS if not OPERATORS[name].algebraic)
ROWS = 1000


def difficulty(problem: Problem) -> Mapping[str, float]:
    """The numbers of ``problem``, from the cache where they are; empty where its law is not known.

    * ``variables``: inputs that occur in the law; ``dummies``: inputs that do not;
    * ``operators``: operators and functions, a sum of k terms counting k - 1; ``depth``: nodes on
      the longest way from root to leaf;
    * ``transcendental``: functions that are not algebraic, powers with a variable exponent among
      them;
    * ``dynamic_range``: decades between the 1 % and 99 % quantiles of the target's magnitude, on
      the first 1,000 training rows of data seed 0;
    * ``weakest_term``: the least share of the signal that hangs on any one term of the law, on the
      same rows (``bench.problems.sources.terms.signal_shares``).
    """
    if problem.truth is None:
        return {}
    parts = [repr(problem), repr(problem.source)]
    numbers: dict[str, float] = cached_json("difficulty", parts, lambda: _measured(problem))
    return numbers


def _measured(problem: Problem) -> dict[str, float]:
    law = parse(problem.truth or "", problem.variables)
    train = problem.data().train
    X, y = train.X[:ROWS], train.y[:ROWS]
    used = symbols(law)
    leaves = sum(1 for node in postorder(law) if not isinstance(node, Call))
    return {
        "variables": len(used),
        "dummies": len(problem.variables) - len(used),
        "operators": complexity(law) - leaves,
        "depth": depth(law),
        "transcendental": sum(map(_is_transcendental, postorder(law))),
        "dynamic_range": _decades(y),
        "weakest_term": min(signal_shares(law, problem.names, X)),
    }


def _is_transcendental(node: Expression) -> bool:
    if not isinstance(node, Call):
        return False
    if node.op == "pow":
        return bool(symbols(node.args[1]))
    return node.op in TRANSCENDENTAL


def _decades(y: NDArray[np.float64]) -> float:
    magnitude = np.abs(y[np.isfinite(y) & (y != 0)])
    if not len(magnitude):
        return 0.0
    low, high = np.quantile(magnitude, [0.01, 0.99])
    return float(np.log10(high) - np.log10(low))
