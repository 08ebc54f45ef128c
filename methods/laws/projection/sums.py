"""Sums of terms that fit a target: what the beam finds, written out and fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bench import Call, Expression, Number, complexity, evaluate, numbers
from methods.laws.algebra.atoms import fingerprint
from methods.laws.projection.beam import Indices, Sets, search
from methods.laws.projection.columns import TermColumn
from methods.laws.projection.space import Space
from methods.laws.projection.tiers import TermLists, Tier
from methods.mcts.language.tokens import Floats
from methods.refine import Fitted, Refiner

_TERMS = 5
"""Most terms of a sum."""
_ROWS_A_TERM = 4
_ROUGH = 0.05
"""What a set may leave over of the target, for its constants to be worth a fit."""
_OVER_NOISE = 1.5
"""The same under noise, in its units."""
_CLOSE = 1e-4
"""Error on few rows, below which a sum is tried on many."""
_AT_ONCE = 10
"""So many sums are fitted between two looks at the clock."""
_TRIED, _NEWS, _SETTLED = 10, 3, 60


class ProjectedSums:
    """Proposals on the rows of ``few``; what fits them closely is tried on those of ``many``.

    ``count`` is told how many sets of terms were weighed. ``noise`` is what the noise is of the
    target, as a share of it.
    """

    def __init__(
        self,
        few: Refiner,
        many: Refiner,
        operators: frozenset[str],
        count: Callable[[int], None],
        noise: float = 0.0,
    ) -> None:
        self._few, self._many, self._operators, self._count = few, many, operators, count
        self._rough = max(_ROUGH, _OVER_NOISE * noise)
        self._most = min(_TERMS, len(few.y) // _ROWS_A_TERM)
        self._settled: dict[bytes, TermColumn] = {}

    def proposals(self) -> Iterator[list[Expression]]:
        """The best sums as they come; nothing, where only time has passed.

        One that fits to rounding is not the end: each next tier is asked for sums of fewer terms.
        """
        most = self._most
        if not most:
            return
        terms = TermLists(self._few.names, self._few.X, self._few.y, self._operators)
        for _ in terms.prepare():
            yield []
        for tier in self._tiers(terms):
            yield []
            for found in self._of(tier, most):
                exact = self._exact(found)
                yield [one.expression for one in exact or found[:_NEWS]]
                if exact:
                    most = len(_terms(found[0].expression)) - 1
                    break

    def _tiers(self, terms: TermLists) -> Iterator[Tier]:
        yield terms.short()
        yield terms.long()
        yield terms.bent()
        yield terms.settled(self._settled.values())

    def _of(self, tier: Tier, most: int) -> Iterator[list[Fitted]]:
        """After each number of terms up to ``most``, the best sums of so many; and between."""
        space = Space(tier.columns, tier.curves, self._few.y)
        for sets in search(space.items, space.target, tier.width, most):
            if sets is None:
                yield []
                continue
            self._count(len(sets.left))
            found = []
            for begin, one in enumerate(self._looked_at(space, sets, tier.looked_at)):
                found.append((self._few.fitted if tier.fit else self._few.judged)(one))
                if begin % _AT_ONCE == _AT_ONCE - 1:
                    yield []
            found.sort(key=lambda one: one.criterion)
            for fitted in found[:_SETTLED] if space.curves else ():
                self._settle(fitted.expression)
            yield found

    def _looked_at(self, space: Space, sets: Sets, most: int) -> Iterator[Expression]:
        """The best sets, half by what they leave and half by that and their price, as sums."""
        by_rest = np.argsort(sets.left)[: most // 2]
        by_price = np.argsort(np.log(sets.left + 1e-300) + 0.25 * sets.nodes)[: most // 2]
        for k in dict.fromkeys([*by_rest.tolist(), *by_price.tolist()]):
            if sets.left[k] < self._rough:
                yield self._written(space, sets.members[k])

    def _exact(self, found: Sequence[Fitted]) -> list[Fitted]:
        """Those that fit many rows to rounding, the best of them shortened."""
        close = [one for one in found if one.error < _CLOSE][:_TRIED]
        exact = [one for one in map(self._on_many, close) if one.exact]
        exact.sort(key=self._price)
        return [self._many.shortened(one) for one in exact[:1]]

    def _on_many(self, one: Fitted) -> Fitted:
        return self._many.fitted(one.expression)

    def _price(self, one: Fitted) -> float:
        """The criterion, and the digits that terms must have beyond the target's to cancel."""
        size = float(np.linalg.norm(self._many.y))
        price = one.criterion
        for term in _terms(one.expression):
            values = evaluate(term, self._many.names, self._many.X)
            price += 2 * max(0.0, float(np.log(np.linalg.norm(values) / size)))
        return price

    def _written(self, space: Space, members: Indices) -> Expression:
        """A set as a sum: weights by least squares, constants moved as the slopes' weights say."""
        count = len(space.columns)
        rows: list[Floats] = []
        for k in members:
            rows += [space.columns[k].values] if k < count else list(space.curves[k - count].pair())
        weights = np.linalg.lstsq(np.array(rows).T, self._few.y, rcond=None)[0].tolist()
        terms: list[Expression] = []
        for k in members:
            weight = weights.pop(0)
            if k < count:
                inner = space.columns[k].expression
            else:
                inner = space.curves[k - count].moved(weights.pop(0) / (weight or 1.0))
            terms.append(Call("mul", (Number(weight), inner)))
        return terms[0] if len(terms) == 1 else Call("add", tuple(terms))

    def _settle(self, expression: Expression) -> None:
        """Keep the terms with constants of a sum, for the last tier."""
        for term in _terms(expression):
            if not (isinstance(term, Call) and term.op == "mul"):
                continue
            inner = term.args[1] if len(term.args) == 2 else Call("mul", term.args[1:])
            if not any(isinstance(value, float) for value in numbers(inner)):
                continue
            values = evaluate(inner, self._few.names, self._few.X)
            key = fingerprint(values) if np.isfinite(values).all() else None
            if key is not None:
                alike = np.round(np.frombuffer(key), 4).tobytes()
                self._settled.setdefault(alike, TermColumn(inner, values, complexity(inner)))


def _terms(expression: Expression) -> tuple[Expression, ...]:
    sum_of = isinstance(expression, Call) and expression.op == "add"
    return expression.args if sum_of and isinstance(expression, Call) else (expression,)
