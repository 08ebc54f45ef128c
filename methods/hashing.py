"""Hashes in prime fields, compiled: what the identities of expressions are made of."""

from __future__ import annotations

from bench.expression.compiled.compiling import compiled

PRIMES = (2147483647, 2147483629)
"""An identity is a value modulo each of these."""


@compiled
def mix(value: int, salt: int, prime: int) -> int:
    """A hash of ``value`` in 1 .. prime - 1, keyed by ``salt``."""
    x = (value + 7919 * salt + 104729) % prime
    for _ in range(3):
        x = (x * x + 48271 * x + 12345 + salt) % prime
        x = (x * 69621 + 31337) % prime
    return x if x > 0 else 1
