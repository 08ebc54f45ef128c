"""The identity of a skeleton up to its constants, and the benchmarks' skeletons.

Two skeletons that differ in the order of sums and products, in how powers are written, in
where constant factors and offsets stand, or in the names of their variables, have one
fingerprint. It is computed by arithmetic modulo two primes: a product is the sum of its factors'
hashes times their exponents, a sum the sum of its terms' hashes, and constants add nothing. A
variable counts by the place it has: by the hash of the whole with all others alike (a round of
Weisfeiler and Leman's refinement), so that nine variables need no 9! namings.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bench import Call, Constant, Expression, Number, Symbol, evaluate, symbols
from bench.expression.compiled.compiling import compiled
from methods.hashing import PRIMES, mix
from methods.transformer.skeletons.vocabulary import (
    ARITY,
    BINARY,
    FIRST_BINARY,
    FIRST_UNARY,
    FIRST_VARIABLE,
    INDEX,
    MAX_LENGTH,
    MAX_VARIABLES,
    C,
)

_SUB, _ADD, _MUL, _DIV = (INDEX[name] for name in ("sub", "add", "mul", "div"))
_SQRT, _SQUARE, _CUBE = (INDEX[name] for name in ("sqrt", "square", "cube"))


NAMED = np.arange(1, MAX_VARIABLES + 1)
"""Colours that tell every variable from every other."""


@compiled
def hash_subtrees(
    tokens: NDArray[np.int8], length: int, prime: int,
    colours: NDArray[np.int64], product: NDArray[np.int64],
) -> None:  # fmt: skip
    """``product[i]``: the hash, modulo ``prime``, of the subtree that begins at i.

    ``colours`` (MAX_VARIABLES,): variables of one colour are taken for one.
    """
    half = (prime + 1) // 2
    terms = np.empty(length, np.int64)
    first = np.empty(length + 1, np.int64)
    top = 0
    for i in range(length - 1, -1, -1):
        token = tokens[i]
        if token == C:
            product[i], terms[i] = 0, 0
        elif token < FIRST_BINARY:
            product[i] = mix(colours[token - FIRST_VARIABLE], 1, prime)
            terms[i] = mix(product[i], 2, prime)
        elif token in (_ADD, _SUB):
            terms[i] = (terms[first[top - 1]] + terms[first[top - 2]]) % prime
            product[i] = mix(terms[i], 3, prime)
        else:
            a = product[first[top - 1]]
            if token == _MUL:
                product[i] = (a + product[first[top - 2]]) % prime
            elif token == _DIV:
                product[i] = (a + prime - product[first[top - 2]]) % prime
            elif token == _SQRT:
                product[i] = (a * half) % prime
            elif token == _SQUARE:
                product[i] = (2 * a) % prime
            elif token == _CUBE:
                product[i] = (3 * a) % prime
            else:
                product[i] = mix(a, 10 + token, prime)
            terms[i] = mix(product[i], 2, prime) if product[i] != 0 else 0
        top += 1 - ARITY[token]
        first[top - 1] = i


@compiled
def fingerprint(tokens: NDArray[np.int8], length: int) -> int:
    """The 62-bit identity of a skeleton up to constants, names, and the order of operands.

    Where variables have places alike, different skeletons may be taken for one.
    """
    high = np.empty(length, np.int64)
    low = np.empty(length, np.int64)
    colours = _places(tokens, length, high)
    hash_subtrees(tokens, length, PRIMES[0], colours, high)
    hash_subtrees(tokens, length, PRIMES[1], colours, low)
    return int((high[0] << 31) + low[0])


@compiled
def _places(tokens: NDArray[np.int8], length: int, hashes: NDArray[np.int64]) -> NDArray[np.int64]:
    """A colour for each variable, whatever its name: the whole's hash with all others alike."""
    used = np.zeros(MAX_VARIABLES, np.bool_)
    for i in range(length):
        if FIRST_VARIABLE <= tokens[i] < FIRST_BINARY:
            used[tokens[i] - FIRST_VARIABLE] = True
    found = np.zeros(MAX_VARIABLES, np.int64)
    alike = np.ones(MAX_VARIABLES, np.int64)
    for j in range(MAX_VARIABLES):
        if used[j]:
            alike[j] = 2
            hash_subtrees(tokens, length, PRIMES[0], alike, hashes)
            alike[j] = 1
            found[j] = hashes[0]
    return found


