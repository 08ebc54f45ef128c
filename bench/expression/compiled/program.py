"""Trees as prefix programs for ``bench.expression.compiled.kernel``, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bench.expression.compiled.kernel import arity, link
from bench.expression.compiled.opcodes import BRANCHES, CHOICE, NAMES, NUMBER, OPCODES, VARIABLE
from bench.expression.operators import Array
from bench.expression.tree import (
    Call,
    Constant,
    Expression,
    Number,
    Symbol,
    replace_numbers,
)

_VALUES = {"pi": np.pi, "e": np.e}


@dataclass(frozen=True, eq=False)
class Program:
    """An expression whose numbers can be moved.

    ``tokens`` and ``right`` (int64), of one length, are a program for ``kernel``;
    ``numbers`` (float64) its numbers, among them the constants pi and e. ``free`` are the
    positions in ``numbers`` of those that may move, ``positions`` the same numbers' positions
    among ``bench.expression.numbers(expression)``.
    """

    source: Expression
    names: tuple[str, ...]
    tokens: Array
    right: Array
    numbers: Array
    free: Array
    positions: tuple[int, ...]

    @property
    def constants(self) -> Array:
        """The free numbers' values in the expression as it was given, shape (k,)."""
        value: Array = self.numbers[self.free]
        return value

    def expression(self, constants: ArrayLike) -> Expression:
        """The expression with its free numbers, in order, set to ``constants``."""
        values = np.asarray(constants, dtype=np.float64).tolist()
        return replace_numbers(self.source, dict(zip(self.positions, values, strict=True)))


def compile_program(
    expression: Expression, names: Sequence[str], free: Sequence[int] | None = None
) -> Program:
    """The program of ``expression`` on columns ``names``.

    ``free`` are the positions, among ``numbers(expression)``, of the numbers that may move; by
    default those written as floats (``2.0`` but not ``2``). Raises ValueError for a symbol that
    is not among the names, and for the imaginary unit.
    """
    tokens, literals = _encode(expression, tuple(names))
    right = np.zeros(len(tokens), dtype=np.int64)
    link(tokens, len(tokens), right)
    where: list[int] = []
    positions: list[int] = []
    position = -1
    for index, literal in enumerate(literals):
        if isinstance(literal, Number):
            position += 1
            if type(literal.value) is float if free is None else position in free:
                where.append(index)
                positions.append(position)
    values = np.array([_value(literal) for literal in literals], dtype=np.float64)
    indices = np.array(where, dtype=np.int64)
    return Program(expression, tuple(names), tokens, right, values, indices, tuple(positions))


def _encode(
    expression: Expression, names: tuple[str, ...]
) -> tuple[Array, list[Number | Constant]]:
    """The tokens, and the numbers and constants in their order; a chain is nested to the left."""
    tokens: list[int] = []
    literals: list[Number | Constant] = []
    stack: list[Expression | int] = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, int):
            tokens.append(node)
        elif isinstance(node, Call) and node.op == "piecewise":
            stack.extend(reversed(_choices(node.args)))
        elif isinstance(node, Call):
            tokens.extend([OPCODES[node.op]] * max(1, len(node.args) - 1))
            stack.extend(reversed(node.args))
        elif isinstance(node, Symbol):
            if node.name not in names:
                known = ", ".join(names) or "none"
                raise ValueError(f"the expression has {node.name!r}; the columns are {known}")
            tokens.append(VARIABLE + names.index(node.name))
        else:
            tokens.append(NUMBER)
            literals.append(node)
    return np.array(tokens, dtype=np.int64), literals


def _choices(args: tuple[Expression, ...]) -> list[Expression | int]:
    """A piecewise as tokens and operands, in the order of the text."""
    parts: list[Expression | int] = []
    for value, condition in zip(args[:-1:2], args[1::2], strict=True):
        parts += [CHOICE, value, BRANCHES, condition]
    return [*parts, args[-1]]


def _value(literal: Number | Constant) -> float:
    if isinstance(literal, Number):
        return float(literal.value)
    if literal.name == "I":
        raise ValueError("an expression with the imaginary unit cannot be fitted to real data")
    return _VALUES[literal.name]


def decode(
    tokens: Sequence[int], numbers: Sequence[int | float], names: Sequence[str]
) -> Expression:
    """The tree of a prefix program; an ``int`` among ``numbers`` becomes an integer literal."""
    stack: list[Expression] = []
    remaining = list(numbers)
    for token in reversed([int(token) for token in tokens]):
        if token == NUMBER:
            stack.append(Number(remaining.pop()))
        elif token >= VARIABLE:
            stack.append(Symbol(names[token - VARIABLE]))
        elif token != BRANCHES:
            stack.append(_operation(token, stack))
    return stack[0]


def _operation(token: int, stack: list[Expression]) -> Expression:
    if token != CHOICE:
        return Call(NAMES[token], tuple(stack.pop() for _ in range(arity(token))))
    value, condition, otherwise = stack.pop(), stack.pop(), stack.pop()
    more = otherwise.args if isinstance(otherwise, Call) and otherwise.op == "piecewise" else None
    return Call("piecewise", (value, condition, *(more or (otherwise,))))
