"""A skeleton in other forms: its operands in order, under other names, as the kernel's program."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.kernel import copy
from bench.expression.compiled.opcodes import NUMBER, VARIABLE
from methods.transformer.skeletons.grammar import subtree_end
from methods.transformer.skeletons.vocabulary import (
    FIRST_BINARY,
    FIRST_VARIABLE,
    INDEX,
    MAX_LENGTH,
    OPCODES,
    C,
    Skeleton,
)

_ADD, _MUL = INDEX["add"], INDEX["mul"]
_SQUARE, _CUBE = INDEX["square"], INDEX["cube"]


@compiled
def _before(tokens: NDArray[np.int8], a: int, b: int, end: int) -> bool:
    """Whether the operand at b belongs before the one at a: shorter first, then by tokens."""
    if end - b != b - a:
        return end - b < b - a
    for i in range(b - a):
        if tokens[a + i] != tokens[b + i]:
            return bool(tokens[b + i] < tokens[a + i])
    return False


@compiled
def sort_operands(tokens: NDArray[np.int8], length: int) -> None:
    """Put the operands of sums and products in one order, so that a tree is written one way."""
    swapped = np.empty(MAX_LENGTH, np.int8)
    for i in range(length - 1, -1, -1):
        if tokens[i] not in (_ADD, _MUL):
            continue
        second = subtree_end(tokens, i + 1)
        end = subtree_end(tokens, second)
        if _before(tokens, i + 1, second, end):
            n = end - second
            copy(tokens[second:end], swapped)
            copy(tokens[i + 1 : second], swapped[n:])
            copy(swapped[: end - i - 1], tokens[i + 1 :])


def renamed(skeleton: Skeleton, columns: Sequence[int]) -> Skeleton:
    """``skeleton`` with variable j called ``columns[j]``, its operands in their order again."""
    names = (
        FIRST_VARIABLE + columns[token - FIRST_VARIABLE]
        if FIRST_VARIABLE <= token < FIRST_BINARY
        else token
        for token in skeleton
    )
    tokens = np.fromiter(names, np.int8)
    sort_operands(tokens, len(tokens))
    return tuple(tokens.tolist())


@compiled
def to_program(
    tokens: NDArray[np.int8],
    length: int,
    program: NDArray[np.int64],
    fixed: NDArray[np.float64],
) -> tuple[int, int]:
    """Write the kernel's program of a skeleton; returns its length and how many numbers it has.

    ``fixed[k]`` is the value of number k where the skeleton fixes it (the exponents of ``square``
    and ``cube``) and nan where it is a constant. Powers move their exponent behind the operand.
    """
    size = 0
    count = 0
    pending = np.empty(MAX_LENGTH, np.int64)
    exponent = np.empty(MAX_LENGTH)
    top = 0
    for i in range(length):
        token = tokens[i]
        if token == C:
            program[size] = NUMBER
            fixed[count] = np.nan
            count += 1
        elif token < FIRST_BINARY:
            program[size] = VARIABLE + token - FIRST_VARIABLE
        else:
            program[size] = OPCODES[token]
            if token in (_SQUARE, _CUBE):
                pending[top] = subtree_end(tokens, i + 1)
                exponent[top] = 2.0 if token == _SQUARE else 3.0
                top += 1
        size += 1
        while top > 0 and pending[top - 1] == i + 1:
            top -= 1
            program[size] = NUMBER
            fixed[count] = exponent[top]
            size += 1
            count += 1
    return size, count
