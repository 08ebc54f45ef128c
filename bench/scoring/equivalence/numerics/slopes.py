"""Derivatives of an expression's values by its numbers: in float64, and to many digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.adjoint import backward
from bench.expression.compiled.kernel import forward, mark
from bench.expression.compiled.program import Program
from bench.scoring.equivalence.numerics.precise import NotFinite, Point, Precise, Value

Array = NDArray[np.float64]


def slopes(program: Program, constants: Array, rows: Array) -> Array:
    """Derivatives by the program's free numbers, shape (k, m), at points ``rows``."""
    return values_and_slopes(program, constants, rows)[1]


def values_and_slopes(program: Program, constants: Array, rows: Array) -> tuple[Array, Array]:
    """Values, shape (m,), and derivatives by the free numbers, shape (k, m), at ``rows``."""
    values = program.numbers.copy()
    values[program.free] = constants
    length = len(program.tokens)
    V, G = np.empty((length, len(rows))), np.empty((length, len(rows)))
    J = np.empty((len(values), len(rows)))
    active = np.empty(length, np.bool_)
    mark(program.tokens, length, program.right, program.free, active)
    forward(program.tokens, length, program.right, np.ascontiguousarray(rows.T), values, V)
    backward(program.tokens, length, program.right, active, V, G, J)
    by_free: Array = J[program.free]
    return V[0], by_free


def precise_slopes(
    side: Precise, positions: Sequence[int], points: Sequence[Point]
) -> list[list[Value]]:
    """The same by differences to many digits, one row per number; 0 where undefined.

    Slower by a factor of a thousand: for expressions such as ``1 - cos(1e-9)``.
    """
    context = side.context
    step = context.mpf(10) ** (-context.dps // 2)
    slope = [[context.zero] * len(points) for _ in positions]
    for column, point in enumerate(points):
        try:
            here = side(point)
            for row, position in enumerate(positions):
                moved = list(side.literals)
                change = step * (abs(moved[position]) or 1)
                moved[position] += change
                slope[row][column] = (side(point, moved) - here) / change
        except NotFinite:
            continue
    return slope


def shortest_step(
    context: Any, rows: Sequence[Sequence[Value]], target: Sequence[Value]
) -> list[Value]:
    """The shortest x with sum_k rows[k][i]*x[k] = target[i], a consistent system.

    By the normal equations with a ridge far below what counts, to more digits than are lost.
    Equations are brought to one size: near a pole one would drown the others.
    """
    count = len(rows)
    sizes = [max(abs(row[i]) for row in rows) or context.one for i in range(len(target))]
    scaled = [[value / size for value, size in zip(row, sizes, strict=True)] for row in rows]
    aim = [value / size for value, size in zip(target, sizes, strict=True)]
    normal = context.matrix(count, count)
    side = context.matrix(count, 1)
    for i in range(count):
        side[i] = context.fdot(scaled[i], aim)
        for j in range(i + 1):
            normal[i, j] = normal[j, i] = context.fdot(scaled[i], scaled[j])
    largest = max(normal[i, i] for i in range(count)) or context.one
    for i in range(count):
        normal[i, i] += largest * context.mpf(10) ** (-(context.dps * 2) // 3)
    try:
        solution = context.lu_solve(normal, side)
    except ZeroDivisionError:  # nothing here moves the values
        return [context.zero] * count
    return [solution[i] for i in range(count)]
