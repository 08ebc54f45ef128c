"""Sums and products with their numbers drawn together: ``2*x + 0.5*x`` is ``2.5*x``.

What SymPy does, unasked, when it builds an expression: nested sums and products are one, like
terms one term, equal bases one power, numbers one number, and a number is multiplied into a sum
that it alone stands before. Nothing is expanded, and nothing done that does not hold for all
values.

Nodes are kept once each and known by their number, so that a tree as deep as its text is long
costs no more than its length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import e, inf, isfinite, pi, ulp

import numpy as np

from bench.expression import OPERATORS, Call, Constant, Expression, Number, Symbol, fold
from bench.scoring.equivalence.forms.exact_numbers import Value, plain, raised

Node = int
"""What stands for an expression in one ``Gathered``."""


@dataclass(frozen=True, slots=True)
class _Name:
    leaf: Constant | Symbol


@dataclass(frozen=True, slots=True)
class _Amount:
    number: Value


@dataclass(frozen=True, slots=True)
class _Sum:
    number: Value
    terms: tuple[tuple[Node, Value], ...]


@dataclass(frozen=True, slots=True)
class _Product:
    number: Value
    factors: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class _Function:
    op: str
    args: tuple[Node, ...]


_Kind = _Name | _Amount | _Sum | _Product | _Function
_AT_ZERO = {"sin": 0, "tan": 0, "sinh": 0, "tanh": 0, "asin": 0, "atan": 0, "cos": 1, "cosh": 1}
_HALF = Fraction(1, 2)
_TINIEST = ulp(0.0)
_NAMED = {"pi": pi, "e": e}


class Gathered:
    """Expressions with their numbers drawn together.

    ``node`` takes an expression in, ``tree`` gives it out; the other methods build and look.
    """

    def __init__(self) -> None:
        self._kinds: list[_Kind] = []
        self._known: dict[object, Node] = {}
        self._decimal: list[bool] = []
        self.one = self.amount(1)
        self._minus_one = self.amount(-1)
        self._e = self._name(Constant("e"))

    def node(self, expression: Expression) -> Node:
        """The expression, drawn together."""
        return fold(expression, self._leaf, self._call)

    def _leaf(self, leaf: Expression) -> Node:
        if isinstance(leaf, Number):
            return self.amount(leaf.value)
        assert isinstance(leaf, Constant | Symbol)
        return self._name(leaf)

    def _call(self, call: Call, args: list[Node]) -> Node:
        match call.op:
            case "add":
                return self.sum((arg, 1) for arg in args)
            case "sub":
                return self.sum([(args[0], 1), (args[1], -1)])
            case "neg":
                return self.sum([(args[0], -1)])
            case "mul":
                # One at a time: a number is multiplied into a sum if they are two.
                return reduce(lambda a, b: self.product([(a, self.one), (b, self.one)]), args)
            case "div":
                return self.quotient(args[0], args[1])
            case "pow":
                return self.power(args[0], args[1])
            case "sqrt":
                return self.power(args[0], self.amount(_HALF))
            case "exp":
                return self.power(self._e, args[0])
        return self._function(call.op, args)

    def _keep(self, kind: _Kind, key: object) -> Node:
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self._kinds)
            self._kinds.append(kind)
            parts = self.parts(known)
            self._decimal.append(_decimal(kind) or any(self._decimal[part] for part in parts))
        return known

    # 0.5 and 1/2 are equal numbers, and one of them is rounded where the other is not: the type of
    # a number is part of what a node is known by.

    def _name(self, leaf: Constant | Symbol) -> Node:
        return self._keep(_Name(leaf), leaf)

    def amount(self, value: Value) -> Node:
        """A number."""
        value = plain(value)
        return self._keep(_Amount(value), (type(value), value))

    def _sum(self, number: Value, terms: tuple[tuple[Node, Value], ...]) -> Node:
        number = plain(number)
        types = tuple(type(own) for _, own in terms)
        return self._keep(_Sum(number, terms), ("+", type(number), number, types, terms))

    def _product(self, number: Value, factors: tuple[tuple[Node, Node], ...]) -> Node:
        number = plain(number)
        return self._keep(_Product(number, factors), ("*", type(number), number, factors))

    def number(self, node: Node) -> Value | None:
        """The number that ``node`` is, if it is one."""
        kind = self._kinds[node]
        return kind.number if isinstance(kind, _Amount) else None

    def _function(self, op: str, args: list[Node]) -> Node:
        values = [self.number(arg) for arg in args]
        if any(isinstance(value, float) for value in values) and None not in values:
            with np.errstate(all="ignore"):
                arrays = [np.float64(float(value)) for value in values if value is not None]
                found = float(OPERATORS[op].real(*arrays))
            if isfinite(found):
                return self.amount(found)
        if values == [0] and op in _AT_ZERO:
            return self.amount(_AT_ZERO[op])
        if values == [1] and op == "log":
            return self.amount(0)
        return self._keep(_Function(op, tuple(args)), (op, *args))

    def sum(self, terms: Iterable[tuple[Node, Value]]) -> Node:
        """The sum of nodes, each times a number."""
        number: Value = 0
        coefficients: dict[Node, Value] = {}
        for node, factor in terms:
            kind = self._kinds[node]
            if isinstance(kind, _Amount):
                number += factor * kind.number
                continue
            if isinstance(kind, _Sum):
                number += factor * kind.number
            inner = kind.terms if isinstance(kind, _Sum) else (self._split(node),)
            for rest, own in inner:
                coefficients[rest] = coefficients.get(rest, 0) + factor * own
        kept = tuple((node, plain(c)) for node, c in sorted(coefficients.items()) if c != 0)
        if not kept:
            return self.amount(number)
        if len(kept) == 1 and number == 0:
            return self._times(kept[0][1], kept[0][0])
        return self._sum(number, kept)

    def product(self, factors: Iterable[tuple[Node, Node]]) -> Node:
        """The product of nodes, each to the power of a node."""
        number: Value = 1
        powers: dict[Node, list[Node]] = {}
        for base, exponent in factors:
            kind = self._kinds[base]
            plain = self.number(exponent) == 1
            if isinstance(kind, _Amount) and plain:
                number *= kind.number
            elif isinstance(kind, _Product) and plain:
                number *= kind.number
                for inner, own in kind.factors:
                    powers.setdefault(inner, []).append(own)
            else:
                powers.setdefault(base, []).append(exponent)
        kept: list[tuple[Node, Node]] = []
        for base, exponents in powers.items():
            whole = self.sum((exponent, 1) for exponent in exponents)
            value = self.number(self.power(base, whole))
            if value is not None:
                number *= value
            else:
                kept.append((base, whole))
        return self._product_of(number, kept)

    def _product_of(self, number: Value, factors: list[tuple[Node, Node]]) -> Node:
        if number == 0 or not factors:
            return self.amount(number)
        if len(factors) == 1 and self.number(factors[0][1]) == 1:
            return self._times(number, factors[0][0])
        return self._product(number, tuple(sorted(factors)))

    def quotient(self, above: Node, below: Node) -> Node:
        """One node over another."""
        return self.product([(above, self.one), (self.power(below, self._minus_one), self.one)])

    def power(self, base: Node, exponent: Node) -> Node:
        """One node to the power of another."""
        kind, e = self._kinds[base], self.number(exponent)
        if e == 0:
            return self.one
        if e == 1:
            return base
        if e is not None and isinstance(kind, _Amount):
            value = raised(kind.number, e)
            if value is not None:
                return self.amount(value)
        if e is not None and isinstance(kind, _Product):
            found = self._power_of_product(kind, exponent, e)
            if found is not None:
                return found
        return self._product(1, ((base, exponent),))

    def _power_of_product(self, kind: _Product, exponent: Node, e: Value) -> Node | None:
        """Power by power, where the exponent is an integer; else what SymPy does for any values.

        The exponent 2.0 is no integer: ``exp(x)**2.0`` stays, and ``sqrt(x)**2.0`` is ``x**1.0``.
        """
        number = raised(kind.number, e)
        if isinstance(e, int) and number is not None:
            inner = [(base, self.sum([(own, e)])) for base, own in kind.factors]
            return self.product([(self.amount(number), self.one), *inner])
        if kind.number not in (-1, 0, 1):
            sign = 1 if kind.number > 0 else -1
            rest = self.power(self._product_of(sign, list(kind.factors)), exponent)
            factor = self.power(self.amount(sign * kind.number), exponent)
            return self.product([(factor, self.one), (rest, self.one)])
        if kind.number == 1 and len(kind.factors) == 1:
            base, own = kind.factors[0]
            power = self.number(own)
            if power is not None and -1 < power < 1:
                return self.power(base, self.amount(power * e))
        return None

    def _times(self, factor: Value, node: Node) -> Node:
        """``node`` times a number, which is multiplied into a sum."""
        kind = self._kinds[node]
        if _is_one(factor):
            return node
        if isinstance(kind, _Amount):
            return self.amount(factor * kind.number)
        if isinstance(kind, _Sum):
            terms = tuple((term, plain(factor * own)) for term, own in kind.terms)
            return self._sum(factor * kind.number, terms)
        if isinstance(kind, _Product):
            return self._product_of(factor * kind.number, list(kind.factors))
        return self._product(factor, ((node, self.one),))

    def _split(self, node: Node) -> tuple[Node, Value]:
        """A term as what it is but for its number, and that number."""
        kind = self._kinds[node]
        if not isinstance(kind, _Product) or _is_one(kind.number):
            return node, 1
        return self._product_of(1, list(kind.factors)), kind.number

    def parts(self, node: Node) -> tuple[Node, ...]:
        """The nodes that ``node`` is made of."""
        match self._kinds[node]:
            case _Sum(_, terms):
                return tuple(term for term, _ in terms)
            case _Product(_, factors):
                return tuple(part for factor in factors for part in factor)
            case _Function(_, args):
                return args
        return ()

    def upwards(self, node: Node) -> list[Node]:
        """All that ``node`` is made of and itself, once each, parts before what they belong to."""
        order: dict[Node, None] = {}
        stack = [node]
        while stack:
            missing = [part for part in self.parts(stack[-1]) if part not in order]
            if missing:
                stack.extend(missing)
            else:
                order[stack.pop()] = None
        return list(order)

    def mapped(self, node: Node, change: Callable[[float], Value]) -> Node:
        """``node`` with every float in it changed, and drawn together anew."""

        def changed(value: Value) -> Value:
            return change(value) if isinstance(value, float) else value

        new: dict[Node, Node] = {}
        for one in self.upwards(node):
            if not self._decimal[one]:
                new[one] = one
                continue
            match self._kinds[one]:
                case _Amount(number):
                    new[one] = self.amount(changed(number))
                case _Sum(number, terms):
                    inner = [(new[term], changed(own)) for term, own in terms]
                    new[one] = self.sum([(self.amount(changed(number)), 1), *inner])
                case _Product(number, factors):
                    powers = [(self.power(new[b], new[e]), self.one) for b, e in factors]
                    new[one] = self.product([(self.amount(changed(number)), self.one), *powers])
                case _Function(op, args):
                    new[one] = self._function(op, [new[arg] for arg in args])
                case _:
                    new[one] = one
        return new[node]

    def needed(self, node: Node) -> list[float]:
        """The constants without which ``node`` cannot be written, named ones multiplied in.

        Of ``x/(4*pi) + 2*y`` they are 1/(4*pi) and 2; whole exponents are none.
        """
        found: list[float] = []
        for one in self.upwards(node):
            match self._kinds[one]:
                case _Amount(number):
                    found.append(_in_float64(number))
                case _Sum(number, terms):
                    found += [_in_float64(number)]
                    found += [_in_float64(own) * self._constant(t) for t, own in terms]
                case _Product():
                    found.append(self._constant(one))
        return found

    def _constant(self, node: Node) -> float:
        """The product of all factors of ``node`` that are constant."""
        kind = self._kinds[node]
        if not isinstance(kind, _Product):
            return 1.0
        value = _in_float64(kind.number)
        for base, exponent in kind.factors:
            power = self.number(exponent)
            match self._kinds[base]:
                case _Name(Constant(name)) if name in _NAMED and power is not None:
                    value *= _in_float64_to(_NAMED[name], power)
                case _Amount(number) if number > 0 and power is not None:
                    value *= _in_float64_to(_in_float64(number), power)
        return value

    def tree(self, node: Node) -> Expression:
        """The expression of a node."""
        made: dict[Node, Expression] = {}
        for one in self.upwards(node):
            match self._kinds[one]:
                case _Name(leaf):
                    made[one] = leaf
                case _Amount(number):
                    made[one] = _literal(number)
                case _Sum(number, terms):
                    made[one] = _added(number, [_scaled(c, made[term]) for term, c in terms])
                case _Product(number, factors):
                    made[one] = _scaled(
                        number, _multiplied([(made[b], made[e]) for b, e in factors])
                    )
                case _Function(op, args):
                    made[one] = Call(op, tuple(made[arg] for arg in args))
        return made[node]


def _in_float64(value: Value) -> float:
    """The nearest float64; infinite beyond its range."""
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _in_float64_to(base: float, power: Value) -> float:
    """A positive number to a power: infinite beyond the range of float64, and never 0."""
    with np.errstate(all="ignore"):
        return max(float(np.float64(base) ** np.float64(_in_float64(power))), _TINIEST)


def _is_one(value: Value) -> bool:
    """Whether a factor need not be written: that of ``1.0*x`` stays, and makes ``2*x`` a float."""
    return value == 1 and not isinstance(value, float)


def _decimal(kind: _Kind) -> bool:
    """Whether a float is among the numbers of a node itself."""
    match kind:
        case _Amount(number) | _Product(number, _):
            return isinstance(number, float)
        case _Sum(number, terms):
            return isinstance(number, float) or any(isinstance(own, float) for _, own in terms)
    return False


def _literal(value: Value) -> Expression:
    if not isinstance(value, Fraction):
        return Number(value)
    above = Number(value.numerator)
    return above if value.denominator == 1 else Call("div", (above, Number(value.denominator)))


def _scaled(factor: Value, node: Expression) -> Expression:
    return node if factor == 1 else Call("mul", (_literal(factor), node))


def _added(number: Value, terms: list[Expression]) -> Expression:
    args = tuple(terms) if number == 0 else (*terms, _literal(number))
    return args[0] if len(args) == 1 else Call("add", args)


def _multiplied(factors: list[tuple[Expression, Expression]]) -> Expression:
    powers = tuple(
        base if exponent == Number(1) else Call("pow", (base, exponent))
        for base, exponent in factors
    )
    return powers[0] if len(powers) == 1 else Call("mul", powers)
