"""Laws that linear algebra finds: sums, products, ratios, and functions of sums.

A generalisation of what modulated sub-tree discovery proposes: ``A + f``, where A is a polynomial
and f one or a few expressions out of a library; ``A * f``, a product of powers of variables and
such expressions; a ratio of polynomials; and a sum seen through a function (``log(y)`` is a sum).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from bench import Call, Expression, Number, Symbol
from methods.mcts.atoms import Atoms
from methods.mcts.sums import eliminate, sparse_sums
from methods.mcts.tokens import Floats, expression_of

_DEGREES = (0, 1, 2, 3, 5, 7, 9)
_PURSUED = 5
"""Most atoms of one sum."""
_FINITE = 1e12


@dataclass(frozen=True)
class Outer:
    """A function seen through: the target is ``wrap(s)`` where s is ``inverse(y)``."""

    name: str
    needs: frozenset[str]
    inverse: Callable[[Floats], Floats]
    wrap: Callable[[Expression], Expression]


def _call(name: str) -> Callable[[Expression], Expression]:
    return lambda inner: Call(name, (inner,))


OUTERS = (
    Outer("identity", frozenset(), lambda y: y, lambda inner: inner),
    Outer("inverse", frozenset({"div", "inv"}), np.reciprocal,
          lambda inner: Call("div", (Number(1), inner))),
    Outer("sqrt", frozenset({"sqrt"}), lambda y: np.where(y >= 0, y * y, np.nan), _call("sqrt")),
    Outer("log", frozenset({"log"}), np.exp, _call("log")),
    Outer("exp", frozenset({"exp"}), np.log, _call("exp")),
    Outer("square", frozenset({"square", "mul"}), np.sqrt,
          lambda inner: Call("pow", (inner, Number(2)))),
    Outer("sin", frozenset({"sin"}), np.arcsin, _call("sin")),
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """Columns and what they are called."""

    expressions: tuple[Expression, ...]
    values: Floats
    costs: tuple[int, ...]


def monomials(names: Sequence[str], X: Floats, degree: int, most: int) -> Terms | None:
    """All products of at most ``degree`` variables, 1 first; None if there are more than ``most``.

    Values have shape (k, n).
    """
    expressions: list[Expression] = [Number(1)]
    values, costs = [np.ones(len(X))], [1]
    for total in range(1, degree + 1):
        for chosen in combinations_with_replacement(range(len(names)), total):
            if len(values) >= most:
                return None
            factors = [_power(names[j], chosen.count(j)) for j in sorted(set(chosen))]
            expressions.append(factors[0] if len(factors) == 1 else Call("mul", tuple(factors)))
            values.append(np.prod(X[:, chosen], axis=1))
            costs.append(3 + 2 * len(factors))
    return Terms(tuple(expressions), np.array(values), tuple(costs))


def _power(name: str, exponent: int) -> Expression:
    symbol = Symbol(name)
    return symbol if exponent == 1 else Call("pow", (symbol, Number(exponent)))


class Laws:
    """Proposals for the rows ``X`` (n, d) and ``y`` (n,), from a library of atoms on them."""

    def __init__(
        self, names: tuple[str, ...], X: Floats, y: Floats, operators: Sequence[str]
    ) -> None:
        self.names, self.X, self.y = names, X, y
        self.operators = frozenset(operators)
        self.most = max(2, len(y) // 2)

    def sums(self, atoms: Atoms) -> Iterator[list[Expression]]:
        """Sums of monomials and atoms, seen through every function there is, simple ones first."""
        with np.errstate(all="ignore"):
            targets = [
                (outer, s)
                for outer in OUTERS
                if not outer.needs or outer.needs & self.operators
                if np.isfinite(s := outer.inverse(self.y)).all()
                and float(np.std(s)) > 0
                and float(np.max(np.abs(s))) < _FINITE
            ]
        for degree in _DEGREES:
            for outer, target in targets:
                base = monomials(self.names, self.X, degree, self.most)
                if base is not None:
                    yield [outer.wrap(one) for one in self._sums(target, base, atoms)]

    def _sums(self, target: Floats, base: Terms, atoms: Atoms) -> Iterator[Expression]:
        yield self._fitted(target, base, atoms, np.zeros(0, np.intp))
        if len(base.values) + 1 >= self.most or not len(atoms):
            return
        terms = min(_PURSUED, self.most - len(base.values))
        for chosen in sparse_sums(target, base.values, atoms.values, terms):
            yield self._fitted(target, base, atoms, chosen)

    def _fitted(self, target: Floats, base: Terms, atoms: Atoms, chosen: Floats) -> Expression:
        """The sum of the base and the atoms ``chosen``, without what it does not need."""
        columns = np.vstack([base.values, atoms.values[chosen]])
        costs = np.array([*base.costs, *(2 + len(atoms.tokens[k]) for k in chosen)])
        kept, weights = eliminate(columns, target, costs)
        parts = [
            base.expressions[k]
            if k < len(base.values)
            else expression_of(atoms.tokens[chosen[k - len(base.values)]], (), self.names)
            for k in kept
        ]
        return _weighted(weights, parts)

    def products(self, atoms: Atoms) -> Iterator[list[Expression]]:
        """Products of powers of the variables and of one, two or a few atoms."""
        if not (self.y != 0).all() or not self.operators & {"mul", "div"}:
            return
        with np.errstate(all="ignore"):
            logs = np.log(np.abs(atoms.values))
            usable = np.flatnonzero(np.isfinite(logs).all(axis=1) & (np.std(logs, axis=1) > 1e-9))
            columns = np.log(np.abs(self.X.T))
        shown = np.flatnonzero(np.isfinite(columns).all(axis=1) & (np.std(columns, axis=1) > 1e-9))
        base = np.vstack([np.ones(len(self.y)), columns[shown]])
        if len(base) >= self.most:
            return
        target = np.log(np.abs(self.y))
        factors: list[Expression] = [Symbol(self.names[j]) for j in shown]
        found = [self._product(target, base, factors, logs[:0], ())]
        terms = min(3, self.most - len(base))
        for chosen in sparse_sums(target, base, logs[usable], terms) if len(usable) else ():
            picked = usable[chosen]
            more = tuple(expression_of(atoms.tokens[k], (), self.names) for k in picked)
            found.append(self._product(target, base, factors, logs[picked], more))
        yield found

    def _product(
        self, target: Floats, base: Floats, factors: list[Expression], logs: Floats,
        more: Sequence[Expression],
    ) -> Expression:  # fmt: skip
        columns = np.vstack([base, logs])
        costs = np.array([1] + [3] * (len(base) - 1) + [5] * len(logs))
        kept, exponents = eliminate(columns, target, costs)
        every = [Number(1), *factors, *more]
        parts: list[Expression] = []
        for k, exponent in zip(kept, exponents, strict=True):
            if k > 0:
                parts.append(Call("pow", (every[k], _exponent(float(exponent)))))
        if not parts:
            return Number(float(np.mean(self.y)))
        result = parts[0] if len(parts) == 1 else Call("mul", tuple(parts))
        return Call("mul", (Number(self._factor(result)), result))

    def _factor(self, result: Expression) -> float:
        from bench import evaluate

        values = evaluate(result, self.names, self.X)
        square = float(values @ values)
        return float(values @ self.y) / square if 0 < square < np.inf else 1.0

    def ratios(self) -> Iterator[list[Expression]]:
        """Ratios of two polynomials: ``P - y*Q = 0`` is linear, and its null vector is the law."""
        if not self.operators & {"div", "inv"}:
            return
        most = 3 * len(self.y) // 4  # an exact null vector is no chance while rows are left over
        for total in range(2, 11):
            for below in range(1, total):
                above = total - below
                P = monomials(self.names, self.X, above, most)
                Q = monomials(self.names, self.X, below, most)
                if P is None or Q is None or len(P.values) + len(Q.values) > most:
                    continue
                ratio = self._ratio(P, Q)
                yield [ratio] if ratio is not None else []

    def _ratio(self, P: Terms, Q: Terms) -> Expression | None:
        """P/Q where it is exact: the denominator's constant, or first term, is made 1."""
        columns = np.vstack([P.values, -self.y * Q.values])
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
        return Call("div", (
            _weighted(null[over], [P.expressions[k] for k in over]),
            _weighted(null[under], [Q.expressions[k - split] for k in under]),
        ))  # fmt: skip


def _weighted(weights: Floats, parts: Sequence[Expression]) -> Expression:
    terms = [Call("mul", (Number(float(w)), p)) for w, p in zip(weights, parts, strict=True)]
    return terms[0] if len(terms) == 1 else Call("add", tuple(terms))


def _exponent(value: float) -> Expression:
    """Whole, or a half, where it is all but that."""
    half = round(2 * value) / 2
    if abs(value - half) < 1e-6:
        return Number(int(half) if half == int(half) else half)
    return Number(value)
