"""Prefix programs: an expression as a short integer array, evaluated and differentiated by numba.

A program lists the operators of a binary tree in prefix order: opcodes below ``VARIABLE``, and
``VARIABLE + j`` for column j. Its numbers are a vector of their own, in the same order, so that
one program serves every choice of constants. The values of all nodes are kept, one row of length n
each, from which ``adjoint.py`` has the derivatives by all numbers in one pass down the tree.
"""

from __future__ import annotations

import math

import numpy as np

from bench.expression.compiled.compiling import compiled
from bench.expression.operators import Array

NUMBER = 0
ADD, SUB, MUL, DIV, POW, MIN, MAX, AQ = range(1, 9)
(
    NEG,
    SIN,
    COS,
    TAN,
    ASIN,
    ACOS,
    ATAN,
    SINH,
    COSH,
    TANH,
    ASINH,
    ACOSH,
    ATANH,
    EXP,
    LOG,
    LOG2,
    LOG10,
    SQRT,
    CBRT,
    ABS,
    SIGN,
) = range(9, 30)
VARIABLE = 64


@compiled
def arity(token: int) -> int:
    """How many operands follow a token."""
    if token == NUMBER or token >= VARIABLE:
        return 0
    return 2 if token <= AQ else 1


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
        elif token <= AQ:
            binary(token, V[i + 1], V[right[i]], V[i])
        else:
            unary(token, V[i + 1], V[i])


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
        elif token <= AQ:
            binary(token, V[i + 1], V[right[i]], V[i])
        else:
            unary(token, V[i + 1], V[i])


@compiled
def power(base: float, exponent: float) -> float:
    """``base**exponent``, nan where that is not real."""
    # The commonest exponents: ten times faster and no less exact than pow.
    if exponent == 2.0:
        return base * base
    if exponent == 1.0:
        return base
    if exponent == 3.0:
        return base * base * base
    if exponent == -1.0:
        return 1.0 / base
    return math.pow(base, exponent)


@compiled
def binary(token: int, a: Array, b: Array, out: Array) -> None:
    """``out = a token b`` at every row."""
    n = len(out)
    if token == ADD:
        for r in range(n):
            out[r] = a[r] + b[r]
    elif token == SUB:
        for r in range(n):
            out[r] = a[r] - b[r]
    elif token == MUL:
        for r in range(n):
            out[r] = a[r] * b[r]
    elif token == DIV:
        for r in range(n):
            out[r] = a[r] / b[r]
    elif token == POW:
        for r in range(n):
            out[r] = power(a[r], b[r])
    elif token == MIN:
        for r in range(n):
            out[r] = a[r] if a[r] <= b[r] or math.isnan(a[r]) else b[r]
    elif token == MAX:
        for r in range(n):
            out[r] = a[r] if a[r] >= b[r] or math.isnan(a[r]) else b[r]
    else:
        for r in range(n):
            out[r] = a[r] / math.hypot(1.0, b[r])


@compiled
def unary(token: int, a: Array, out: Array) -> None:
    """``out = token(a)`` at every row."""
    n = len(out)
    if token == NEG:
        for r in range(n):
            out[r] = -a[r]
    elif token == SIN:
        for r in range(n):
            out[r] = math.sin(a[r])
    elif token == COS:
        for r in range(n):
            out[r] = math.cos(a[r])
    elif token == EXP:
        for r in range(n):
            out[r] = math.exp(a[r])
    elif token == LOG:
        for r in range(n):
            out[r] = math.log(a[r])
    elif token == SQRT:
        for r in range(n):
            out[r] = math.sqrt(a[r])
    elif token == TANH:
        for r in range(n):
            out[r] = math.tanh(a[r])
    elif token == ABS:
        for r in range(n):
            out[r] = abs(a[r])
    else:
        for r in range(n):
            out[r] = _rare(token, a[r])


@compiled
def _rare(token: int, a: float) -> float:
    if token == TAN:
        return math.tan(a)
    if token == ASIN:
        return math.asin(a)
    if token == ACOS:
        return math.acos(a)
    if token == ATAN:
        return math.atan(a)
    if token == SINH:
        return math.sinh(a)
    if token == COSH:
        return math.cosh(a)
    if token == ASINH:
        return math.asinh(a)
    if token == ACOSH:
        return math.acosh(a)
    if token == ATANH:
        return math.atanh(a)
    if token == LOG2:
        return math.log2(a)
    if token == LOG10:
        return math.log10(a)
    if token == CBRT:
        root = math.copysign(abs(a) ** (1.0 / 3.0), a)
        if root == 0.0 or math.isinf(a):
            return root
        # One step of Newton's: pow with a rounded third is off by several last places.
        return root - (root * root * root - a) / (3.0 * root * root)
    return math.copysign(1.0, a) if abs(a) > 0.0 else a + 0.0  # of -0.0 it is 0.0, as NumPy has it
