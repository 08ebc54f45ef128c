"""Fresh functions without end: skeletons drawn from the grammar, with constants, ranges and data.

Everything runs in numba, so one core makes tens of thousands of samples a second and the network
never sees one twice. A sample is a pure function of (seed, its place in the stream).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.kernel import copy, fill, forward, link
from methods.transformer.skeletons.drawing import (
    LENGTH_WEIGHTS,
    OPERATOR_WEIGHTS,
    choose,
    draw_skeleton,
    usable,
)
from methods.transformer.skeletons.forms import sort_operands, to_program
from methods.transformer.skeletons.vocabulary import (
    FIRST_BINARY,
    FIRST_VARIABLE,
    MAX_LENGTH,
    MAX_VARIABLES,
)

POINTS = 64
"""Rows of a sample."""

_LARGEST, _LEAST_SPREAD = 1e6, 1e-3
_DECADE = math.log(10.0)
_GLANCE = 8
"""Rows on which a function is tried first: most that come to nothing do so there."""

VARIABLE_WEIGHTS = np.array([3.0, 4, 5, 5, 5, 4, 3, 2, 2])
"""How often a skeleton is drawn in 1, 2, ... variables; it need not use them all."""

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
        drawn = 1 + choose(rng, variable_weights, variable_weights.sum())
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
