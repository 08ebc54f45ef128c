"""Sums and products with their numbers drawn together: ``2*x + 0.5*x`` is ``2.5*x``.

What SymPy does, unasked, when it builds an expression: nested sums and products are one, like
terms one term, equal bases one power, numbers one number, and a number is multiplied into a sum
that it alone stands before. Nothing is expanded, and nothing done that does not hold for all
values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from math import isfinite

import numpy as np

from bench.expression import OPERATORS, Call, Constant, Expression, Number, Symbol, fold
from bench.scoring.equivalence.forms.exact_numbers import Value, plain, raised
from bench.scoring.equivalence.forms.nodes import (
    AmountNode,
    FunctionNode,
    Node,
    Nodes,
    ProductNode,
    SumNode,
)

_AT_ZERO = {"sin": 0, "tan": 0, "sinh": 0, "tanh": 0, "asin": 0, "atan": 0, "cos": 1, "cosh": 1}
_HALF = Fraction(1, 2)


class Gathered(Nodes):
    """Nodes that are put in drawn together: ``node`` takes an expression, the others nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.one = self.amount(1)
        self._minus_one = self.amount(-1)
        self._e = self.name(Constant("e"))

    def node(self, expression: Expression) -> Node:
        """The expression, drawn together."""
        return fold(expression, self._leaf, self._call)

    def _leaf(self, leaf: Expression) -> Node:
        if isinstance(leaf, Number):
            return self.amount(leaf.value)
        assert isinstance(leaf, Constant | Symbol)
        return self.name(leaf)

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
        return self.plain_function(op, tuple(args))

    def sum(self, terms: Iterable[tuple[Node, Value]]) -> Node:
        """The sum of nodes, each times a number."""
        number: Value = 0
        coefficients: dict[Node, Value] = {}
        for node, factor in terms:
            kind = self.kinds[node]
            if isinstance(kind, AmountNode):
                number += factor * kind.number
                continue
            if isinstance(kind, SumNode):
                number += factor * kind.number
            inner = kind.terms if isinstance(kind, SumNode) else (self._split(node),)
            for rest, own in inner:
                coefficients[rest] = coefficients.get(rest, 0) + factor * own
        kept = tuple((node, plain(c)) for node, c in sorted(coefficients.items()) if c != 0)
        if not kept:
            return self.amount(number)
        if len(kept) == 1 and number == 0:
            return self._times(kept[0][1], kept[0][0])
        return self.plain_sum(number, kept)

    def product(self, factors: Iterable[tuple[Node, Node]]) -> Node:
        """The product of nodes, each to the power of a node."""
        number: Value = 1
        powers: dict[Node, list[Node]] = {}
        for base, exponent in factors:
            kind = self.kinds[base]
            once = self.number(exponent) == 1
            if isinstance(kind, AmountNode) and once:
                number *= kind.number
            elif isinstance(kind, ProductNode) and once:
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
        return self.plain_product(number, tuple(sorted(factors)))

    def quotient(self, above: Node, below: Node) -> Node:
        """One node over another."""
        return self.product([(above, self.one), (self.power(below, self._minus_one), self.one)])

    def power(self, base: Node, exponent: Node) -> Node:
        """One node to the power of another."""
        kind, e = self.kinds[base], self.number(exponent)
        if e == 0:
            return self.one
        if e == 1:
            return base
        if e is not None and isinstance(kind, AmountNode):
            value = raised(kind.number, e)
            if value is not None:
                return self.amount(value)
        if e is not None and isinstance(kind, ProductNode):
            found = self._power_of_product(kind, exponent, e)
            if found is not None:
                return found
        return self.plain_product(1, ((base, exponent),))

    def _power_of_product(self, kind: ProductNode, exponent: Node, e: Value) -> Node | None:
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
        kind = self.kinds[node]
        if _is_one(factor):
            return node
        if isinstance(kind, AmountNode):
            return self.amount(factor * kind.number)
        if isinstance(kind, SumNode):
            terms = tuple((term, plain(factor * own)) for term, own in kind.terms)
            return self.plain_sum(factor * kind.number, terms)
        if isinstance(kind, ProductNode):
            return self._product_of(factor * kind.number, list(kind.factors))
        return self.plain_product(factor, ((node, self.one),))

    def _split(self, node: Node) -> tuple[Node, Value]:
        """A term as what it is but for its number, and that number."""
        kind = self.kinds[node]
        if not isinstance(kind, ProductNode) or _is_one(kind.number):
            return node, 1
        return self._product_of(1, list(kind.factors)), kind.number

    def mapped(self, node: Node, change: Callable[[float], Value]) -> Node:
        """``node`` with every float in it changed, and drawn together anew."""

        def changed(value: Value) -> Value:
            return change(value) if isinstance(value, float) else value

        new: dict[Node, Node] = {}
        for one in self.upwards(node):
            if not self.decimal[one]:
                new[one] = one
                continue
            match self.kinds[one]:
                case AmountNode(number):
                    new[one] = self.amount(changed(number))
                case SumNode(number, terms):
                    inner = [(new[term], changed(own)) for term, own in terms]
                    new[one] = self.sum([(self.amount(changed(number)), 1), *inner])
                case ProductNode(number, factors):
                    powers = [(self.power(new[b], new[e]), self.one) for b, e in factors]
                    new[one] = self.product([(self.amount(changed(number)), self.one), *powers])
                case FunctionNode(op, args):
                    new[one] = self._function(op, [new[arg] for arg in args])
                case _:
                    new[one] = one
        return new[node]


def _is_one(value: Value) -> bool:
    """Whether a factor need not be written: that of ``1.0*x`` stays, and makes ``2*x`` a float."""
    return value == 1 and not isinstance(value, float)
