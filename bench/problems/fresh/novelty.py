"""What is not new: laws that a shipped benchmark, or the dataset in the making, has already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import permutations

import numpy as np

from bench.expression import Call, Expression, Symbol, evaluate, substitute, symbols
from bench.expression.tree import postorder
from bench.problems.difficulty import TRANSCENDENTAL
from bench.problems.fresh.fairness import can_become
from bench.problems.fresh.shape import shape
from bench.problems.problem import Domain
from bench.problems.sources.sampling import sample_domain

SameLaw = Callable[[Expression, Expression, Domain], bool]
"""``same_law(one, other, domain)``: whether constants exist that make ``one`` the other.

Both are written in the names of the domain's variables: the judge's question, asked of two truths.
"""

_ROWS = 50
_ALL_ORDERS_UP_TO = 3


class Novelty:
    """The laws that are taken.

    Two laws are one if they are of one shape, or if ``same_law`` says so for some order of the
    inputs (every order of up to three inputs, the given order of more); it is asked of laws with as
    many inputs and the same functions. A law may still have a simpler one as a special case, some
    rate being 0: that is another law.
    """

    def __init__(self, known: Iterable[Expression], same_law: SameLaw | None = None) -> None:
        self.same_law = same_law or same_up_to_constants
        self.shapes: set[str] = set()
        self.laws: dict[object, list[Expression]] = defaultdict(list)
        for law in known:
            self.add(law)

    def add(self, law: Expression) -> None:
        """Take ``law``."""
        text = shape(law)
        if text not in self.shapes:
            self.shapes.add(text)
            self.laws[_kind(law)].append(law)

    def admits(self, law: Expression, domain: Domain) -> bool:
        """Whether no law that is taken is ``law``, up to constants."""
        if shape(law) in self.shapes:
            return False
        names = sorted(symbols(law))
        return not any(
            self.same_law(law, renamed, domain)
            for other in self.laws[_kind(law)]
            for renamed in _orders(other, names)
        )


def same_up_to_constants(one: Expression, other: Expression, domain: Domain) -> bool:
    """Whether a refit of the floats of ``one`` makes it ``other``, on points of the domain."""
    names = [variable.name for variable in domain.variables]
    X = sample_domain(domain, _ROWS, seed=0)
    y = evaluate(other, names, X)
    rows = np.isfinite(y)
    return bool(rows.sum() >= _ROWS // 2) and can_become(one, y[rows], names, X[rows])


def _kind(law: Expression) -> tuple[int, frozenset[str]]:
    """How many inputs, and which functions."""
    functions = {node.op for node in postorder(law) if isinstance(node, Call)} & TRANSCENDENTAL
    return len(symbols(law)), frozenset(functions)


def _orders(law: Expression, names: list[str]) -> Iterator[Expression]:
    """``law`` in ``names``, in every order that is looked at."""
    own = sorted(symbols(law))
    orders = permutations(names) if len(names) <= _ALL_ORDERS_UP_TO else [tuple(names)]
    for order in orders:
        yield substitute(law, dict(zip(own, map(Symbol, order), strict=True)))
