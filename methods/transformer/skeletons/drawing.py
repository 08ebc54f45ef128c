"""Skeletons drawn from the grammar, with no look at any data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from methods.transformer.skeletons.fingerprints import fingerprint
from methods.transformer.skeletons.forms import sort_operands
from methods.transformer.skeletons.grammar import inverse_pair, redundant
from methods.transformer.skeletons.vocabulary import (
    FIRST_BINARY,
    FIRST_UNARY,
    FIRST_VARIABLE,
    MAX_LENGTH,
    MAX_VARIABLES,
    C,
    Skeleton,
)

LENGTH_WEIGHTS = np.array(
    [
        *(1.0, 3.0, 5.0, 7.0, 9.0, 10.0, 11.0, 12.0, 13.0, 13.0),
        *(13.0, 13.0, 12.0, 12.0, 11.0, 11.0, 10.0, 10.0, 9.0, 9.0),
        *(8.0, 8.0, 7.0, 7.0, 6.0, 6.0, 5.0, 5.0, 4.0, 4.0),
    ]
)
"""How often skeletons of 1, 2, ... tokens are tried; those rejected thin out the long ones."""

OPERATOR_WEIGHTS = np.array(
    [0.0, 0.0, 2.0] + [2.4] * MAX_VARIABLES + [4, 2, 6, 3] + [1.2, 1.2, 1, 0.8, 0.9, 1.5, 0.6, 0.2]
)
_AS_LEAVES = 3
"""More variables share the weight of so many: a skeleton in nine of them is no bush of leaves."""
_FRESH = 0.7
"""How often a variable is one that has not been used yet: laws name most of theirs once."""


@compiled
def choose(rng: np.random.Generator, weights: NDArray[np.float64], total: float) -> int:
    """A place, as often as its share of ``total``, the sum of ``weights``, says."""
    u = rng.random() * total
    for i in range(len(weights)):
        u -= weights[i]
        if u < 0.0:
            return i
    return len(weights) - 1


@compiled
def draw_skeleton(
    rng: np.random.Generator, out: NDArray[np.int8], columns: int,
    weights: NDArray[np.float64], lengths: NDArray[np.float64],
) -> int:  # fmt: skip
    """Fill ``out`` with a random complete tree; returns its length, 0 where it says nothing.

    A unary operator has no constant below it, and none that undoes it. At each place leaves, unary
    and binary operators compete by their whole weights, as far as the tree can still close at its
    length with them; then those of one arity by their own.
    """
    length = 1 + choose(rng, lengths, lengths.sum())
    leaves = weights[C : FIRST_VARIABLE + columns].copy()
    leaves[FIRST_VARIABLE - C :] *= min(1.0, _AS_LEAVES / columns)
    binary, unary = weights[FIRST_BINARY:FIRST_UNARY], weights[FIRST_UNARY:]
    of_leaves, of_binary, of_unary = leaves.sum(), binary.sum(), unary.sum()
    slots, fresh = 1, 0
    for i in range(length):
        after = length - i - 1
        leaf = of_leaves if (1 <= slots - 1 <= after or after == 0) else 0.0
        one = of_unary if slots <= after else 0.0
        two = of_binary if slots + 1 <= after else 0.0
        u = rng.random() * (leaf + one + two)
        inside = i > 0 and out[i - 1] >= FIRST_UNARY
        if u < leaf:
            skip = 1 if inside else 0
            out[i] = C + skip + choose(rng, leaves[skip:], of_leaves - skip * leaves[0])
            if out[i] != C and fresh < columns and rng.random() < _FRESH:
                out[i] = FIRST_VARIABLE + fresh
            fresh = max(fresh, out[i] - FIRST_VARIABLE + 1)
            slots -= 1
        elif u < leaf + one:
            out[i] = FIRST_UNARY + choose(rng, unary, of_unary)
            if inside and inverse_pair(out[i - 1], out[i]):
                return 0
        else:
            out[i] = FIRST_BINARY + choose(rng, binary, of_binary)
            slots += 1
    return length


@compiled
def _known(value: int, banned: NDArray[np.int64]) -> bool:
    place = np.searchsorted(banned, value)
    return bool(place < len(banned) and banned[place] == value)


@compiled
def usable(tokens: NDArray[np.int8], length: int, banned: NDArray[np.int64]) -> bool:
    """A skeleton that has a variable, says its thing plainly, and is no benchmark's."""
    has_variable = False
    for i in range(length):
        has_variable = has_variable or FIRST_VARIABLE <= tokens[i] < FIRST_BINARY
    if not has_variable or redundant(tokens, length):
        return False
    return length <= 4 or not _known(fingerprint(tokens, length), banned)


@compiled
def _draw_usable(
    rng: np.random.Generator,
    out: NDArray[np.int8],
    lengths: NDArray[np.int64],
    columns: int,
    operator_weights: NDArray[np.float64],
    length_weights: NDArray[np.float64],
) -> None:
    nothing_banned = np.empty(0, np.int64)
    done = 0
    while done < len(out):
        length = draw_skeleton(rng, out[done], columns, operator_weights, length_weights)
        if length > 0 and usable(out[done], length, nothing_banned):
            sort_operands(out[done], length)
            lengths[done] = length
            done += 1


def draw_skeletons(
    count: int, columns: int, seed: int, longest: int = MAX_LENGTH
) -> list[Skeleton]:
    """``count`` skeletons in the first ``columns`` variables, with no look at any data.

    Nothing is banned: the prior is what a guesser may try, not what a network may learn from.
    """
    out = np.zeros((count, MAX_LENGTH), np.int8)
    lengths = np.zeros(count, np.int64)
    _draw_usable(
        np.random.default_rng(seed), out, lengths, columns, OPERATOR_WEIGHTS,
        LENGTH_WEIGHTS[:longest],
    )  # fmt: skip
    return [tuple(row[:length].tolist()) for row, length in zip(out, lengths, strict=True)]
