"""Fresh functions without end: skeletons drawn from the grammar, with constants, ranges and data.

Everything runs in numba, so one core makes tens of thousands of samples a second and the network
never sees one twice. A sample is a pure function of (seed, its place in the stream).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.kernel import copy, fill, forward, link
from bench.expression.compiled.opcodes import NUMBER, VARIABLE
from methods.transformer.skeletons.fingerprints import fingerprint
from methods.transformer.skeletons.grammar import inverse_pair, redundant, subtree_end
from methods.transformer.skeletons.vocabulary import (
    FIRST_BINARY,
    FIRST_UNARY,
    FIRST_VARIABLE,
    INDEX,
    MAX_LENGTH,
    MAX_VARIABLES,
    OPCODES,
    C,
    Skeleton,
)

POINTS = 64
"""Rows of a sample."""

_ADD, _MUL = INDEX["add"], INDEX["mul"]
_SQUARE, _CUBE = INDEX["square"], INDEX["cube"]
_LARGEST, _LEAST_SPREAD = 1e6, 1e-3
_DECADE = math.log(10.0)
_GLANCE = 8
"""Rows on which a function is tried first: most that come to nothing do so there."""

LENGTH_WEIGHTS = np.array(
    [
        *(1.0, 3.0, 5.0, 7.0, 9.0, 10.0, 11.0, 12.0, 13.0, 13.0),
        *(13.0, 13.0, 12.0, 12.0, 11.0, 11.0, 10.0, 10.0, 9.0, 9.0),
        *(8.0, 8.0, 7.0, 7.0, 6.0, 6.0, 5.0, 5.0, 4.0, 4.0),
    ]
)
"""How often skeletons of 1, 2, ... tokens are tried; those rejected thin out the long ones."""

VARIABLE_WEIGHTS = np.array([3.0, 4, 5, 5, 5, 4, 3, 2, 2])
"""How often a skeleton is drawn in 1, 2, ... variables; it need not use them all."""

OPERATOR_WEIGHTS = np.array(
    [0.0, 0.0, 2.0] + [2.4] * MAX_VARIABLES + [4, 2, 6, 3] + [1.2, 1.2, 1, 0.8, 0.9, 1.5, 0.6, 0.2]
)
_AS_LEAVES = 3
"""More variables share the weight of so many: a skeleton in nine of them is no bush of leaves."""
_FRESH = 0.7
"""How often a variable is one that has not been used yet: laws name most of theirs once."""
_DUMMIES = 0.4
"""Share of tasks that show columns which their skeleton does not use."""


class Batch(NamedTuple):
    """``tokens`` (b, MAX_LENGTH), 0-padded; ``X`` (b, n, MAX_VARIABLES); ``y`` (b, n).

    ``columns`` (b,) is how many variables the task shows: the skeleton uses some of them.
    ``constants`` (b, MAX_LENGTH) are the values of its ``c``, in their order, then nan.
    """

    tokens: NDArray[np.int8]
    lengths: NDArray[np.int64]
    columns: NDArray[np.int64]
    X: NDArray[np.float64]
    y: NDArray[np.float64]
    constants: NDArray[np.float64]


@compiled
def _choose(rng: np.random.Generator, weights: NDArray[np.float64], total: float) -> int:
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
    length = 1 + _choose(rng, lengths, lengths.sum())
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
            out[i] = C + skip + _choose(rng, leaves[skip:], of_leaves - skip * leaves[0])
            if out[i] != C and fresh < columns and rng.random() < _FRESH:
                out[i] = FIRST_VARIABLE + fresh
            fresh = max(fresh, out[i] - FIRST_VARIABLE + 1)
            slots -= 1
        elif u < leaf + one:
            out[i] = FIRST_UNARY + _choose(rng, unary, of_unary)
            if inside and inverse_pair(out[i - 1], out[i]):
                return 0
        else:
            out[i] = FIRST_BINARY + _choose(rng, binary, of_binary)
            slots += 1
    return length


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


@compiled
def draw_constant(rng: np.random.Generator) -> float:
    """A small whole number or a half now and then, else a magnitude log-uniform in 0.1 .. 10."""
    u = rng.random()
    sign = -1.0 if rng.random() < 0.3 else 1.0
    if u < 0.25:
        return sign * float(rng.integers(1, 6))
    if u < 0.3:
        return sign * 0.5
    return float(sign * 10.0 ** rng.uniform(-1.0, 1.0))


@compiled
def draw_column(rng: np.random.Generator, out: NDArray[np.float64]) -> None:
    """Values of one variable: a symmetric, positive or shifted interval, or several decades."""
    u = rng.random()
    if u < 0.3:
        half = 10.0 ** rng.uniform(-0.3, 1.0)
        low, high = -half, half
    elif u < 0.5:
        low, high = 0.0, 10.0 ** rng.uniform(-0.3, 1.0)
    elif u < 0.75:
        low = float(rng.integers(1, 4))
        high = low + float(rng.integers(1, 5))
    else:
        exponent = rng.integers(-1, 2)
        both = rng.random() < 0.3
        for r in range(len(out)):
            out[r] = math.exp(_DECADE * (exponent - 1.0 + 2.0 * rng.random()))
            if both and rng.random() < 0.5:
                out[r] = -out[r]
        return
    for r in range(len(out)):
        out[r] = low + (high - low) * rng.random()


@compiled
def _degenerate(y: NDArray[np.float64]) -> bool:
    largest = 0.0
    mean = 0.0
    for r in range(len(y)):
        if not np.isfinite(y[r]):
            return True
        largest = max(largest, abs(y[r]))
        mean += y[r] / len(y)
    spread = 0.0
    for r in range(len(y)):
        spread = max(spread, abs(y[r] - mean))
    return largest > _LARGEST or largest < 1.0 / _LARGEST or spread < _LEAST_SPREAD * largest


@compiled
def _computes(
    program: NDArray[np.int64], nodes: int, right: NDArray[np.int64], data: NDArray[np.float64],
    numbers: NDArray[np.float64], values: NDArray[np.float64],
) -> bool:  # fmt: skip
    """Put the values of a program into ``values[0]``; whether there is something to learn there."""
    glance = values[:, :_GLANCE]
    forward(program, nodes, right, data[:, :_GLANCE], numbers, glance)
    if not np.isfinite(glance[0]).all():
        return False
    forward(program, nodes, right, data, numbers, values)
    return not _degenerate(values[0])


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
def _fill(
    rng: np.random.Generator,
    batch: Batch,
    banned: NDArray[np.int64],
    operator_weights: NDArray[np.float64],
    length_weights: NDArray[np.float64],
    variable_weights: NDArray[np.float64],
) -> None:
    size, points = batch.y.shape
    skeleton = np.empty(MAX_LENGTH, np.int8)
    program = np.empty(2 * MAX_LENGTH, np.int64)
    right = np.empty(2 * MAX_LENGTH, np.int64)
    numbers = np.empty(2 * MAX_LENGTH)
    values = np.empty((2 * MAX_LENGTH, points))
    data = np.empty((MAX_VARIABLES, points))
    done = 0
    while done < size:
        drawn = 1 + _choose(rng, variable_weights, variable_weights.sum())
        length = draw_skeleton(rng, skeleton, drawn, operator_weights, length_weights)
        if length == 0 or not usable(skeleton, length, banned):
            continue
        shown, used = place_variables(rng, skeleton, length, len(variable_weights))
        sort_operands(skeleton, length)
        nodes, count = to_program(skeleton, length, program, numbers)
        link(program, nodes, right)
        _draw_constants(rng, numbers, count, batch.constants[done])
        for j in range(shown):
            if used[j]:
                draw_column(rng, data[j])
        if not _computes(program, nodes, right, data, numbers, values):
            continue
        for j in range(shown):
            if not used[j]:
                draw_column(rng, data[j])
        _write(batch, done, skeleton, length, shown, data, values[0])
        done += 1


@compiled
def place_variables(
    rng: np.random.Generator, tokens: NDArray[np.int8], length: int, most: int
) -> tuple[int, NDArray[np.bool_]]:
    """Give the variables of a skeleton places among at most ``most`` columns at random.

    Returns how many columns are shown, mostly those that are used, now and then others with them;
    and which are used.
    """
    names = np.full(MAX_VARIABLES, -1)
    used = 0
    for i in range(length):
        if FIRST_VARIABLE <= tokens[i] < FIRST_BINARY and names[tokens[i] - FIRST_VARIABLE] < 0:
            names[tokens[i] - FIRST_VARIABLE] = used
            used += 1
    shown = used
    if rng.random() < _DUMMIES:
        shown += int(rng.integers(0, most - used + 1))
    places = np.arange(shown)
    for j in range(used):
        other = int(rng.integers(j, shown))
        places[j], places[other] = places[other], places[j]
    for i in range(length):
        if FIRST_VARIABLE <= tokens[i] < FIRST_BINARY:
            tokens[i] = FIRST_VARIABLE + places[names[tokens[i] - FIRST_VARIABLE]]
    needed = np.zeros(shown, np.bool_)
    needed[places[:used]] = True
    return shown, needed


@compiled
def _draw_constants(
    rng: np.random.Generator,
    numbers: NDArray[np.float64],
    count: int,
    constants: NDArray[np.float64],
) -> None:
    """Draw those of ``numbers[:count]`` that are not fixed, and list them in ``constants``."""
    own = 0
    fill(constants, np.nan)
    for k in range(count):
        if np.isnan(numbers[k]):
            numbers[k] = draw_constant(rng)
            constants[own] = numbers[k]
            own += 1


@compiled
def _write(
    batch: Batch, row: int, skeleton: NDArray[np.int8], length: int, shown: int,
    data: NDArray[np.float64], values: NDArray[np.float64],
) -> None:  # fmt: skip
    """Set sample ``row``."""
    copy(skeleton[:length], batch.tokens[row])
    batch.lengths[row], batch.columns[row] = length, shown
    for r in range(len(values)):
        batch.y[row, r] = values[r]
        for j in range(shown):
            batch.X[row, r, j] = data[j, r]


def draw_batch(
    size: int,
    seed: int,
    banned: NDArray[np.int64],
    points: int = POINTS,
    *,
    variables: int = MAX_VARIABLES,
    longest: int = MAX_LENGTH,
) -> Batch:
    """``size`` samples of the stream that ``seed`` names, none of a ``banned`` fingerprint.

    ``banned`` is a sorted array; see ``fingerprints.banned_fingerprints``. At most ``variables``
    columns are shown, and a skeleton has at most ``longest`` tokens.
    """
    batch = Batch(
        tokens=np.zeros((size, MAX_LENGTH), np.int8),
        lengths=np.zeros(size, np.int64),
        columns=np.zeros(size, np.int64),
        X=np.zeros((size, points, MAX_VARIABLES)),
        y=np.zeros((size, points)),
        constants=np.zeros((size, MAX_LENGTH)),
    )
    _fill(
        np.random.default_rng(seed), batch, banned, OPERATOR_WEIGHTS, LENGTH_WEIGHTS[:longest],
        VARIABLE_WEIGHTS[:variables],
    )  # fmt: skip
    return batch


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
) -> list[tuple[int, ...]]:
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
