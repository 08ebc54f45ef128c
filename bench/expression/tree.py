"""The immutable tree of a formula, and the one fold that every measure of it is built on.

Nothing here recurses: a tree may be as deep as its text is long, and hashing, comparing, copying,
pickling and folding it never meet Python's recursion limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import SupportsFloat, SupportsIndex, TypeAlias, TypeVar

from bench.expression.operators import CONDITIONS, OPERATORS, Operator
from bench.expression.printing import Piece, call_piece, name_piece, number_piece

T = TypeVar("T")

CONSTANTS = ("pi", "e", "I")
_FLATTENED = frozenset({"add", "mul"})
_BRANCHING = frozenset(name for name, row in OPERATORS.items() if row.branches)


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A finite literal. ``1`` and ``1.0`` are different numbers, as are ``0.0`` and ``-0.0``."""

    value: int | float

    def __post_init__(self) -> None:
        if type(self.value) is int:
            return
        if type(self.value) is not float:
            object.__setattr__(self, "value", _plain(self.value))
        if not math.isfinite(self.value):
            raise ValueError(f"a number in an expression must be finite, not {self.value!r}")

    def _key(self) -> tuple[type, int | float, float]:
        sign = math.copysign(1.0, self.value) if self.value == 0 else 1.0
        return type(self.value), self.value, sign

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Number) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))

    def __str__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, slots=True)
