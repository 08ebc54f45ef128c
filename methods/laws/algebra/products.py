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
from methods.laws.algebra.linkfit import seen_through_links
from methods.laws.algebra.links import product_links
from methods.laws.algebra.outers import PRODUCTS, seen_through
from methods.laws.algebra.sums import PURSUED, Dictionary, eliminate, most_columns
from methods.mcts.language.tokens import Floats

UNDERFLOW = 1e-290
"""What is smaller has lost digits, or is 0 where a product is not; it has no logarithm to fit."""


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
        self._names, self._operators, self._largest = names, operators, largest
        self._rows = np.flatnonzero(np.abs(y) > UNDERFLOW)
        if 2 * len(self._rows) > len(y):
            X, y = X[self._rows], y[self._rows]
        else:
            self._rows = np.arange(len(y))
        self._X, self._most = X, most_columns(len(y))
        self._y, self._targets = y, []
        if operators & {"mul", "div"}:
            seen = seen_through(PRODUCTS, y, operators, np.inf)
            self._targets = [(wrap, inside) for wrap, inside in seen if (inside != 0).all()]
        with np.errstate(all="ignore"):
            columns = np.log(np.abs(X.T))
        shown = _usable(columns)
        self._base = np.vstack([np.ones(len(y)), columns[shown]])
        signed = (_positive(Symbol(names[j]), X[:, j]) for j in shown)
        self._factors: list[Expression] = [Number(1), *signed]

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

    def through_links(self) -> Iterator[list[Expression]]:
        """Products of powers of the variables, seen through functions with unknown constants."""
        if not self._targets or len(self._base) > self._most:
            return
        for link in product_links(self._y, self._operators):
            for wrap, logarithm in seen_through_links(link, self._base):
                yield [
                    wrap(
                        self._product(
                            np.exp(logarithm), logarithm[:0].reshape(0, len(logarithm)), []
                        )
                    )
                ]
            yield []

    def _factors_of(self, atoms: Atoms) -> tuple[list[Expression], Floats]:
        """Atoms, and exponentials of atoms, and their logarithms."""
        values = atoms.values[:, self._rows]
        with np.errstate(all="ignore"):
            logs = np.log(np.abs(values))
        plain = _usable(logs)
        found = [atoms.expression(k, self._names) for k in range(len(atoms))]
        more = [_positive(found[k], values[k]) for k in plain]
        columns = logs[plain]
        if "exp" in self._operators:
            more += [Call("exp", (one,)) for one in found]
            columns = np.vstack([columns, values])
        return more, columns

    def _product(self, inside: Floats, chosen: Floats, more: Sequence[Expression]) -> Expression:
        columns, factors = np.vstack([self._base, chosen]), [*self._factors, *more]
        costs = np.array([1] + [3] * (len(columns) - 1))
        kept, line = eliminate(columns, np.log(np.abs(inside)), costs, self._largest)
        parts: list[Expression] = [
            _raised(factors[k], float(exponent))
            for k, exponent in zip(kept, line.weights, strict=True)
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


def _positive(factor: Expression, values: Floats) -> Expression:
    """A factor of which a power can be taken, where it has one sign; as it is, where it has two."""
    return Call("neg", (factor,)) if (values < 0).all() else factor


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