_LONGEST = 4 * MAX_LENGTH
"""Tokens of a law as it is encoded: a power is written out there, a skeleton says it shorter."""


class Inexpressible(ValueError):
    """The expression uses an operator that the vocabulary does not have."""


def encode(expression: Expression, names: tuple[str, ...]) -> list[int]:
    """The skeleton of ``expression`` in prefix tokens; ``names[j]`` becomes variable j.

    Raises Inexpressible for operators outside the vocabulary (``abs``, ``asin``, ...).
    """
    if isinstance(expression, Number | Constant):
        return [C]
    if isinstance(expression, Symbol):
        return [FIRST_VARIABLE + names.index(expression.name)]
    return _encode_call(expression, names)


def _encode_call(call: Call, names: tuple[str, ...]) -> list[int]:
    op, args = call.op, call.args
    if op == "pow":
        return _encode_power(args[0], args[1], names)
    encoded = [encode(arg, names) for arg in args]
    if all(tokens == [C] for tokens in encoded):
        return [C]
    if op in BINARY:
        token = INDEX[op]
        result = encoded[0]
        for tokens in encoded[1:]:
            result = [token, *result, *tokens]
        return result
    if op == "neg":
        return [_MUL, C, *encoded[0]]
    if op in _REWRITTEN:
        return _REWRITTEN[op](encoded[0])
    if op in INDEX and INDEX[op] >= FIRST_UNARY:
        return [INDEX[op], *encoded[0]]
    raise Inexpressible(f"'{op}' is not in the vocabulary")


_E, _L, _S, _K = (INDEX[name] for name in ("exp", "log", "sin", "cos"))
_REWRITTEN = {
    "tan": lambda u: [_DIV, _S, *u, _K, *u],
    "sinh": lambda u: [_SUB, _E, *u, _E, _MUL, C, *u],
    "cosh": lambda u: [_ADD, _E, *u, _E, _MUL, C, *u],
    "log10": lambda u: [_MUL, C, _L, *u],
    "log2": lambda u: [_MUL, C, _L, *u],
    "cbrt": lambda u: [_E, _MUL, C, _L, *u],
}


def _encode_power(base: Expression, exponent: Expression, names: tuple[str, ...]) -> list[int]:
    tokens = encode(base, names)
    power = encode(exponent, names)
    if tokens == [C] and power == [C]:
        return [C]
    if power != [C]:
        logarithm = [C] if tokens == [C] else [_L, *tokens]
        return [_E, _MUL, *power, *logarithm]
    doubled = _twice(exponent)
    if doubled is None:
        return [_E, _MUL, C, _L, *tokens]
    return _repeat(tokens, doubled)


def _twice(exponent: Expression) -> int | None:
    """2 * exponent where that is a small integer, else None."""
    value = 2.0 * float(evaluate(exponent, (), np.zeros((1, 0)))[0])
    return int(value) if value == int(value) and 0 < abs(value) <= 24 else None


def _repeat(tokens: list[int], doubled: int) -> list[int]:
    """``tokens`` to the power doubled/2, as products and square roots."""
    if doubled < 0:
        return [_DIV, C, *_repeat(tokens, -doubled)]
    factors = [tokens] * (doubled // 2) + ([[_SQRT, *tokens]] if doubled % 2 else [])
    result = factors[0]
    for factor in factors[1:]:
        result = [_MUL, *result, *factor]
    return result


def fingerprint_of(law: Expression) -> int | None:
    """The fingerprint of a law.

    None where it has more variables than the vocabulary, an operator outside it, or four tokens
    or fewer (those are too common to be a benchmark's secret).
    """
    used = tuple(symbols(law))
    if len(used) > MAX_VARIABLES:
        return None
    try:
        tokens = encode(law, used)
    except Inexpressible:
        return None
    if len(tokens) <= 4 or len(tokens) > _LONGEST:
        return None
    return fingerprint(np.array(tokens, dtype=np.int8), len(tokens))


def banned_fingerprints(laws: Iterable[Expression]) -> NDArray[np.int64]:
    """The fingerprints of ``laws``, sorted: what training must never show the network."""
    found = {one for one in map(fingerprint_of, laws) if one is not None}
    return np.array(sorted(found), dtype=np.int64)
