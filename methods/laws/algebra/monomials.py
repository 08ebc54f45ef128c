"""Monomials as columns, and how far their degree may rise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from bench import Call, Expression, Number, Symbol
from methods.mcts.language.tokens import Floats

_SQUARABLE = 1e150
"""Larger values have squares beyond float64."""
_DIRECTION = 1e-12
"""Directions of columns of length 1 that are shorter are rounding error of float64."""


@dataclass(frozen=True)
class Terms:
    """Columns and what they are called."""

    expressions: tuple[Expression, ...]
    values: Floats
    costs: tuple[int, ...]


Monomials = Callable[[int, int], Terms | None]
"""``monomials`` of some variables on some rows: of a degree and the most there may be."""


def monomials(names: Sequence[str], X: Floats, degree: int, most: int) -> Terms | None:
    """All products of at most ``degree`` variables, 1 first; values have shape (k, n).

    None if there are more than ``most``, or if the square of one leaves the range of floats.
    """
    expressions: list[Expression] = [Number(1)]
    values, costs = [np.ones(len(X))], [1]
    for total in range(1, degree + 1):
        for chosen in combinations_with_replacement(range(len(names)), total):
            if len(values) >= most:
                return None
            factors = [_power(names[j], chosen.count(j)) for j in sorted(set(chosen))]
            expressions.append(factors[0] if len(factors) == 1 else Call("mul", tuple(factors)))
            with np.errstate(over="ignore"):
                column = np.prod(X[:, chosen], axis=1)
            if not np.max(np.abs(column)) < _SQUARABLE:
                return None
            values.append(column)
            costs.append(3 + 2 * len(factors))
    return Terms(tuple(expressions), np.array(values), tuple(costs))


def degrees(of: Monomials, most: int) -> Iterator[int]:
    """Rising degrees, each about half as high again, as far as rows and float64 let them.

    Every base holds those before it, so that few of them cover all degrees. They end where there
    are more than ``most`` monomials, or where a degree adds no direction that float64 can tell;
    the last one is the highest that may be.
    """
    degree, rank = 0, 0
    while True:
        rise = next((k for k in range(max(1, degree // 2), 0, -1) if of(degree + k, most)), 0)
        base = of(degree, most)
        if base is None:
            return
        before, rank = rank, _rank(base.values)
        if rank == before:
            return
        yield degree
        if not rise:
            return
        degree += rise


def weighted(weights: Floats, parts: Sequence[Expression]) -> Expression:
    """The sum of ``parts``, each times its weight."""
    terms = [Call("mul", (Number(float(w)), p)) for w, p in zip(weights, parts, strict=True)]
    return terms[0] if len(terms) == 1 else Call("add", tuple(terms))


def unit_rows(rows: Floats) -> Floats:
    """``rows`` (k, n), each of length 1, but for those that are 0."""
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(size > 0, size, 1.0))


def _rank(rows: Floats) -> int:
    singular = np.linalg.svd(unit_rows(rows), compute_uv=False)
    return int(np.count_nonzero(singular > _DIRECTION * singular[0]))


def _power(name: str, exponent: int) -> Expression:
    symbol = Symbol(name)
    return symbol if exponent == 1 else Call("pow", (symbol, Number(exponent)))
