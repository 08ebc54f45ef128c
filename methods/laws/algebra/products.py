"""Products that linear algebra finds: the logarithm of a product of powers is a sum.

A target is a product of powers of the variables, and of powers or exponentials of atoms out of a
library, seen through one of the functions in ``outers``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Symbol, complexity, evaluate
from methods.laws.algebra.atoms import Atoms
from methods.laws.algebra.linkfit import NEAR, seen_through_links
from methods.laws.algebra.links import product_links
from methods.laws.algebra.outers import PRODUCTS, SeenTarget, seen_through
from methods.laws.algebra.sums import PURSUED, Dictionaries, eliminate, most_columns
from methods.mcts.language.tokens import Floats

UNDERFLOW = 1e-290
"""What is smaller has lost digits, or is 0 where a product is not; it has no logarithm to fit."""


class Products:
    """Proposals for the rows ``X`` (n, d) and ``y`` (n,).

    A product that is not exact has at most ``largest`` nodes and constants. ``noise`` (n,) is the
    deviation of the target's.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        X: Floats,
        y: Floats,
        operators: frozenset[str],
        largest: int,
        noise: Floats | None = None,
    ) -> None:
        self._names, self._operators, self._largest = names, operators, largest
        self._rows = np.flatnonzero(np.abs(y) > UNDERFLOW)
        if 2 * len(self._rows) > len(y):
            X, y = X[self._rows], y[self._rows]
            noise = noise if noise is None else noise[self._rows]
        else:
            self._rows = np.arange(len(y))
        self._X, self._most = X, most_columns(len(y))
        self._y, self._noise = y, noise
        self._targets: list[tuple[SeenTarget, Floats]] = []
        for outer in PRODUCTS if operators & {"mul", "div"} else ():
            for seen in seen_through((outer.of_size(),), y, operators, noise):
                with np.errstate(all="ignore"):
                    self._targets.append((seen, outer.inverse(y)))
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
        nodes = None if self._noise is None else np.array([2.0 + complexity(one) for one in more])
        dictionaries = Dictionaries(self._base, logs, nodes)
        for seen, inside in self._targets:
            choices = [np.zeros(0, np.intp)]
            choices += dictionaries.of(seen).sums(seen.weighted(seen.inside), terms)
            found = []
            for chosen in choices:
                factors = [*self._factors, *(more[k] for k in chosen)]
                columns = np.vstack([self._base, logs[chosen]])
                found += [seen.wrap(one) for one in self._products(seen, inside, columns, factors)]
            yield found

    def through_links(self, near: float = NEAR) -> Iterator[list[Expression]]:
        """Products of powers of the variables, seen through functions with unknown constants.

        They leave no more than ``near`` of what is inside.
        """
        if not self._targets or len(self._base) > self._most:
            return
        for link in product_links(self._y, self._operators):
            for wrap, logarithm in seen_through_links(link, self._base, near):
                seen = SeenTarget(wrap, logarithm, None)
                inside = np.exp(logarithm)
                found = self._products(seen, inside, self._base, self._factors)
                yield [wrap(one) for one in found]
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

    def _products(
        self, seen: SeenTarget, inside: Floats, columns: Floats, factors: Sequence[Expression]
    ) -> Iterator[Expression]:
        """The product of powers of ``factors``, whose logarithms are ``columns``.

        Under noise it comes with powers that are whole or halves as well.
        """
        costs = np.array([1, *(2 + complexity(one) for one in factors[1:])])
        target = seen.weighted(seen.inside)
        kept, line = eliminate(seen.weighted(columns), target, costs, self._largest)
        kept, exponents = kept[kept > 0], line.weights[kept > 0]
        usable = slice(None) if seen.weights is None else seen.weights > 0
        yield self._written([factors[k] for k in kept], exponents, inside, usable)
        if seen.weights is not None:
            free = np.array([_is_exp(factors[k]) for k in kept], np.bool_)
            halves = np.where(free, exponents, np.round(2 * exponents) / 2)
            kept, halves = kept[halves != 0], halves[halves != 0]
            yield self._written([factors[k] for k in kept], halves, inside, usable)

    def _written(
        self,
        factors: Sequence[Expression],
        exponents: Floats,
        inside: Floats,
        usable: slice | NDArray[np.bool_],
    ) -> Expression:
        powers = zip(factors, exponents.tolist(), strict=True)
        parts = [_raised(factor, exponent) for factor, exponent in powers]
        if not parts:
            return Number(float(np.mean(inside[usable])))
        result = parts[0] if len(parts) == 1 else Call("mul", tuple(parts))
        return Call("mul", (Number(self._factor(result, inside, usable)), result))

    def _factor(
        self, result: Expression, inside: Floats, usable: slice | NDArray[np.bool_]
    ) -> float:
        with np.errstate(all="ignore"):
            values = evaluate(result, self._names, self._X)[usable]
            square = float(values @ values)
            return float(values @ inside[usable]) / square if 0 < square < np.inf else 1.0


def _usable(logs: Floats) -> NDArray[np.intp]:
    """The rows that are finite everywhere and not the same everywhere."""
    with np.errstate(all="ignore"):
        return np.flatnonzero(np.isfinite(logs).all(axis=1) & (np.std(logs, axis=1) > 1e-9))


def _positive(factor: Expression, values: Floats) -> Expression:
    """A factor of which a power can be taken, where it has one sign; as it is, where it has two."""
    return Call("neg", (factor,)) if (values < 0).all() else factor


def _is_exp(factor: Expression) -> bool:
    return isinstance(factor, Call) and factor.op == "exp"


def _raised(base: Expression, exponent: float) -> Expression:
    if isinstance(base, Call) and _is_exp(base):
        return Call("exp", (Call("mul", (Number(exponent), base.args[0])),))
    return Call("pow", (base, _exponent(exponent)))


def _exponent(value: float) -> Expression:
    """Whole, or a half, where it is all but that."""
    half = round(2 * value) / 2
    if abs(value - half) < 1e-6:
        return Number(int(half) if half == int(half) else half)
    return Number(value)
