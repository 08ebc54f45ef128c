"""Which token may follow a prefix, and which complete skeletons say a thing in a roundabout way.

The generator draws from this grammar and the decoder is masked by it, so a network never has to
learn what a complete tree is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from methods.hashing import PRIMES
from methods.transformer.skeletons.fingerprints import NAMED, hash_subtrees
from methods.transformer.skeletons.vocabulary import (
    ARITY,
    FIRST_BINARY,
    FIRST_UNARY,
    FIRST_VALUE,
    FIRST_VARIABLE,
    INDEX,
    MAX_LENGTH,
    SIZE,
    C,
)

_ADD, _SUB, _MUL, _DIV = (INDEX[name] for name in ("add", "sub", "mul", "div"))
_SIN, _COS, _EXP, _LOG = (INDEX[name] for name in ("sin", "cos", "exp", "log"))
_SQRT, _SQUARE, _CUBE, _TANH = (INDEX[name] for name in ("sqrt", "square", "cube", "tanh"))


def allowed(
    slots: NDArray[np.int64], left: int, variables: int, values: bool = False
) -> NDArray[np.bool_]:
    """The mask of next tokens, shape (batch, SIZE), for prefixes with ``slots`` open nodes each.

    ``left`` is how many tokens may still be written, this one included; the task has the first
    ``variables`` variables. Constants are ``values``, or else ``c``.
    """
    tokens = np.arange(SIZE)
    known = (tokens >= FIRST_VARIABLE) & (tokens < FIRST_VARIABLE + variables)
    operator = (tokens >= FIRST_BINARY) & (tokens < FIRST_VALUE)
    constant = (tokens >= FIRST_VALUE) if values else (tokens == C)
    exists = known | operator | constant
    return exists & (slots[:, None] - 1 + ARITY <= left - 1)


@compiled
def subtree_end(tokens: NDArray[np.int8], begin: int) -> int:
    """One past the last token of the subtree that begins at ``begin``."""
    open_nodes = 1
    i = begin
    while open_nodes > 0:
        open_nodes += ARITY[tokens[i]] - 1
        i += 1
    return i


@compiled
def _same(tokens: NDArray[np.int8], a: int, b: int, end: int) -> bool:
    same = b - a == end - b
    for i in range(b - a):
        same = same and tokens[a + i] == tokens[b + i]
    return same


@compiled
def inverse_pair(outer: int, inner: int) -> bool:
    """Whether one unary operator right below the other says nothing, or what no law says."""
    if outer == _LOG:
        return inner in (_EXP, _SQRT, _SQUARE, _CUBE, _LOG, _TANH)
    if outer == _EXP:
        return inner in (_LOG, _EXP)
    if outer in (_SIN, _COS, _TANH):
        return inner in (_SIN, _COS, _TANH)
    if outer in (_SQRT, _SQUARE, _CUBE):
        return inner in (_SQRT, _SQUARE, _CUBE, _EXP)
    return False


@compiled
def _operands(tokens: NDArray[np.int8], begin: int, additive: bool, out: NDArray[np.int64]) -> int:
    """The terms of the sum (or factors of the product) at ``begin``, as ``sign * (position + 1)``.

    In a product powers are looked through, and what is divided by is negative. Returns how many.
    """
    waiting = np.empty(MAX_LENGTH + 1, np.int64)
    waiting[0] = begin + 1
    top, count = 1, 0
    while top > 0:
        top -= 1
        sign = 1 if waiting[top] > 0 else -1
        i = abs(waiting[top]) - 1
        token = tokens[i]
        if (token in (_ADD, _SUB)) if additive else (token in (_MUL, _DIV)):
            other = -sign if token == _DIV else sign
            waiting[top] = sign * (i + 2)
            waiting[top + 1] = other * (subtree_end(tokens, i + 1) + 1)
            top += 2
        elif not additive and token in (_SQRT, _SQUARE, _CUBE):
            waiting[top] = sign * (i + 2)
            top += 1
        else:
            out[count] = sign * (i + 1)
            count += 1
    return count


@compiled
def _collapses(tokens: NDArray[np.int8], length: int) -> bool:
    """Whether a chain has two constants, a sum like terms, or a product something that cancels.

    ``c + (x + c)``, ``x + c*x`` and ``x/x**3``, say.
    """
    hashes = np.empty(length, np.int64)
    hash_subtrees(tokens, length, PRIMES[0], NAMED, hashes)
    places = np.empty(length + 1, np.int64)
    for i in range(length):
        if not FIRST_BINARY <= tokens[i] < FIRST_UNARY:
            continue
        additive = tokens[i] in (_ADD, _SUB)
        count = _operands(tokens, i, additive, places)
        for a in range(count):
            for b in range(a):
                alike = hashes[abs(places[a]) - 1] == hashes[abs(places[b]) - 1]
                constant = tokens[abs(places[a]) - 1] == C
                if alike and (additive or constant or places[a] * places[b] < 0):
                    return True
    return False


@compiled
def redundant(tokens: NDArray[np.int8], length: int) -> bool:
    """Whether the skeleton could be said with fewer tokens, or nests what no law nests."""
    inside_trig = np.zeros(MAX_LENGTH + 1, np.bool_)
    for i in range(length):
        token = tokens[i]
        if token >= FIRST_UNARY:
            inner = tokens[i + 1]
            if inner == C or inverse_pair(token, inner):
                return True
            if token in (_SIN, _COS):
                if inside_trig[i]:
                    return True
                for j in range(i + 1, subtree_end(tokens, i + 1)):
                    inside_trig[j] = True
        elif token >= FIRST_BINARY:
            second = subtree_end(tokens, i + 1)
            end = subtree_end(tokens, second)
            if token in (_SUB, _DIV, _ADD) and _same(tokens, i + 1, second, end):
                return True
            if token == _MUL and _same(tokens, i + 1, second, end):
                return True
            if tokens[second] == C and token in (_SUB, _DIV):
                return True
    return _collapses(tokens, length)
