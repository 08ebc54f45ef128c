"""Terms of a rate, and what all rates together are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bench import Call, Expression, Number, Symbol, substitute
from methods.laws.systems.following import RatePrograms
from methods.mcts.language.tokens import Floats

INNER = ("_0", "_1", "_2")
"""What a term's own constants are called in its ``form``: no column has such a name."""


@dataclass(frozen=True)
class Term:
    """``form`` with ``inner`` constants in place of ``_0``, ``_1``; a rate has a multiple of it."""

    form: Expression
    inner: tuple[float, ...] = ()

    @property
    def constants(self) -> int:
        """That can be moved, its multiple among them."""
        return 1 + len(self.inner)


Rates = tuple[tuple[Term, ...], ...]
"""Of each state the terms of its rate."""


@dataclass(frozen=True)
class RateModel:
    """Rates of states in ``columns``, with places for constants in the order of the terms."""

    rates: Rates
    columns: tuple[str, ...]

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Of each state how many constants its rate has."""
        return tuple(sum(term.constants for term in rate) for rate in self.rates)

    def places(self, state: int) -> slice:
        """Where the constants of a state's rate are."""
        begin = sum(self.counts[:state])
        return slice(begin, begin + self.counts[state])

    @cached_property
    def system(self) -> RatePrograms:
        """What integrates it: constants are its last columns."""
        names = [f"_c{k}" for k in range(sum(self.counts))]
        return RatePrograms.of(self._written(map(Symbol, names)), [*self.columns, *names])

    def expressions(self, constants: Floats) -> list[Expression]:
        """The rates with such constants."""
        return self._written(map(Number, constants.tolist()))

    def with_inner(self, constants: Floats) -> Rates:
        """The rates, the terms' own constants as they are in ``constants``."""
        values = iter(constants.tolist())
        found = []
        for rate in self.rates:
            terms = []
            for term in rate:
                next(values)
                terms.append(Term(term.form, tuple(next(values) for _ in term.inner)))
            found.append(tuple(terms))
        return tuple(found)

    def _written(self, leaves: Iterable[Expression]) -> list[Expression]:
        values = iter(leaves)
        found: list[Expression] = []
        for rate in self.rates:
            terms = []
            for term in rate:
                factor, *inner = (next(values) for _ in range(term.constants))
                form = substitute(term.form, dict(zip(INNER, inner, strict=False)))
                terms.append(factor if term.form == Number(1) else Call("mul", (factor, form)))
            found.append(_sum(terms))
        return found


def _sum(terms: Sequence[Expression]) -> Expression:
    if not terms:
        return Number(0.0)
    return terms[0] if len(terms) == 1 else Call("add", tuple(terms))
