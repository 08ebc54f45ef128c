"""A law of the same family: constants and exponents drawn anew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Expression, Number, Symbol, evaluate, fold, parse, symbols
from bench.problems.fresh.fairness import everything_matters, is_bounded
from bench.problems.fresh.law import Law
from bench.problems.fresh.merge import rounded
from bench.problems.problem import Domain, Problem
from bench.problems.sources.sampling import sample_domain

_ROWS = 500
_NEARLY = 0.9
_DIGITS = 4
_FACTOR = (1.3, 2.5)
_EXPONENTS = (0.5, 1.5, 2, 2.5, 3, 4, 5, 6)
_MOST_EXPONENT = 6
_FEW = 5
"""Of the exponents, that are drawn first."""


def redrawn(problem: Problem, random: Random, samples: dict[str, int]) -> Law | None:
    """The law of ``problem`` with other constants and exponents, as ``random`` draws them.

    A decimal is multiplied or divided by 1.3 to 2.5; an exponent that is a small number becomes
    another small number of its sign. What is equal stays equal, and what differs stays different.
    A law that has neither has one of its inputs raised to a power. None where the result is not
    bounded, is real on less of the domain than the law, or leaves a term or an input idle where
    the law does not.
    """
    assert problem.truth is not None
    domain = Domain(problem.domain.variables)
    original = parse(problem.truth, problem.variables)
    law = _moved(original, random)
    X = sample_domain(domain, _ROWS, seed=0)
    if not _as_fair(law, original, problem.names, X):
        return None
    target = replace(problem.target.variable, unit=None)
    variables = tuple(replace(one, unit=None) for one in domain.variables)
    return Law(law, variables, target, problem.meaning, {"samples": samples})


def _as_fair(
    law: Expression, original: Expression, names: Sequence[str], X: NDArray[np.float64]
) -> bool:
    """Whether ``law`` is bounded, real nearly as often as the original, and no more idle."""
    with np.errstate(all="ignore"):
        before, after = (evaluate(one, names, X) for one in (original, law))
    was, real = np.isfinite(before), np.isfinite(after)
    if float(np.mean(real)) < _NEARLY * float(np.mean(was)) or not is_bounded(after[real]):
        return False
    return everything_matters(law, names, X[real]) or not everything_matters(
        original, names, X[was]
    )


def _moved(law: Expression, random: Random) -> Expression:
    """``law`` with its decimals and exponents moved; with a power put in, where it has none."""
    moved: dict[float, float] = {}
    decimals: dict[float, float] = {}

    def leaf(node: Expression) -> Expression:
        if isinstance(node, Number) and isinstance(node.value, float) and node.value:
            size = abs(node.value)
            if size not in decimals:
                decimals[size] = _other_decimal(size, random)
            return Number(math.copysign(decimals[size], node.value))
        return node

    def call(node: Call, args: list[Expression]) -> Expression:
        exponent = node.args[1] if node.op == "pow" else None
        if isinstance(exponent, Number) and 0 < abs(exponent.value) <= _MOST_EXPONENT:
            size = abs(exponent.value)
            if size not in moved:
                moved[size] = _other_exponent(size, moved, random)
            return Call("pow", (args[0], _signed(moved[size], exponent.value)))
        return Call(node.op, tuple(args))

    found = fold(law, leaf, call)
    return found if moved or decimals else _raised(law, random)


def _other_decimal(value: float, random: Random) -> float:
    factor = random.uniform(*_FACTOR)
    return rounded(value * factor if random.random() < 0.5 else value / factor, _DIGITS)


def _other_exponent(size: float, moved: Mapping[float, float], random: Random) -> float:
    free = [one for one in _EXPONENTS if one != size and one not in moved.values()]
    return random.choice(free[:_FEW]) if free else size


def _signed(size: float, like: float) -> Number:
    """A number of this size and of the sign of ``like``; whole where it can be."""
    value = math.copysign(size, like)
    return Number(int(value) if value == int(value) else value)


def _raised(law: Expression, random: Random) -> Expression:
    """``law`` with one of its inputs to a power, wherever that input stands."""
    names = sorted(symbols(law))
    if not names:
        return law
    name = random.choice(names)
    power = Number(random.choice(_EXPONENTS[:_FEW]))

    def leaf(node: Expression) -> Expression:
        return Call("pow", (node, power)) if node == Symbol(name) else node

    return fold(law, leaf, lambda node, args: Call(node.op, tuple(args)))
