"""The tokens a search writes: the kernel's opcodes, and a few of its own.

An expression is a row of tokens in prefix order. Tokens below ``SQUARE`` and from ``VARIABLE`` on
are those of ``bench.expression.compiled.opcodes``; ``translate`` writes the others out in them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Symbol
from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.opcodes import (
    DIV,
    LAST_BINARY,
    NUMBER,
    OPCODES,
    POW,
    UNUSED,
    VARIABLE,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SQUARE, CUBE, INV, ONE = range(UNUSED, UNUSED + 4)

OPERATORS: dict[str, int] = {
    name: OPCODES[name]
    for name in (
        "add", "sub", "mul", "div", "pow", "min", "max", "aq", "neg", "sin", "cos", "tan",
        "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "cbrt", "abs",
    )
} | {"square": SQUARE, "cube": CUBE, "inv": INV}  # fmt: skip
"""The operators a search may use, by name."""

NAMES = {token: name for name, token in OPERATORS.items()}
_EXPONENTS = {SQUARE: 2, CUBE: 3}


@compiled
def arity(token: int) -> int:
    """How many operands follow a token."""
    if token == NUMBER or token >= ONE:
        return 0
    return 2 if token <= LAST_BINARY else 1


@compiled
def subtree_end(tokens: Ints, begin: int) -> int:
    """One past the last token of the subtree that begins at ``begin``."""
    open_nodes = 1
    i = begin
    while open_nodes > 0:
        open_nodes += arity(tokens[i]) - 1
        i += 1
    return i


@compiled
def count_numbers(tokens: Ints, begin: int, end: int) -> int:
    """How many constants there are among ``tokens[begin:end]``."""
    count = 0
    for i in range(begin, end):
        if tokens[i] == NUMBER:
            count += 1
    return count


@compiled
def translate(
    tokens: Ints, length: int, constants: Floats,
    program: Ints, size: int, numbers: Floats, count: int, free: Ints, freed: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Append the kernel's program of ``tokens``; returns the new ``size``, ``count``, ``freed``.

    ``program[:size]``, ``numbers[:count]`` and ``free[:freed]`` are kept. The constants are free,
    the exponents of squares and cubes are not.
    """
    pending = np.empty(length + 1, np.int64)
    exponent = np.empty(length + 1)
    top, constant = 0, 0
    for i in range(length):
        token = tokens[i]
        program[size] = token
        size += 1
        if token == NUMBER:
            numbers[count] = constants[constant]
            free[freed] = count
            constant, count, freed = constant + 1, count + 1, freed + 1
        elif token == ONE:
            program[size - 1] = NUMBER
            numbers[count] = 1.0
            count += 1
        elif token == INV:
            program[size - 1], program[size] = DIV, NUMBER
            numbers[count] = 1.0
            size, count = size + 1, count + 1
        elif token in (SQUARE, CUBE):
            program[size - 1] = POW
            pending[top] = subtree_end(tokens, i + 1)
            exponent[top] = 2.0 if token == SQUARE else 3.0
            top += 1
        while top > 0 and pending[top - 1] == i + 1:
            top -= 1
            program[size] = NUMBER
            numbers[count] = exponent[top]
            size, count = size + 1, count + 1
    return size, count, freed


def expression_of(
    tokens: Iterable[int], constants: Iterable[float], names: tuple[str, ...]
) -> Expression:
    """The expression of a row of tokens whose constants, in order, are ``constants``."""
    stack: list[Expression] = []
    remaining = [float(constant) for constant in constants]
    for token in reversed([int(token) for token in tokens]):
        if token == NUMBER:
            stack.append(Number(remaining.pop()))
        elif token >= VARIABLE:
            stack.append(Symbol(names[token - VARIABLE]))
        elif token == ONE:
            stack.append(Number(1))
        elif token == INV:
            stack.append(Call("div", (Number(1), stack.pop())))
        elif token in _EXPONENTS:
            stack.append(Call("pow", (stack.pop(), Number(_EXPONENTS[token]))))
        else:
            args = tuple(stack.pop() for _ in range(2 if token <= LAST_BINARY else 1))
            stack.append(Call(NAMES[token], args))
    return stack[0]
