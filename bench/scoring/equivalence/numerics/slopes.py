"""Derivatives of an expression's values by its numbers: in float64, and to many digits."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from typing import Any

import numpy as np
from mpmath import libmp
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
    """The same to many digits, one row per number; 0 where undefined.

    Slower by a factor of hundreds: for expressions such as ``1 - cos(1e-9)``.
    """
    columns = []
    for point in points:
        try:
            columns.append(side.slopes(point, positions))
        except NotFinite:
            columns.append([side.context.zero] * len(positions))
    return [[column[row] for column in columns] for row in range(len(positions))]


def shortest_step(
    context: Any, rows: Sequence[Sequence[Value]], target: Sequence[Value]
) -> list[Value]:
    """The shortest x with sum_k rows[k][i]*x[k] = target[i], a consistent system.

    By the normal equations with a ridge far below what counts, in whole numbers of so many bits
    that no more is lost. Equations are brought to one size: near a pole one would drown the others.
    """
    bits = 3 * context.prec
    sizes = [max(abs(row[i]) for row in rows) or context.one for i in range(len(target))]
    scaled = [_fixed(row, sizes, bits) for row in rows]
    largest = max(map(abs, target), default=0) or context.one
    aim = _fixed([value / largest for value in target], sizes, bits)
    side = [sum(map(mul, row, aim)) >> bits for row in scaled]
    normal = [
        [sum(map(mul, row, other)) >> bits for other in scaled[: at + 1]]
        for at, row in enumerate(scaled)
    ]
    ridge = (
        max((normal[i][i] for i in range(len(rows))), default=0) >> (2 * context.prec // 3)
    ) + 1
    for i in range(len(rows)):
        normal[i][i] += ridge
    solution = _solved(normal, side, bits)
    return [largest * context.ldexp(context.mpf(value), -bits) for value in solution]


def _fixed(values: Sequence[Value], sizes: Sequence[Value], bits: int) -> list[int]:
    """Each value over its size, in units of 2**-bits."""
    quotients = (value / size for value, size in zip(values, sizes, strict=True))
    return [int(libmp.to_fixed(quotient._mpf_, bits)) for quotient in quotients]


def _solved(normal: list[list[int]], side: list[int], bits: int) -> list[int]:
    """x of ``normal`` x = ``side``, the lower half of a positive definite matrix; it is consumed.

    By LDL^T: row i becomes L's times D's.
    """
    count = len(side)
    for i in range(count):
        for j in range(i):
            normal[i][j] -= sum((normal[i][k] * normal[j][k]) // normal[k][k] for k in range(j))
        normal[i][i] -= sum((normal[i][k] * normal[i][k]) // normal[k][k] for k in range(i))
        normal[i][i] = max(normal[i][i], 1)
    x = list(side)
    for i in range(count):
        x[i] -= sum(normal[i][k] * x[k] // normal[k][k] for k in range(i))
    # Now L D (L^T x) = side is L^T x = x / D.
    x = [(value << bits) // normal[i][i] for i, value in enumerate(x)]
    for i in reversed(range(count)):
        x[i] -= sum((normal[k][i] * x[k]) // normal[i][i] for k in range(i + 1, count))
    return x
