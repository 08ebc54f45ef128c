"""Derivatives of prefix programs by their numbers, in one pass from the root to the leaves.

Reverse-mode differentiation with the adjoints of the rows kept apart: row r of a node's adjoint is
the derivative of the value at row r, so that the adjoints of the numbers are the Jacobian, at two
or three times the cost of the values, however many numbers there are.
"""

from __future__ import annotations

import math

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.kernel import (
    ABS,
    ACOS,
    ACOSH,
    ADD,
    AQ,
    ASIN,
    ASINH,
    ATAN,
    ATANH,
    CBRT,
    COS,
    COSH,
    DIV,
    EXP,
    LOG,
    LOG2,
    LOG10,
    MAX,
    MIN,
    MUL,
    NEG,
    NUMBER,
    POW,
    SIN,
    SINH,
    SQRT,
    SUB,
    TAN,
    TANH,
    copy,
    fill,
    power,
)
from bench.expression.operators import Array

_LN2, _LN10 = math.log(2.0), math.log(10.0)


@compiled
def backward(
    tokens: Array, length: int, right: Array, active: Array, V: Array, G: Array, J: Array
) -> None:
    """Adjoints ``G[i]`` of every active node; row k of ``J`` is the derivative by number k.

    ``V`` are the values from ``kernel.forward``, ``active`` is from ``kernel.mark``; the rows of
    ``J`` that belong to numbers that are not free are left as they are.
    """
    fill(G[0], 1.0)
    number = 0
    for i in range(length):
        token = tokens[i]
        if token == NUMBER:
            if active[i]:
                copy(G[i], J[number])
            number += 1
        elif not active[i]:
            continue
        elif token == POW:
            r = right[i]
            if active[i + 1]:
                _by_base(V[i + 1], V[r], G[i], G[i + 1])
            if active[r]:
                _by_exponent(V[i + 1], V[i], G[i], G[r])
        elif token <= AQ:
            _binary_adjoint(token, V[i + 1], V[right[i]], V[i], G[i], G[i + 1], G[right[i]])
        else:
            _unary_adjoint(token, V[i + 1], V[i], G[i], G[i + 1])


@compiled
def _by_base(a: Array, b: Array, g: Array, ga: Array) -> None:
    for r in range(len(a)):
        slope = b[r] * power(a[r], b[r] - 1.0)
        ga[r] = g[r] * slope if math.isfinite(slope) else 0.0


@compiled
def _by_exponent(a: Array, v: Array, g: Array, gb: Array) -> None:
    # nan for a negative base: with an exponent that moves, the power leaves the reals.
    for r in range(len(a)):
        gb[r] = g[r] * v[r] * math.log(a[r]) if a[r] != 0.0 else 0.0


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
