"""Prefix programs: an expression as a short integer array, evaluated and differentiated by numba.

A program lists the operators of a binary tree in prefix order, as the numbers of ``opcodes.py``.
Its own numbers are a vector beside it, in the same order, so that one program serves every choice
of constants. The values of all nodes are kept, one row of length n each, from which ``adjoint.py``
has the derivatives by all numbers in one pass down the tree.
"""

from __future__ import annotations

import numpy as np

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.dispatch import binary, unary
from bench.expression.compiled.opcodes import BRANCHES, CHOICE, LAST_BINARY, NUMBER, VARIABLE
from bench.expression.operators import Array


@compiled
def arity(token: int) -> int:
    """How many operands follow a token."""
    if token == NUMBER or token >= VARIABLE:
        return 0
    return 2 if token <= LAST_BINARY else 1


@compiled
def link(tokens: Array, length: int, right: Array) -> None:
    """Fill ``right[i]``, where the second operand of the binary token i begins."""
    stack = np.empty(length + 1, np.int64)
    top = 0
    for i in range(length - 1, -1, -1):
        operands = arity(tokens[i])
        if operands == 2:
            right[i] = stack[top - 2]
            top -= 1
            stack[top - 1] = i
        elif operands == 1:
            stack[top - 1] = i
        else:
            stack[top] = i
            top += 1


@compiled
def copy(source: Array, target: Array) -> None:
    """``target[:] = source`` as a loop, which numba compiles several times faster."""
    for r in range(len(source)):
        target[r] = source[r]


@compiled
def fill(target: Array, value: float) -> None:
    """``target[:] = value`` as a loop."""
    for r in range(len(target)):
        target[r] = value


@compiled
def forward(tokens: Array, length: int, right: Array, X: Array, numbers: Array, V: Array) -> None:
    """Values of every node at every row: ``V[i]``; those of the expression are ``V[0]``."""
    number = 0
    for i in range(length):
        if tokens[i] == NUMBER:
            number += 1
    for i in range(length - 1, -1, -1):
        token = tokens[i]
        if token >= VARIABLE:
            copy(X[token - VARIABLE], V[i])
        elif token == NUMBER:
            number -= 1
            fill(V[i], numbers[number])
        else:
            apply(token, i, right, V)


@compiled
def apply(token: int, i: int, right: Array, V: Array) -> None:
    """The values of the operator at i from those of its operands."""
    if token > LAST_BINARY:
        unary(token, V[i + 1], V[i])
    elif token == CHOICE:
        branches = right[i]
        choose(V[branches + 1], V[i + 1], V[right[branches]], V[i])
    elif token != BRANCHES:  # those have no value of their own
        binary(token, V[i + 1], V[right[i]], V[i])


@compiled
def choose(condition: Array, a: Array, b: Array, out: Array) -> None:
    """``a`` where the condition is true, ``b`` where it is false, nan where it is undefined."""
    for r in range(len(out)):
        if condition[r] == 1.0:
            out[r] = a[r]
        else:
            out[r] = b[r] if condition[r] == 0.0 else np.nan


@compiled
def mark(tokens: Array, length: int, right: Array, free: Array, active: Array) -> None:
    """Fill ``active[i]``: whether token i is, or contains, one of the numbers ``free``."""
    number = 0
    for i in range(length):
        active[i] = False
        if tokens[i] == NUMBER:
            for c in range(len(free)):
                active[i] = active[i] or free[c] == number
            number += 1
    for i in range(length - 1, -1, -1):
        operands = arity(tokens[i])
        if operands > 0:
            active[i] = active[i + 1] or (operands == 2 and active[right[i]])


@compiled
def refresh(
    tokens: Array, length: int, right: Array, active: Array, numbers: Array, V: Array
) -> None:
    """``forward`` where nothing but free numbers has changed since."""
    number = len(numbers)
    for i in range(length - 1, -1, -1):
        token = tokens[i]
        if token == NUMBER:
            number -= 1
        if not active[i]:
            continue
        if token == NUMBER:
            fill(V[i], numbers[number])
        else:
            apply(token, i, right, V)
