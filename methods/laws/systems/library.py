"""Terms that rates may have: powers, functions of one variable, and what saturates.

The families follow from the operators; their own constants begin on grids that the data's range
sets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, combinations_with_replacement

import numpy as np

from bench import Call, Expression, Number, Symbol
from methods.laws.systems.judging import price
from methods.laws.systems.terms import INNER, Term
from methods.mcts.language.tokens import Floats

_MONOMIALS, _LOW, _DEGREE = 60, 3, 5
"""Monomials at most, and their degrees: of the first terms that are tried, and of all."""
_TERMS, _ROWS = 700, 150
"""The cheapest terms that are kept, priced as for so many points."""
_ONE = Number(1)
_K, _N = Symbol(INNER[0]), Symbol(INNER[1])


def tiers(names: Sequence[str], columns: Floats) -> list[list[Term]]:
    """Terms in variables ``names``, whose values (rows, variables) tell ranges: monomials, then
    these and functions, then all, with constants of their own."""
    monomials = [Term(one) for one in _monomials(names)]
    plain = {name: list(_functions(Symbol(name))) for name in names}
    functions = [Term(one) for ones in plain.values() for one in ones]
    functions += [Term(one) for one in _times(names, plain)]
    functions += [Term(one) for one in _pairs(names, plain)]
    curved = [
        term for name, values in zip(names, columns.T, strict=True)
        for term in _curves(Symbol(name), values)
    ]  # fmt: skip
    curved += [
        Term(_product(Symbol(name), one.form), one.inner) for one in curved for name in names
    ]
    second = _smallest([*monomials, *functions])
    return [
        _smallest(list(map(Term, _monomials(names, _LOW)))),
        second,
        _smallest([*second, *curved]),
    ]


def _smallest(terms: Sequence[Term]) -> list[Term]:
    return sorted(terms, key=lambda one: price(one, _ROWS))[:_TERMS]


def _monomials(names: Sequence[str], most: int = _DEGREE) -> Iterator[Expression]:
    yield _ONE
    count = 1
    for degree in range(1, most + 1):
        powers = list(combinations_with_replacement(names, degree))
        count += len(powers)
        if degree > 2 and count > _MONOMIALS:
            return
        for power in powers:
            yield _product(*(_power(Symbol(one), power.count(one)) for one in dict.fromkeys(power)))


def _power(base: Expression, exponent: int) -> Expression:
    return base if exponent == 1 else Call("pow", (base, Number(exponent)))


def _product(*factors: Expression) -> Expression:
    kept = [one for one in factors if one != _ONE]
    if len(kept) < 2:
        return kept[0] if kept else _ONE
    return Call("mul", tuple(kept))


def _functions(v: Expression) -> Iterator[Expression]:
    for op in ("sin", "cos", "exp", "log", "sqrt", "abs", "tanh"):
        yield Call(op, (v,))
    yield Call("exp", (Call("neg", (v,)),))
    yield Call("div", (_ONE, v))
    yield Call("div", (_ONE, _power(v, 2)))


def _times(names: Sequence[str], plain: dict[str, list[Expression]]) -> Iterator[Expression]:
    for name in names:
        for other, functions in plain.items():
            for one in functions:
                if one.op == "div":  # type: ignore[union-attr]
                    if name != other:
                        yield Call("div", (Symbol(name), one.args[1]))  # type: ignore[union-attr]
                else:
                    yield _product(Symbol(name), one)


def _pairs(names: Sequence[str], plain: dict[str, list[Expression]]) -> Iterator[Expression]:
    for a, b in combinations_with_replacement(names, 2):
        for one in plain[a][:3]:
            for other in plain[b][:3]:
                if (one.op, a) <= (other.op, b):  # type: ignore[union-attr]
                    yield _product(one, other)
    for a, b in combinations(names, 2):
        for both in (Call("add", (Symbol(a), Symbol(b))), Call("sub", (Symbol(a), Symbol(b)))):
            yield Call("sin", (both,))
            yield Call("cos", (both,))


def _curves(v: Expression, values: Floats) -> Iterator[Term]:
    size, reach = float(np.median(np.abs(values))) or 1.0, float(np.ptp(values)) or 1.0
    squared = _power(v, 2)
    for share in (0.1, 0.4, 1.5, 6.0):
        yield Term(Call("div", (v, Call("add", (_K, v)))), (share * size,))
        yield Term(Call("div", (_ONE, Call("add", (_K, v)))), (share * size,))
        square = (share * size**2,)
        yield Term(Call("div", (squared, Call("add", (_K, squared)))), square)
        yield Term(Call("div", (_ONE, Call("add", (_K, squared)))), square)
        yield Term(Call("div", (v, Call("add", (_K, squared)))), square)
        for n in (3, 4, 5):
            power = _power(v, n)
            yield Term(Call("div", (power, Call("add", (_K, power)))), (share * size**n,))
    for rate in (-4.0, -1.5, -0.5, 0.5, 1.5, 4.0):
        yield Term(Call("exp", (_product(_K, v),)), (rate / reach,))
    for waves in (0.5, 1.0, 2.0, 4.0):
        yield Term(Call("sin", (_product(_K, v),)), (waves * np.pi / reach,))
        yield Term(Call("cos", (_product(_K, v),)), (waves * np.pi / reach,))
    if values.min() > 0:
        for exponent in (0.5, 1.5):
            yield Term(Call("pow", (v, _K)), (exponent,))
    for steep in (1.0, 4.0, 16.0):
        for place in (0.25, 0.5, 0.75):
            slope = steep / reach
            middle = float(np.quantile(values, place))
            bend = Call("sub", (_N, _product(_K, v)))
            yield Term(
                Call("div", (_ONE, Call("add", (_ONE, Call("exp", (bend,)))))),
                (slope, slope * middle),
            )
