"""Lists of terms, tier by tier: short ones, more of them, and terms with constants of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench import Number
from methods.laws.projection.columns import TermColumn, distinct, products, single
from methods.laws.projection.curves import Curve, curves
from methods.laws.projection.space import alone
from methods.mcts.language.tokens import Floats

_FEW_VARIABLES = 6
"""Of more, functions of functions are not listed: a third of a second for each."""
_SUFFICES = 1e-5
"""What a function of one variable may leave over of the target."""


@dataclass(frozen=True)
class Tier:
    """A list of terms, how many sets of them are kept, and how many of those are looked at.

    The constants of those looked at are fitted where ``fit`` says so.
    """

    columns: Sequence[TermColumn]
    curves: Sequence[Curve]
    width: int
    looked_at: int
    fit: bool = False


class TermLists:
    """TermLists on the rows ``X`` (n, d) of variables ``names``, out of ``operators``.

    Where the target ``y`` (n,) is a function of one variable, they are functions of it.
    """

    def __init__(
        self, names: Sequence[str], X: Floats, y: Floats, operators: frozenset[str]
    ) -> None:
        self._operators, self._y = operators, y
        self._one = TermColumn(Number(1), np.ones(len(y)), 1)
        self._variables = list(zip(names, X.T, strict=True))
        self._shallow: list[list[TermColumn]] = []
        self._deep: list[list[TermColumn]] = []

    def prepare(self) -> Iterator[None]:
        """Make the functions of every variable; it yields after each."""
        depth = 2 if len(self._variables) <= _FEW_VARIABLES else 1
        for place, (name, values) in enumerate(self._variables):
            self._shallow.append(single(name, values, self._operators, 1))
            self._deep.append(single(name, values, self._operators, depth))
            yield
            if alone(self._deep[-1], self._y) < _SUFFICES:
                self._variables = self._variables[place : place + 1]
                self._shallow, self._deep = self._shallow[-1:], self._deep[-1:]
                return

    def short(self) -> Tier:
        """A function of one variable, and products of two, in many sets: most laws are here."""
        both = products([one[:40] for one in self._shallow], 700)
        return Tier(self._list([*_flat(self._shallow), *both], 1500), (), 4000, 8)

    def long(self) -> Tier:
        """Functions of functions, and more products."""
        both = products([one[:150] for one in self._deep], 2500)
        return Tier(self._list([*_flat(self._deep), *both], 3000), (), 1000, 8)

    def bent(self) -> Tier:
        """TermLists with a constant of their own, among the simpler ones without."""
        bent = list(curves(self._variables, self._factors, self._operators, self._y))
        return Tier(self._list(self._simple(), 800), bent, 300, 200, fit=True)

    def settled(self, found: Iterable[TermColumn]) -> Tier:
        """The terms with constants that were found, as they are, among those without."""
        return Tier(self._list([*found, *self._simple()], 1500), (), 800, 60, fit=True)

    def _simple(self) -> list[TermColumn]:
        most = max(40, 400 // len(self._variables))
        few = [one for group in self._deep for one in group[:most]]
        return [*few, *products([one[:20] for one in self._shallow], 200)]

    def _list(self, columns: Iterable[TermColumn], most: int) -> list[TermColumn]:
        ordered = sorted(columns, key=lambda one: one.nodes)
        return [self._one, *distinct(ordered)[:most]]

    def _factors(self, name: str) -> Iterator[TermColumn]:
        """What a function with a constant is multiplied by: 1, itself, terms of other variables."""
        yield self._one
        others = max(0, 6 - len(self._variables))
        for (other, _), columns in zip(self._variables, self._shallow, strict=True):
            yield from columns[: 2 if other == name else others]


def _flat(groups: Iterable[Sequence[TermColumn]]) -> list[TermColumn]:
    return [one for group in groups for one in group]
