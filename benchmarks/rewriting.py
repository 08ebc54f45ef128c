"""Rewriting a law by what its inputs are of each other, and putting it together again, smaller.

A normal form is a coefficient and a product of powers. Sums have their first coefficient outside,
like terms are one, and a factor that all terms share stands before them. So ``c*(T - a)`` with
``T = 273 + 500*eps`` has as many nodes as before: its constants take up those of the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from bench.expression import Call, Expression, Leaf, Number, Symbol, complexity, fold

Powers = Mapping[Expression, float]
Product = tuple[float, Powers]
"""A coefficient, and bases with their exponents."""


def rewritten(law: Expression, of: str, by: Expression) -> list[Expression]:
    """Laws with ``by`` in the place of the variable ``of``: at one, two or all of its places.

    Smallest first; the law itself is brought into its normal form before, too.
    """
    found: dict[Expression, None] = {}
    for start in (law, smaller(law)):
        count = sum(1 for _ in _places(start, of))
        chosen = [*combinations(range(count), 1), *combinations(range(count), 2)]
        for places in {*chosen, tuple(range(count))} - {()}:
            found[smaller(_replaced(start, of, by, places))] = None
    return sorted(found, key=lambda one: (complexity(one), str(one)))


def smaller(expression: Expression) -> Expression:
    """``expression`` in its normal form."""
    normal = _Products()
    return normal.tree(normal.of(expression))


def _places(expression: Expression, of: str) -> Iterator[Leaf]:
    found: list[Leaf] = []
    fold(expression, lambda leaf: found.append(leaf), lambda call, values: None)
    return (leaf for leaf in found if leaf == Symbol(of))


def _replaced(expression: Expression, of: str, by: Expression, places: Sequence[int]) -> Expression:
    seen = iter(range(10**9))

    def leaf(node: Leaf) -> Expression:
        return by if node == Symbol(of) and next(seen) in places else node

    return fold(expression, leaf, lambda call, args: Call(call.op, tuple(args)))


class _Products:
    """``terms`` are those of each sum that was put together, by its tree."""

    def __init__(self) -> None:
        self.terms: dict[Expression, list[Product]] = {}

    def of(self, expression: Expression) -> Product:
        return fold(expression, _leaf, self._call)

    def tree(self, product: Product) -> Expression:
        k, powers = product
        above = [_power(base, e) for base, e in powers.items() if e > 0]
        below = [_power(base, -e) for base, e in powers.items() if e < 0]
        if k == -1 and above and not below:
            return Call("neg", (_chain("mul", above),))
        if k != 1 or not above:
            above.insert(0, Number(_plain(k)))
        top = _chain("mul", above)
        return Call("div", (top, _chain("mul", below))) if below else top

    def _call(self, call: Call, args: list[Product]) -> Product:
        if call.op == "mul":
            return _times(args)
        if call.op == "div":
            return _times([args[0], _raised(args[1], -1.0)])
        if call.op == "neg":
            return -args[0][0], args[0][1]
        if call.op == "add":
            return self._sum(args)
        if call.op == "sub":
            return self._sum([args[0], (-args[1][0], args[1][1])])
        if call.op == "pow" and not args[1][1]:
            (k, powers), exponent = args[0], args[1][0]
            alone = k > 0 and list(powers.values()) == [1.0]  # (x**2)**0.5 is not x
            if alone or exponent == round(exponent):
                return _raised(args[0], exponent)
        return 1.0, {Call(call.op, tuple(self.tree(one) for one in args)): 1.0}

    def _sum(self, args: Sequence[Product]) -> Product:
        merged: dict[frozenset[tuple[Expression, float]], Product] = {}
        for k, powers in self._spread(args):
            key = frozenset(powers.items())
            merged[key] = (merged[key][0] + k if key in merged else k, powers)
        terms = [one for one in merged.values() if one[0] != 0]
        if len(terms) <= 1:
            return terms[0] if terms else (0.0, {})
        shared = {
            base: e
            for base in terms[0][1]
            if (e := min(powers.get(base, 0.0) for _, powers in terms)) > 0
        }
        leading = next(k for k, powers in terms if powers)
        terms = [_times([(k / leading, powers), _raised((1.0, shared), -1.0)])
                 for k, powers in terms]  # fmt: skip
        tree = _chain("add", [self.tree(one) for one in terms])
        self.terms[tree] = terms
        return leading, {**shared, tree: 1.0}

    def _spread(self, args: Sequence[Product]) -> Iterator[Product]:
        """The terms of ``args``, those of sums among them one by one."""
        for k, powers in args:
            inner = self.terms.get(next(iter(powers), Number(0)))
            if inner is not None and list(powers.values()) == [1.0]:
                yield from ((k * one, rest) for one, rest in inner)
            else:
                yield k, powers


def _leaf(node: Leaf) -> Product:
    return (float(node.value), {}) if isinstance(node, Number) else (1.0, {node: 1.0})


def _times(args: Sequence[Product]) -> Product:
    k, powers = 1.0, dict[Expression, float]()
    for factor, bases in args:
        k *= factor
        for base, e in bases.items():
            powers[base] = powers.get(base, 0.0) + e
    return k, {base: e for base, e in powers.items() if e}


def _raised(product: Product, exponent: float) -> Product:
    return product[0] ** exponent, {base: e * exponent for base, e in product[1].items()}


def _power(base: Expression, exponent: float) -> Expression:
    return base if exponent == 1 else Call("pow", (base, Number(_plain(exponent))))


def _chain(op: str, parts: Sequence[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Call(op, tuple(parts))


def _plain(value: float) -> float:
    return int(value) if value == round(value) and abs(value) < 1e6 else value
