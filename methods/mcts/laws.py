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
from numpy.typing import NDArray

from bench import Call, Expression, Number, Symbol, complexity, evaluate
from methods.mcts.atoms import Atoms
from methods.mcts.sums import eliminate, fit_line, sparse_sums
from methods.mcts.tokens import Floats
from methods.refine import EXACT

_DEGREES = (0, 1, 2, 3, 5, 7, 9)
_PURSUED = 5
"""Most atoms of one sum."""
_FITTED = 2
"""So many choices of atoms are fitted in full for one target."""
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
    """Proposals for the rows ``X`` (n, d) and ``y`` (n,), from a library of atoms on them.

    A sum or product that is not exact has at most ``largest`` nodes and constants.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        X: Floats,
        y: Floats,
        operators: Sequence[str],
        largest: int = 40,
    ) -> None:
        self.names, self.X, self.y, self.largest = names, X, y, largest
        self.operators = frozenset(operators)
        self.most = max(2, len(y) // 2)
        self.targets = list(self._targets())

    def _targets(self) -> Iterator[tuple[Outer, Floats]]:
        """The functions that the target may be seen through, and what is seen."""
        for outer in OUTERS:
            if outer.needs and not outer.needs & self.operators:
                continue
            with np.errstate(all="ignore"):
                target = outer.inverse(self.y)
            if np.isfinite(target).all() and np.max(np.abs(target)) < _FINITE:
                yield outer, target

    def first(self) -> Iterator[list[Expression]]:
        """What needs no library: products of powers, polynomials, ratios."""
        none = Atoms((), (), np.zeros((0, len(self.y))))
        yield from self.products(none)
        for degree in _DEGREES[1:]:
            yield from self.sums(none, degree)
        yield from self.ratios()

    def of(self, atoms: Atoms) -> Iterator[list[Expression]]:
        """All that a library has to do with, simple ones first."""
        yield from self.products(atoms)
        for degree in _DEGREES:
            yield from self.sums(atoms, degree)

    def sums(self, atoms: Atoms, degree: int) -> Iterator[list[Expression]]:
        """Sums of monomials and atoms, seen through every function there is."""
        base = monomials(self.names, self.X, degree, self.most)
        if base is not None:
            for outer, target in self.targets:
                yield [outer.wrap(one) for one in self._sums(target, base, atoms)]

    def _sums(self, target: Floats, base: Terms, atoms: Atoms) -> Iterator[Expression]:
        choices = [np.zeros(0, np.intp)]
        if len(base.values) + 1 < self.most and len(atoms):
            terms = min(_PURSUED, self.most - len(base.values))
            choices += sparse_sums(target, base.values, atoms.values, terms)
        choices.sort(key=lambda chosen: self._criterion(target, base, atoms, chosen))
        for chosen in choices[:_FITTED]:
            yield self._fitted(target, base, atoms, chosen)

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

    def products(self, atoms: Atoms) -> Iterator[list[Expression]]:
        """Products of powers of the variables, and of powers or exponentials of atoms."""
        if not (self.y != 0).all() or not self.operators & {"mul", "div"}:
            return
        with np.errstate(all="ignore"):
            logs, columns = np.log(np.abs(atoms.values)), np.log(np.abs(self.X.T))
        shown, plain = _usable(columns), _usable(logs)
        base = np.vstack([np.ones(len(self.y)), columns[shown]])
        if len(base) + 1 >= self.most:
            return
        factors: list[Expression] = [Number(1), *(Symbol(self.names[j]) for j in shown)]
        found = [atoms.expression(k, self.names) for k in range(len(atoms))]
        more = [found[k] for k in plain]
        dictionary = logs[plain].reshape(len(plain), len(self.y))
        if "exp" in self.operators:
            more += [Call("exp", (one,)) for one in found]
            dictionary = np.vstack([dictionary, atoms.values])
        target = np.log(np.abs(self.y))
        choices = [np.zeros(0, np.intp)]
        choices += sparse_sums(target, base, dictionary, min(_PURSUED, self.most - len(base)))
        yield [
            self._product(target, np.vstack([base, dictionary[chosen]]),
                          [*factors, *(more[k] for k in chosen)])
            for chosen in choices
        ]  # fmt: skip

    def _product(self, target: Floats, columns: Floats, factors: list[Expression]) -> Expression:
        costs = np.array([1] + [3] * (len(columns) - 1))
        kept, exponents = eliminate(columns, target, costs, self.largest)
        parts: list[Expression] = [
            _raised(factors[k], float(exponent))
            for k, exponent in zip(kept, exponents, strict=True)
            if k > 0
        ]
        if not parts:
            return Number(float(np.mean(self.y)))
        result = parts[0] if len(parts) == 1 else Call("mul", tuple(parts))
        return Call("mul", (Number(self._factor(result)), result))

    def _factor(self, result: Expression) -> float:
        with np.errstate(all="ignore"):
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
        ratio = Call("div", (
            _weighted(null[over], [P.expressions[k] for k in over]),
            _weighted(null[under], [Q.expressions[k - split] for k in under]),
        ))  # fmt: skip
        return ratio if complexity(ratio) <= self.largest or self._exact(ratio) else None

    def _exact(self, expression: Expression) -> bool:
        """Whether it is the target to rounding error, so that its length is the law's."""
        with np.errstate(all="ignore"):
            rest = evaluate(expression, self.names, self.X) - self.y
            return bool(np.sum(rest**2) <= (EXACT * np.std(self.y)) ** 2 * len(rest))


def _weighted(weights: Floats, parts: Sequence[Expression]) -> Expression:
    terms = [Call("mul", (Number(float(w)), p)) for w, p in zip(weights, parts, strict=True)]
    return terms[0] if len(terms) == 1 else Call("add", tuple(terms))


def _usable(logs: Floats) -> NDArray[np.intp]:
    """The rows that are finite everywhere and not the same everywhere."""
    with np.errstate(all="ignore"):
        return np.flatnonzero(np.isfinite(logs).all(axis=1) & (np.std(logs, axis=1) > 1e-9))


def _raised(base: Expression, exponent: float) -> Expression:
    if isinstance(base, Call) and base.op == "exp":
        return Call("exp", (Call("mul", (Number(exponent), base.args[0])),))
    return Call("pow", (base, _exponent(exponent)))


def _exponent(value: float) -> Expression:
    """Whole, or a half, where it is all but that."""
    half = round(2 * value) / 2
    if abs(value - half) < 1e-6:
        return Number(int(half) if half == int(half) else half)
    return Number(value)
