"""Laws that linear algebra finds: sums, products, ratios, and functions of sums.

A generalisation of what modulated sub-tree discovery proposes: ``A + f``, where A is a polynomial
and f one or a few expressions out of a library; ``A * f``, a product of powers of variables and
such expressions; a ratio of polynomials; and a sum seen through a function (``log(y)`` is a sum).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bench import Expression
from methods.laws.algebra.atoms import Atoms
from methods.laws.algebra.implicit import quadratics
from methods.laws.algebra.linkfit import NEAR, left_of, seen_through_links
from methods.laws.algebra.links import Link, sum_links
from methods.laws.algebra.monomials import Terms, degrees, monomials, weighted
from methods.laws.algebra.outers import SUMS, SeenTarget, seen_through
from methods.laws.algebra.products import Products
from methods.laws.algebra.ratios import ratios
from methods.laws.algebra.sums import (
    DIGITS,
    NO_APPROXIMATION,
    PURSUED,
    Dictionaries,
    eliminate,
    expands,
    fit_line,
    most_columns,
)
from methods.mcts.language.tokens import Floats
from methods.refine import EXACT, Refiner

_FITTED = 2
"""So many choices of atoms are fitted in full for one target."""


_SHORT = 4
"""So many degrees, 0 among them, come first, and are seen through functions with constants of their
own: more monomials and two constants come near any smooth function of one variable."""


class LinearProposals:
    """Proposals for the rows ``X`` (n, d) and ``y`` (n,), from a library of atoms on them.

    A sum or product that is not exact has at most ``largest`` nodes and constants. ``rounding`` is
    the rounding error of the data, as a share of them; ``noise`` (n,) the deviation of the
    target's noise, if it has any. Under noise, nothing is exact, and rows are weighted.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        X: Floats,
        y: Floats,
        operators: Sequence[str],
        largest: int,
        rounding: float = DIGITS,
        noise: Floats | None = None,
    ) -> None:
        self.rounding, self.noisy = rounding, noise is not None
        self.names, self.X, self.y, self.largest = names, X, y, largest
        self.operators = frozenset(operators)
        self.most = most_columns(len(y))
        self.exactly = 3 * len(y) // 4  # no error at all is no chance while rows are left over
        self.monomials = cache(partial(monomials, names, X))
        rising = degrees(self.monomials, self.most if self.noisy else self.exactly)
        self.ladder = list(islice(rising, _SHORT if self.noisy else None))
        self.targets = list(seen_through(SUMS, y, self.operators, noise))
        self.products = Products(names, X, y, self.operators, largest, noise)

    def first(self) -> Iterator[list[Expression]]:
        """What needs no library: products of powers, polynomials, ratios, and outer functions."""
        yield from self.quick()
        if not self.noisy:
            yield from self.slow()

    def quick(self) -> Iterator[list[Expression]]:
        """Of what needs no library, that which takes no time: products and low polynomials."""
        none = Atoms((), (), np.zeros((0, len(self.y))))
        yield from self.products.of(none)
        for degree in self.ladder[1:_SHORT]:
            yield from self.sums(none, degree)

    def slow(self) -> Iterator[list[Expression]]:
        """The rest of it: functions with constants of their own, ratios, and high polynomials."""
        none = Atoms((), (), np.zeros((0, len(self.y))))
        yield from self.products.through_links()
        yield from self.ratios()
        yield from self.through_links()
        for degree in self.ladder[_SHORT:]:
            yield from self.sums(none, degree)

    def of(self, atoms: Atoms) -> Iterator[list[Expression]]:
        """All that a library has to do with, simple ones first."""
        yield from self.products.of(atoms)
        for degree in self.ladder:
            yield from self.sums(atoms, degree)

    def sums(self, atoms: Atoms, degree: int, pursued: int = PURSUED) -> Iterator[list[Expression]]:
        """Sums of monomials and up to ``pursued`` atoms, seen through every function there is."""
        base = self.monomials(degree, self.exactly)
        if base is None:
            return
        terms = min(pursued, self.most - len(base.values))
        nodes = np.array([2.0 + len(tokens) for tokens in atoms.tokens]) if self.noisy else None
        dictionaries = Dictionaries(base.values, atoms.values, nodes)
        for seen in self.targets:
            choices = [np.zeros(0, np.intp)]
            if terms > 1:
                choices += dictionaries.of(seen).sums(seen.weighted(seen.inside), terms)
            choices.sort(key=partial(self._criterion, seen, base, atoms))
            fitted = (self._fitted(seen, base, atoms, one) for one in choices[:_FITTED])
            yield [seen.wrap(one) for one in fitted if one is not None]

    def _criterion(
        self, seen: SeenTarget, base: Terms, atoms: Atoms, chosen: NDArray[np.intp]
    ) -> float:
        columns, costs = self._columns(base, atoms, chosen)
        target = seen.weighted(seen.inside)
        return fit_line(seen.weighted(columns), target, costs).criterion

    def _columns(
        self, base: Terms, atoms: Atoms, chosen: NDArray[np.intp]
    ) -> tuple[Floats, NDArray[np.int64]]:
        """The columns of the whole sum, and what they cost."""
        columns = np.vstack([base.values, atoms.values[chosen]])
        costs = np.array([*base.costs, *(2 + len(atoms.tokens[k]) for k in chosen)])
        return columns, costs

    def _fitted(
        self, seen: SeenTarget, base: Terms, atoms: Atoms, chosen: NDArray[np.intp]
    ) -> Expression | None:
        """The sum of the base and the atoms ``chosen``, without what it does not need.

        None where it is an expansion of something else, or had so many columns by chance.
        """
        columns, costs = self._columns(base, atoms, chosen)
        columns, target = seen.weighted(columns), seen.weighted(seen.inside)
        if len(columns) > self.most and fit_line(columns, target, costs).error > NO_APPROXIMATION:
            return None
        kept, line = eliminate(columns, target, costs, self.largest)
        if expands(line, self.rounding):
            return None
        parts = [
            base.expressions[k]
            if k < len(base.values)
            else atoms.expression(int(chosen[k - len(base.values)]), self.names)
            for k in kept
        ]
        return weighted(line.weights, parts)

    def through_links(self, near: float = NEAR) -> Iterator[list[Expression]]:
        """Sums of monomials of low degrees, seen through functions with constants of their own.

        They leave no more than ``near`` of what is inside.
        """
        links = sum_links(self.y, self.operators)
        for degree in self.ladder[1:_SHORT]:
            base = self.monomials(degree, self.most)
            straight = np.inf if base is None else left_of(self.y, base.values)
            for link in links:
                if base is not None:
                    yield from self._through(link, base, near, straight)
                yield []

    def _through(
        self, link: Link, base: Terms, near: float, straight: float
    ) -> Iterator[list[Expression]]:
        none = Atoms((), (), np.zeros((0, len(self.y))))
        for wrap, target in seen_through_links(link, base.values, near, straight):
            seen = SeenTarget(wrap, target, None)
            found = self._fitted(seen, base, none, np.zeros(0, np.intp))
            yield [wrap(found)] if found is not None else []

    def ratios(self) -> Iterator[list[Expression]]:
        """Ratios of two polynomials, and roots of quadratics, plain and seen through a function."""
        if not self.operators & {"div", "inv"}:
            return
        for wrap, target, _ in self.targets:
            for ratio in ratios(self.monomials, self.ladder, target, self.exactly, self.rounding):
                judged = ratio and Refiner(self.names, self.X, target).judged(ratio)
                good = judged and (judged.nodes <= self.largest or judged.error <= EXACT)
                yield [wrap(ratio)] if ratio and good else []
            if "sqrt" in self.operators:
                for both in quadratics(self.monomials, target, self.exactly, self.rounding):
                    yield [wrap(one) for one in both]
