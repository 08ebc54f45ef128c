"""Prefix programs: an expression as a short integer array, evaluated and differentiated by numba.

A program lists the operators of a binary tree in prefix order: opcodes below ``VARIABLE``, and
``VARIABLE + j`` for column j. Its numbers are a vector of their own, in the same order, so that
one program serves every choice of constants. Values and adjoints of all nodes are kept, one row
of length n each: the Jacobian with respect to all numbers costs one pass down the tree.
"""

from __future__ import annotations

import math

import numpy as np

from bench.expression.compiled import compiled
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
_LN2, _LN10 = math.log(2.0), math.log(10.0)


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
            _binary(token, V[i + 1], V[right[i]], V[i])
        else:
            _unary(token, V[i + 1], V[i])


@compiled
def _power(base: float, exponent: float) -> float:
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
def _binary(token: int, a: Array, b: Array, out: Array) -> None:
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
            out[r] = _power(a[r], b[r])
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
def _unary(token: int, a: Array, out: Array) -> None:
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
        # One step of Newton's: pow with a rounded third is off by several last places.
        return root - (root * root * root - a) / (3.0 * root * root) if root != 0.0 else a
    return math.copysign(1.0, a) if abs(a) > 0.0 else a


@compiled
def backward(tokens: Array, length: int, right: Array, V: Array, G: Array, J: Array) -> None:
    """Adjoints ``G[i]`` of every node; row k of ``J`` is the derivative by number k."""
    fill(G[0], 1.0)
    number = 0
    for i in range(length):
        token = tokens[i]
        if token == NUMBER:
            copy(G[i], J[number])
            number += 1
        elif token < VARIABLE and token <= AQ:
            _binary_adjoint(token, V[i + 1], V[right[i]], V[i], G[i], G[i + 1], G[right[i]])
        elif token < VARIABLE:
            _unary_adjoint(token, V[i + 1], V[i], G[i], G[i + 1])


@compiled
def _binary_adjoint(
    token: int, a: Array, b: Array, v: Array, g: Array, ga: Array, gb: Array
) -> None:
    n = len(v)
    if token == ADD:
        for r in range(n):
            ga[r] = g[r]
            gb[r] = g[r]
    elif token == SUB:
        for r in range(n):
            ga[r] = g[r]
            gb[r] = -g[r]
    elif token == MUL:
        for r in range(n):
            ga[r] = g[r] * b[r]
            gb[r] = g[r] * a[r]
    elif token == DIV:
        for r in range(n):
            ga[r] = g[r] / b[r]
            gb[r] = -g[r] * v[r] / b[r]
    elif token == POW:
        for r in range(n):
            slope = b[r] * _power(a[r], b[r] - 1.0)
            ga[r] = g[r] * slope if math.isfinite(slope) else 0.0
            # nan for a negative base: with an exponent that moves, the power leaves the reals.
            gb[r] = g[r] * v[r] * math.log(a[r]) if a[r] != 0.0 else 0.0
    elif token in (MIN, MAX):
        for r in range(n):
            first = v[r] == a[r]
            ga[r] = g[r] if first else 0.0
            gb[r] = 0.0 if first else g[r]
    else:
        for r in range(n):
            length = math.hypot(1.0, b[r])
            ga[r] = g[r] / length
            gb[r] = -g[r] * v[r] * (b[r] / length) / length


@compiled
def _unary_adjoint(token: int, a: Array, v: Array, g: Array, ga: Array) -> None:
    for r in range(len(v)):
        slope = _slope(token, a[r], v[r])
        # At the end of a domain, as sqrt has at 0, the point tells nothing of the slope.
        ga[r] = g[r] * slope if math.isfinite(slope) else 0.0


@compiled
def _slope(token: int, a: float, v: float) -> float:
    if token == NEG:
        return -1.0
    if token == SIN:
        return math.cos(a)
    if token == COS:
        return -math.sin(a)
    if token == EXP:
        return v
    if token == LOG:
        return 1.0 / a
    if token == SQRT:
        return 0.5 / v
    if token == TANH:
        return 1.0 - v * v
    if token == ABS:
        return math.copysign(1.0, a)
    if token == TAN:
        return 1.0 + v * v
    if token == ASIN:
        return 1.0 / math.sqrt(1.0 - a * a)
    if token == ACOS:
        return -1.0 / math.sqrt(1.0 - a * a)
    if token == ATAN:
        return 1.0 / (1.0 + a * a)
    if token == SINH:
        return math.cosh(a)
    if token == COSH:
        return math.sinh(a)
    if token == ASINH:
        return 1.0 / math.sqrt(a * a + 1.0)
    if token == ACOSH:
        return 1.0 / math.sqrt(a * a - 1.0)
    if token == ATANH:
        return 1.0 / (1.0 - a * a)
    if token == LOG2:
        return 1.0 / (a * _LN2)
    if token == LOG10:
        return 1.0 / (a * _LN10)
    if token == CBRT:
        return v / (3.0 * a)
    return 0.0
