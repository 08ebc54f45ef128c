"""Laws that linear algebra finds: sums, products, ratios, and functions of sums.

A generalisation of what modulated sub-tree discovery proposes: ``A + f``, where A is a polynomial
and f one or a few expressions out of a library; ``A * f``, a product of powers of variables and
such expressions; a ratio of polynomials; and a sum seen through a function (``log(y)`` is a sum).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Symbol
from methods.laws.algebra.atoms import Atoms
from methods.laws.algebra.outers import PLAIN, SUMS, seen_through
from methods.laws.algebra.products import Products
from methods.laws.algebra.sums import PURSUED, Dictionary, eliminate, fit_line, most_columns
from methods.mcts.language.tokens import Floats
from methods.refine import EXACT, Refiner

_DEGREES = (0, 1, 2, 3, 5, 7, 9)
_SQUARABLE = 1e150
_HIGHEST, _HIGHEST_SEEN = 10, 5
"""Degrees of a ratio's polynomials, together."""
_FITTED = 2
"""So many choices of atoms are fitted in full for one target."""


@dataclass(frozen=True)
class Terms:
    """Columns and what they are called."""

    expressions: tuple[Expression, ...]
    values: Floats
    costs: tuple[int, ...]


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


def _power(name: str, exponent: int) -> Expression:
    symbol = Symbol(name)
    return symbol if exponent == 1 else Call("pow", (symbol, Number(exponent)))


class LinearProposals:
    """Proposals for the rows ``X`` (n, d) and ``y`` (n,), from a library of atoms on them.

    A sum or product that is not exact has at most ``largest`` nodes and constants.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        X: Floats,
        y: Floats,
        operators: Sequence[str],
        largest: int,
    ) -> None:
        self.names, self.X, self.y, self.largest = names, X, y, largest
        self.operators = frozenset(operators)
        self.most = most_columns(len(y))
        self.monomials = cache(partial(monomials, names, X))
        self.targets = list(seen_through(SUMS, y, self.operators))
        self.products = Products(names, X, y, self.operators, largest)

    def first(self) -> Iterator[list[Expression]]:
        """What needs no library: products of powers, polynomials, ratios."""
        none = Atoms((), (), np.zeros((0, len(self.y))))
        yield from self.products.of(none)
        for degree in _DEGREES[1:]:
            yield from self.sums(none, degree)
        yield from self.ratios()

    def of(self, atoms: Atoms) -> Iterator[list[Expression]]:
        """All that a library has to do with, simple ones first."""
        yield from self.products.of(atoms)
        for degree in _DEGREES:
            yield from self.sums(atoms, degree)

    def sums(self, atoms: Atoms, degree: int) -> Iterator[list[Expression]]:
        """Sums of monomials and atoms, seen through every function there is."""
        base = self.monomials(degree, self.most)
        if base is None:
            return
        terms = min(PURSUED, self.most - len(base.values))
        dictionary = Dictionary(base.values, atoms.values) if terms > 1 else None
        for wrap, target in self.targets:
            choices = [np.zeros(0, np.intp)]
            choices += dictionary.sums(target, terms) if dictionary else []
            choices.sort(key=lambda chosen: self._criterion(target, base, atoms, chosen))
            yield [wrap(self._fitted(target, base, atoms, one)) for one in choices[:_FITTED]]

    def _criterion(
        self, target: Floats, base: Terms, atoms: Atoms, chosen: NDArray[np.intp]
    ) -> float:
        columns, costs = self._columns(base, atoms, chosen)
        return fit_line(columns, target, costs).criterion

    def _columns(
        self, base: Terms, atoms: Atoms, chosen: NDArray[np.intp]
    ) -> tuple[Floats, NDArray[np.int64]]:
        """The columns of the whole sum, and what they cost."""
        columns = np.vstack([base.values, atoms.values[chosen]])
        costs = np.array([*base.costs, *(2 + len(atoms.tokens[k]) for k in chosen)])
        return columns, costs

    def _fitted(
        self, target: Floats, base: Terms, atoms: Atoms, chosen: NDArray[np.intp]
    ) -> Expression:
        """The sum of the base and the atoms ``chosen``, without what it does not need."""
        columns, costs = self._columns(base, atoms, chosen)
        kept, weights = eliminate(columns, target, costs, self.largest)
        parts = [
            base.expressions[k]
            if k < len(base.values)
            else atoms.expression(int(chosen[k - len(base.values)]), self.names)
            for k in kept
        ]
        return _weighted(weights, parts)

    def ratios(self) -> Iterator[list[Expression]]:
        """Ratios of two polynomials: ``P - y*Q = 0`` is linear, and its null vector is the law.

        Seen through a function as well, where they are of lower degree.
        """
        if not self.operators & {"div", "inv"}:
            return
        for wrap, target in self.targets:
            highest = _HIGHEST if wrap is PLAIN.wrap else _HIGHEST_SEEN
            for total in range(2, highest + 1):
                for below in range(1, total):
                    ratio = self._ratio(target, total - below, below)
                    yield [wrap(ratio)] if ratio is not None else []

    def _ratio(self, target: Floats, above: int, below: int) -> Expression | None:
        """P/Q where it is exact: the denominator's constant, or first term, is made 1."""
        most = 3 * len(target) // 4  # an exact null vector is no chance while rows are left over
        P, Q = self.monomials(above, most), self.monomials(below, most)
        if P is None or Q is None or len(P.values) + len(Q.values) > most:
            return None
        columns = np.vstack([P.values, -target * Q.values])
        size = np.linalg.norm(columns, axis=1)
        if not (size > 0).all():
            return None
        _, singular, rows = np.linalg.svd((columns / size[:, None]).T, full_matrices=False)
        if singular[-1] > 1e-10 * singular[0]:
            return None
        null = rows[-1] / size
        kept = np.flatnonzero(np.abs(null * size) > 1e-7 * np.max(np.abs(null * size)))
        split = len(P.values)
        over, under = kept[kept < split], kept[kept >= split]
        if not len(over) or not len(under):
            return None
        null = null / null[under[0]]
        ratio = Call("div", (
            _weighted(null[over], [P.expressions[k] for k in over]),
            _weighted(null[under], [Q.expressions[k - split] for k in under]),
        ))  # fmt: skip
        judged = Refiner(self.names, self.X, target).judged(ratio)
        return ratio if judged.nodes <= self.largest or judged.error <= EXACT else None


def _weighted(weights: Floats, parts: Sequence[Expression]) -> Expression:
    terms = [Call("mul", (Number(float(w)), p)) for w, p in zip(weights, parts, strict=True)]
    return terms[0] if len(terms) == 1 else Call("add", tuple(terms))
