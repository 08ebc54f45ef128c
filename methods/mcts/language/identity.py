"""The identity of an expression: one number for all the ways to write it.

An expression is evaluated in two prime fields at a point drawn once for all (Schwartz 1980 and
Zippel 1979: two polynomials that differ do so at nearly every point), so that sums and products
in any order, powers, brackets multiplied out and fractions reduced are one and the same.
Functions are hashes of their operand. Constants are unknowns that may differ from each other: where
both operands have some, the operator is a hash too, symmetric where the operator is.
"""

from __future__ import annotations

import numpy as np

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.opcodes import ADD, DIV, MUL, NEG, NUMBER, SUB
from methods.hashing import PRIMES, mix
from methods.mcts.language.tokens import CUBE, INV, ONE, SQUARE, Ints, arity


@compiled
def _inverse(value: int, prime: int) -> int:
    """1/value in the field, by Euclid's algorithm; 0 for 0."""
    if value == 0:
        return 0
    r, rest, t, next_t = prime, value, 0, 1
    while rest != 0:
        q = r // rest
        r, rest = rest, r - q * rest
        t, next_t = next_t, t - q * next_t
    return t % prime


@compiled
def _combine(token: int, a: int, b: int, unknown: bool, prime: int) -> int:
    if unknown or token not in (ADD, SUB, MUL, DIV):
        if token in (ADD, MUL):
            return mix((a * b + a + b) % prime, token + 200, prime)
        return mix((a * 31 + mix(b, token, prime)) % prime, token + 100, prime)
    if token == ADD:
        return (a + b) % prime
    if token == SUB:
        return (a - b + prime) % prime
    if token == MUL:
        return (a * b) % prime
    return (a * _inverse(b, prime)) % prime


@compiled
def _apply(token: int, a: int, prime: int) -> int:
    if token == SQUARE:
        return (a * a) % prime
    if token == CUBE:
        return (a * a % prime) * a % prime
    if token == INV:
        return _inverse(a, prime)
    if token == NEG:
        return (prime - a) % prime
    return mix(a, token, prime)


@compiled
def _value(tokens: Ints, length: int, prime: int) -> int:
    values = np.empty(length + 1, np.int64)
    unknown = np.empty(length + 1, np.bool_)
    top = 0
    for i in range(length - 1, -1, -1):
        token = tokens[i]
        operands = arity(token)
        if operands == 2:
            a, b = values[top - 1], values[top - 2]
            both = unknown[top - 1] and unknown[top - 2]
            top -= 1
            values[top - 1] = _combine(token, a, b, both, prime)
            unknown[top - 1] = unknown[top - 1] or unknown[top]
        elif operands == 1:
            values[top - 1] = _apply(token, values[top - 1], prime)
        else:
            values[top] = 1 if token == ONE else mix(token, 1, prime)
            unknown[top] = token == NUMBER
            top += 1
    return int(values[0])


@compiled
def identity(tokens: Ints, length: int) -> int:
    """The 62-bit identity of ``tokens[:length]``, whatever its constants; never 0."""
    key = 0
    for prime in PRIMES:
        key = (key << 31) + _value(tokens, length, prime)
    return key | (1 << 62)
