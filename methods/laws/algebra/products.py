"""Products that linear algebra finds: the logarithm of a product of powers is a sum.

A target is a product of powers of the variables, and of powers or exponentials of atoms out of a
library, seen through one of the functions in ``outers``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Symbol, evaluate
from methods.laws.algebra.atoms import Atoms
from methods.laws.algebra.outers import PRODUCTS, seen_through
from methods.laws.algebra.sums import PURSUED, Dictionary, eliminate, most_columns
from methods.mcts.language.tokens import Floats


class Products:
    """Proposals for the rows ``X`` (n, d) and ``y`` (n,).

    A product that is not exact has at most ``largest`` nodes and constants.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        X: Floats,
        y: Floats,
        operators: frozenset[str],
        largest: int,
    ) -> None:
        self._names, self._X, self._operators, self._largest = names, X, operators, largest
        self._most = most_columns(len(y))
        self._targets = []
        if operators & {"mul", "div"}:
            seen = seen_through(PRODUCTS, y, operators, np.inf)
            self._targets = [(wrap, inside) for wrap, inside in seen if (inside != 0).all()]
        with np.errstate(all="ignore"):
            columns = np.log(np.abs(X.T))
        shown = _usable(columns)
        self._base = np.vstack([np.ones(len(y)), columns[shown]])
        self._factors: list[Expression] = [Number(1), *(Symbol(names[j]) for j in shown)]

    def of(self, atoms: Atoms) -> Iterator[list[Expression]]:
        """The products that a library makes of each target."""
        terms = min(PURSUED, self._most - len(self._base))
        if terms < 2 or not self._targets:
            return
        more, logs = self._factors_of(atoms)
        dictionary = Dictionary(self._base, logs)
        for wrap, inside in self._targets:
            choices = [np.zeros(0, np.intp), *dictionary.sums(np.log(np.abs(inside)), terms)]
            yield [
                wrap(self._product(inside, logs[chosen], [more[k] for k in chosen]))
                for chosen in choices
            ]

    def _factors_of(self, atoms: Atoms) -> tuple[list[Expression], Floats]:
        """Atoms, and exponentials of atoms, and their logarithms."""
        with np.errstate(all="ignore"):
            logs = np.log(np.abs(atoms.values))
        plain = _usable(logs)
        found = [atoms.expression(k, self._names) for k in range(len(atoms))]
        more = [found[k] for k in plain]
        columns = logs[plain]
        if "exp" in self._operators:
            more += [Call("exp", (one,)) for one in found]
            columns = np.vstack([columns, atoms.values])
        return more, columns

    def _product(self, inside: Floats, chosen: Floats, more: Sequence[Expression]) -> Expression:
        columns, factors = np.vstack([self._base, chosen]), [*self._factors, *more]
        costs = np.array([1] + [3] * (len(columns) - 1))
        kept, exponents = eliminate(columns, np.log(np.abs(inside)), costs, self._largest)
        parts: list[Expression] = [
            _raised(factors[k], float(exponent))
            for k, exponent in zip(kept, exponents, strict=True)
            if k > 0
        ]
        if not parts:
            return Number(float(np.mean(inside)))
        result = parts[0] if len(parts) == 1 else Call("mul", tuple(parts))
        return Call("mul", (Number(self._factor(result, inside)), result))

    def _factor(self, result: Expression, inside: Floats) -> float:
        with np.errstate(all="ignore"):
            values = evaluate(result, self._names, self._X)
            square = float(values @ values)
            return float(values @ inside) / square if 0 < square < np.inf else 1.0


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