class Constant:
    """``pi``, ``e`` or the imaginary unit ``I``."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in CONSTANTS:
            raise ValueError(f"unknown constant {self.name!r} (there are {', '.join(CONSTANTS)})")

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable, by name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call:
    """An operator of ``bench.expression.operators.OPERATORS`` applied to its arguments.

    A sum whose first argument is a sum (and a product whose first is a product) is the one longer
    chain, so that ``(a + b) + c`` and ``a + b + c`` are one tree, and a sum of a thousand terms
    is two levels deep. ``a + (b + c)`` is kept: in floating point it is another value.

    Raises ValueError for an unknown operator, a wrong number of arguments, and for a condition
    where a value should be or the other way round.
    """

    op: str
    args: tuple[Expression, ...]
    _hash: int = field(init=False)

    def __post_init__(self) -> None:
        args = self.args
        if self.op in _FLATTENED and args:
            first = args[0]
            if type(first) is Call and first.op == self.op:
                args = first.args + args[1:]
                object.__setattr__(self, "args", args)
        operator = OPERATORS.get(self.op)
        if operator is None:
            raise ValueError(f"unknown operator {self.op!r} (there are {', '.join(OPERATORS)})")
        if not operator.takes(len(args)):
            raise ValueError(f"{self.op} takes {operator.arity_words}, {len(args)} given")
        if self.op in _BRANCHING or any(map(is_condition, args)):
            _check_kinds(operator, args)
        object.__setattr__(self, "_hash", hash((self.op, args)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return _same(self, other) if isinstance(other, Call) else NotImplemented

    def __str__(self) -> str:
        return fold(self, _leaf_piece, _call_piece).text

    def __repr__(self) -> str:
        return f"parse({str(self)!r})"

    def __reduce__(self) -> tuple[Callable[..., Expression], tuple[object, ...]]:
        return _from_postfix, (_to_postfix(self),)


Leaf: TypeAlias = Number | Constant | Symbol
Expression: TypeAlias = Number | Constant | Symbol | Call


def is_condition(expression: Expression) -> bool:
    """Whether it is true or false, and so no expression of its own but a part of a piecewise."""
    return type(expression) is Call and expression.op in CONDITIONS


def postorder(expression: Expression) -> Iterator[Expression]:
    """Every node, arguments before the call they belong to, in the order of the text."""
    order: list[Expression] = []
    stack = [expression]
    while stack:
        node = stack.pop()
        order.append(node)
        if type(node) is Call:
            stack.extend(node.args)
    return reversed(order)


def fold(
    expression: Expression, leaf: Callable[[Leaf], T], call: Callable[[Call, list[T]], T]
) -> T:
    """Reduce a tree from its leaves up.

    ``leaf(node)`` gives the value of a number, constant or symbol; ``call(node, values)`` that of
    a call from the values of its arguments, in order. Leaves are visited in the order of the text.
    """
    values: list[T] = []
    for node in postorder(expression):
        if type(node) is Call:
            first = len(values) - len(node.args)
            value = call(node, values[first:])
            del values[first:]
        else:
            value = leaf(node)  # type: ignore[arg-type]  # what is no Call is a leaf
        values.append(value)
    return values[0]


def substitute(expression: Expression, mapping: Mapping[str, Expression]) -> Expression:
    """The tree with every symbol named in ``mapping`` replaced, all at once."""

    def leaf(node: Leaf) -> Expression:
        return mapping.get(node.name, node) if isinstance(node, Symbol) else node

    return fold(expression, leaf, _rebuild)


def replace_numbers(
    expression: Expression, values: Mapping[int, int | float | Expression]
) -> Expression:
    """The tree with the number at each given position (as in ``numbers``) replaced."""
    position = -1

    def leaf(node: Leaf) -> Expression:
        nonlocal position
        if not isinstance(node, Number):
            return node
        position += 1
        value = values.get(position, node)
        return Number(value) if isinstance(value, int | float) else value

    return fold(expression, leaf, _rebuild)


def changed_once(
    expression: Expression, changes: Callable[[Expression], Iterable[Expression]]
) -> list[Expression]:
    """Every tree that is ``expression`` with one node replaced by one of its ``changes``."""

    def call(node: Call, below: list[_Versions]) -> _Versions:
        args = tuple(same for same, _ in below)
        same = Call(node.op, args)
        changed = list(changes(same))
        for i, (_, versions) in enumerate(below):
            changed += [Call(node.op, (*args[:i], one, *args[i + 1 :])) for one in versions]
        return same, changed

    return fold(expression, lambda leaf: (leaf, list(changes(leaf))), call)[1]


_Versions: TypeAlias = tuple[Expression, list[Expression]]
"""A subtree as it is, and as it is with one change."""


def _rebuild(node: Call, args: list[Expression]) -> Expression:
    if all(new is old for new, old in zip(args, node.args, strict=True)):
        return node
    return Call(node.op, tuple(args))


def _check_kinds(operator: Operator, args: tuple[Expression, ...]) -> None:
    for kind, arg in zip(operator.kinds(len(args)), args, strict=True):
        if kind != ("condition" if is_condition(arg) else "value"):
            raise ValueError(_misplaced(operator, arg))


def _misplaced(operator: Operator, arg: Expression) -> str:
    if isinstance(arg, Call) and is_condition(arg):
        return (
            f"{operator.name} takes a value where {arg.op}(...) stands, which is a condition; "
            "write piecewise(1, condition, 0) for its value"
        )
    return f"{operator.name} takes a condition, such as lt(x, 1), where a value stands"


def _leaf_piece(leaf: Leaf) -> Piece:
    return number_piece(leaf.value) if isinstance(leaf, Number) else name_piece(leaf.name)


def _call_piece(node: Call, pieces: list[Piece]) -> Piece:
    return call_piece(node.op, pieces)


def _plain(value: object) -> int | float:
    """A NumPy scalar as the Python number it stands for."""
    if isinstance(value, bool) or not isinstance(value, SupportsFloat):
        raise TypeError(f"a number in an expression is an int or a float, not {value!r}")
    if isinstance(value, SupportsIndex):
        return int(value)
    return float(value)


def _same(left: Expression, right: Expression) -> bool:
    stack: list[tuple[Expression, Expression]] = [(left, right)]
    while stack:
        a, b = stack.pop()
        if a is b:
            continue
        if type(a) is Call and type(b) is Call:
            if a._hash != b._hash or a.op != b.op or len(a.args) != len(b.args):
                return False
            stack.extend(zip(a.args, b.args, strict=True))
        elif type(a) is not type(b) or a != b:
            return False
    return True


def _to_postfix(expression: Expression) -> tuple[object, ...]:
    """Leaves as they are and calls as (operator, number of arguments): flat, so pickle is too."""
    return tuple(
        (node.op, len(node.args)) if type(node) is Call else node for node in postorder(expression)
    )


def _from_postfix(items: Iterable[object]) -> Expression:
    stack: list[Expression] = []
    for item in items:
        if isinstance(item, tuple):
            first = len(stack) - item[1]
            stack[first:] = [Call(item[0], tuple(stack[first:]))]
        else:
            stack.append(item)  # type: ignore[arg-type]
    return stack[0]
