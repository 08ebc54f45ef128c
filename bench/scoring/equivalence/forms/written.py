"""Nodes as expressions."""

from __future__ import annotations

from fractions import Fraction

from bench.expression import Call, Expression, Number
from bench.scoring.equivalence.forms.exact_numbers import Value
from bench.scoring.equivalence.forms.nodes import (
    AmountNode,
    FunctionNode,
    NameNode,
    Node,
    Nodes,
    ProductNode,
    SumNode,
)


def written(nodes: Nodes, node: Node) -> Expression:
    """The expression of a node."""
    made: dict[Node, Expression] = {}
    for one in nodes.upwards(node):
        match nodes.kinds[one]:
            case NameNode(leaf):
                made[one] = leaf
            case AmountNode(number):
                made[one] = _literal(number)
            case SumNode(number, terms):
                made[one] = _added(number, [_scaled(c, made[term]) for term, c in terms])
            case ProductNode(number, factors):
                made[one] = _scaled(number, _multiplied([(made[b], made[e]) for b, e in factors]))
            case FunctionNode(op, args):
                made[one] = Call(op, tuple(made[arg] for arg in args))
    return made[node]


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
