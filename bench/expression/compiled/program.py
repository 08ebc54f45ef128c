"""Trees as prefix programs for ``bench.expression.compiled.kernel``, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bench.expression.compiled.kernel import arity, link
from bench.expression.compiled.opcodes import BRANCHES, CHOICE, NAMES, NUMBER, OPCODES, VARIABLE
from bench.expression.operators import Array
from bench.expression.tree import (
    Call,
    Expression,
    Leaf,
    Number,
    Symbol,
    replace_numbers,
    substitute,
)

_VALUES = {"pi": np.pi, "e": np.e}


@dataclass(frozen=True, eq=False)
class Program:
    """An expression whose numbers can be moved.

    ``tokens`` and ``right`` (int64), of one length, are a program for ``kernel``;
    ``numbers`` (float64) its numbers, among them the constants pi and e, and a value for every
    place where a parameter stands. ``free`` are the positions in ``numbers`` of those that may
    move, each parameter by its first place; ``tied`` has a row for each further place: where it
    is, and which number it follows. ``places`` says, for every free number, its position among
    ``bench.expression.numbers(expression)``, or which parameter it is.
    """

    source: Expression
    names: tuple[str, ...]
    tokens: Array
    right: Array
    numbers: Array
    free: Array
    tied: Array
    places: tuple[int | str, ...]

    @property
    def constants(self) -> Array:
        """The free numbers' values in the expression as it was given, shape (k,)."""
        value: Array = self.numbers[self.free]
        return value

    @property
    def positions(self) -> tuple[int, ...]:
        """Of the free numbers among ``bench.expression.numbers(expression)``: no parameters."""
        return tuple(place for place in self.places if isinstance(place, int))

    def expression(self, constants: ArrayLike) -> Expression:
        """The expression with its free numbers, in order, set to ``constants``."""
        values = np.asarray(constants, dtype=np.float64).tolist()
        pairs = list(zip(self.places, values, strict=True))
        # Numbers first: a parameter that has become one would move the positions behind it.
        moved = replace_numbers(
            self.source, {place: value for place, value in pairs if isinstance(place, int)}
        )
        parameters = {place: Number(value) for place, value in pairs if isinstance(place, str)}
        return substitute(moved, parameters) if parameters else moved


def compile_program(
    expression: Expression,
    names: Sequence[str],
    free: Sequence[int] | None = None,
    parameters: Mapping[str, float] | None = None,
) -> Program:
    """The program of ``expression`` on columns ``names``.

    ``free`` are the positions, among ``numbers(expression)``, of the numbers that may move; by
    default those written as floats (``2.0`` but not ``2``). ``parameters`` are symbols that are
    free numbers as well, one number wherever they stand, and their values. Raises ValueError for
    a symbol that is neither name nor parameter or is both, and for the imaginary unit.
    """
    given = dict(parameters or {})
    for name in given:
        if name in names:
            raise ValueError(f"{name!r} is a column, and so no parameter")
    tokens, literals = _encode(expression, tuple(names), given)
    right = np.zeros(len(tokens), dtype=np.int64)
    link(tokens, len(tokens), right)
    where: dict[int | str, int] = {}
    tied: list[tuple[int, int]] = []
    position = -1
    for index, literal in enumerate(literals):
        if isinstance(literal, Number):
            position += 1
            if type(literal.value) is float if free is None else position in free:
                where[position] = index
        elif isinstance(literal, Symbol):
            first = where.setdefault(literal.name, index)
            tied += [(index, first)] if first != index else []
    values = np.array([_value(literal, given) for literal in literals], dtype=np.float64)
    return Program(
        expression, tuple(names), tokens, right, values,
        np.array(list(where.values()), dtype=np.int64),
        np.array(tied, dtype=np.int64).reshape(-1, 2), tuple(where),
    )  # fmt: skip


def _encode(
    expression: Expression, names: tuple[str, ...], parameters: Mapping[str, float]
) -> tuple[Array, list[Leaf]]:
    """The tokens, and what stands for numbers in their order; a chain is nested to the left."""
    tokens: list[int] = []
    literals: list[Leaf] = []
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
        elif isinstance(node, Symbol) and node.name not in parameters:
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


def _value(literal: Leaf, parameters: Mapping[str, float]) -> float:
    if isinstance(literal, Number):
        return float(literal.value)
    if isinstance(literal, Symbol):
        return float(parameters[literal.name])
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
