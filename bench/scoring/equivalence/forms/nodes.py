"""Expressions as nodes, kept once each and known by their number.

A tree as deep as its text is long costs no more than its length.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.expression import Constant, Symbol
from bench.scoring.equivalence.forms.exact_numbers import Value, plain

Node = int
"""What stands for an expression in one ``Nodes``."""


@dataclass(frozen=True, slots=True)
class NameNode:
    """A variable or a named constant."""

    leaf: Constant | Symbol


@dataclass(frozen=True, slots=True)
class AmountNode:
    """A number."""

    number: Value


@dataclass(frozen=True, slots=True)
class SumNode:
    """A number and nodes, each times a number."""

    number: Value
    terms: tuple[tuple[Node, Value], ...]


@dataclass(frozen=True, slots=True)
class ProductNode:
    """A number times nodes, each to the power of a node."""

    number: Value
    factors: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class FunctionNode:
    """An operator of nodes."""

    op: str
    args: tuple[Node, ...]


NodeKind = NameNode | AmountNode | SumNode | ProductNode | FunctionNode


class Nodes:
    """Nodes, each put in as it is."""

    def __init__(self) -> None:
        self.kinds: list[NodeKind] = []
        self.decimal: list[bool] = []
        self._known: dict[object, Node] = {}

    # 0.5 and 1/2 are equal numbers, and one of them is rounded where the other is not: the type of
    # a number is part of what a node is known by.

    def name(self, leaf: Constant | Symbol) -> Node:
        """A variable or a named constant."""
        return self._keep(NameNode(leaf), leaf)

    def amount(self, value: Value) -> Node:
        """A number."""
        value = plain(value)
        return self._keep(AmountNode(value), (type(value), value))

    def plain_sum(self, number: Value, terms: tuple[tuple[Node, Value], ...]) -> Node:
        """A number and nodes, each times a number."""
        number = plain(number)
        types = tuple(type(own) for _, own in terms)
        return self._keep(SumNode(number, terms), ("+", type(number), number, types, terms))

    def plain_product(self, number: Value, factors: tuple[tuple[Node, Node], ...]) -> Node:
        """A number times nodes, each to the power of a node."""
        number = plain(number)
        return self._keep(ProductNode(number, factors), ("*", type(number), number, factors))

    def plain_function(self, op: str, args: tuple[Node, ...]) -> Node:
        """An operator of nodes."""
        return self._keep(FunctionNode(op, args), (op, *args))

    def _keep(self, kind: NodeKind, key: object) -> Node:
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self.kinds)
            self.kinds.append(kind)
            parts = self.parts(known)
            self.decimal.append(_decimal(kind) or any(self.decimal[part] for part in parts))
        return known

    def number(self, node: Node) -> Value | None:
        """The number that ``node`` is, if it is one."""
        kind = self.kinds[node]
        return kind.number if isinstance(kind, AmountNode) else None

    def parts(self, node: Node) -> tuple[Node, ...]:
        """The nodes that ``node`` is made of."""
        match self.kinds[node]:
            case SumNode(_, terms):
                return tuple(term for term, _ in terms)
            case ProductNode(_, factors):
                return tuple(part for factor in factors for part in factor)
            case FunctionNode(_, args):
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


def _decimal(kind: NodeKind) -> bool:
    """Whether a float is among the numbers of a node itself."""
    match kind:
        case AmountNode(number) | ProductNode(number, _):
            return isinstance(number, float)
        case SumNode(number, terms):
            return isinstance(number, float) or any(isinstance(own, float) for _, own in terms)
    return False
