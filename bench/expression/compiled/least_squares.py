"""Levenberg-Marquardt on the numbers of a prefix program, in numba.

Levenberg (1944), Marquardt (1963); scaling and damping as in J. J. Moré, "The Levenberg-Marquardt
algorithm" (1978), with the damped system solved by Householder QR rather than the normal
equations, so that singular and nearly singular Jacobians cost steps, not digits.

``levenberg_marquardt`` may be called from other numba code: it allocates next to nothing and works
in arrays that its caller hands in, and may use again for the next program.
"""

from __future__ import annotations

import math

import numpy as np

from bench.expression.compiled.adjoint import backward
from bench.expression.compiled.compiling import compiled, inlined
from bench.expression.compiled.kernel import copy, fill, forward, mark, refresh
from bench.expression.operators import Array

FIRST_DAMPING = 1e-3
LEAST_DAMPING, MOST_DAMPING = 1e-30, 1e20
_EPSILON = 2.0**-52


@compiled
def levenberg_marquardt(
    tokens: Array, length: int, right: Array, X: Array, y: Array, weights: Array,
    numbers: Array, free: Array, tied: Array, max_iterations: int, tolerance: float,
    V: Array, G: Array, J: Array, A: Array,
) -> tuple[float, int, bool]:  # fmt: skip
    """Move ``numbers[free]`` in place to a minimum of ``sum((weights*(f(X) - y))**2)``.

    A row of ``tied``, shape (t, 2), is a number and the free one that it is equal to.

    ``X`` has shape (d, n). ``V`` and ``G`` are for length rows of n, ``J`` for len(numbers) rows of
    n, ``A`` for len(free) + 1 rows of n + len(free); more rows do no harm. A number whose
    derivative is not finite is held. Ends when the relative fall in cost that linearisation
    still promises, or two in a row that came, are under ``tolerance``, or at rounding error.

    Returns the cost (inf where the start has a value that is not finite), the iterations, and
    whether it ended by itself.
    """
    residual, active = np.empty(len(y)), np.empty(length, np.bool_)
    mark(tokens, length, right, _moving(free, tied), active)
    forward(tokens, length, right, X, numbers, V)
    cost = _cost(V[0], y, weights, residual)
    if len(free) == 0 or not math.isfinite(cost):
        return cost, 0, len(free) == 0
    return _descend(
        tokens, length, right, active, y, weights, numbers, free, tied,
        cost, max_iterations, tolerance, residual, V, G, J, A,
    )  # fmt: skip


@inlined
def _descend(
    tokens: Array, length: int, right: Array, active: Array, y: Array, weights: Array,
    numbers: Array, free: Array, tied: Array, cost: float, max_iterations: int, tolerance: float,
    residual: Array, V: Array, G: Array, J: Array, A: Array,
) -> tuple[float, int, bool]:  # fmt: skip
    """The iterations of ``levenberg_marquardt``, from values and residuals that are there."""
    least, candidate, trial = _rounding(y, weights), np.empty(len(y)), np.empty(len(numbers))
    step, scale = np.empty(len(free)), np.zeros(len(free))
    copy(numbers, trial)
    damping, slow = FIRST_DAMPING, 0
    for iteration in range(max_iterations):
        if cost <= least:
            return cost, iteration, True
        backward(tokens, length, right, active, V, G, J)
        _gather_tied(J, tied)
        _weigh(J, free, weights, scale)
        new, promised, damping = _best_step(
            tokens, length, right, active, y, weights, numbers, free, tied,
            cost, damping, tolerance, residual, candidate, trial, step, scale, V, J, A,
        )  # fmt: skip
        if new < cost:
            copy(trial, numbers)
            copy(candidate, residual)
        slow = slow + 1 if cost - new <= tolerance * cost else 0
        if not new < cost or promised <= tolerance * cost or slow == 2:
            return min(new, cost), iteration + 1, True
        damping = _next_damping(damping, (cost - new) / promised)
        cost = new
    return cost, max_iterations, False


@inlined
def _best_step(
    tokens: Array, length: int, right: Array, active: Array, y: Array, weights: Array,
    numbers: Array, free: Array, tied: Array, cost: float, damping: float, tolerance: float,
    residual: Array, candidate: Array, trial: Array, step: Array, scale: Array,
    V: Array, J: Array, A: Array,
) -> tuple[float, float, float]:  # fmt: skip
    """Damp until a step to ``trial`` lowers the cost, or none can be hoped for any more.

    Returns the cost there, the fall that linearisation promised, and the damping.
    """
    growth, new, promised = 2.0, np.inf, 0.0
    while damping < MOST_DAMPING:
        promised = _damped_step(J, free, residual, damping, scale, step, A)
        for c in range(len(free)):
            trial[free[c]] = numbers[free[c]] + step[c]
        for t in range(len(tied)):
            trial[tied[t, 0]] = trial[tied[t, 1]]
        refresh(tokens, length, right, active, trial, V)
        new = _cost(V[0], y, weights, candidate)
        if new < cost or promised <= tolerance * cost:
            break
        damping *= growth
        growth *= growth
    return new, promised, damping


@inlined
def _moving(free: Array, tied: Array) -> Array:
    """All numbers that move: the free ones, and those tied to them."""
    moving = np.empty(len(free) + len(tied), np.int64)
    for c in range(len(free)):
        moving[c] = free[c]
    for t in range(len(tied)):
        moving[len(free) + t] = tied[t, 0]
    return moving


@inlined
def _gather_tied(J: Array, tied: Array) -> None:
    """Add the derivatives by tied numbers to those by the numbers that they are equal to."""
    for t in range(len(tied)):
        follower, leader = J[tied[t, 0]], J[tied[t, 1]]
        for r in range(len(leader)):
            leader[r] += follower[r]


@compiled
def _cost(values: Array, y: Array, weights: Array, residual: Array) -> float:
    total = 0.0
    for r in range(len(y)):
        residual[r] = (values[r] - y[r]) * weights[r]
        total += residual[r] * residual[r]
    return total if math.isfinite(total) else np.inf


@inlined
def _rounding(y: Array, weights: Array) -> float:
    """The cost that is nothing but the last bit of ``y``."""
    total = 0.0
    for r in range(len(y)):
        total += (y[r] * weights[r] * 0.25 * _EPSILON) ** 2
    return total


@inlined
def _weigh(J: Array, free: Array, weights: Array, scale: Array) -> None:
    """Weigh the rows, and bring every free number's column to a length of at most 1."""
    for c in range(len(free)):
        column = J[free[c]]
        largest = 0.0
        for r in range(len(weights)):
            column[r] *= weights[r]
            largest = max(largest, abs(column[r])) if math.isfinite(column[r]) else np.inf
        if largest == 0.0 or not math.isfinite(largest):
            fill(column, 0.0)
            continue
        total = 0.0
        for r in range(len(weights)):
            total += (column[r] / largest) ** 2
        scale[c] = max(scale[c], largest * math.sqrt(total))
        for r in range(len(weights)):
            column[r] /= scale[c]


@inlined
def _damped_step(
    J: Array, free: Array, residual: Array, damping: float, scale: Array, step: Array, A: Array
) -> float:
    """Least squares of ``[J; sqrt(damping)] step = [-residual; 0]`` by Householder QR.

    Returns by how much linearisation says the cost will fall.
    """
    n, k = len(residual), len(free)
    root = math.sqrt(damping)
    for c in range(k + 1):
        fill(A[c], 0.0)
    for c in range(k):
        for r in range(n):
            A[c, r] = J[free[c], r]
        A[c, n + c] = root
    for r in range(n):
        A[k, r] = -residual[r]
    for c in range(k):
        step[c] = _reflect(A, c, n + c + 1, k)
    for c in range(k - 1, -1, -1):
        total = A[k, c]
        for j in range(c + 1, k):
            total -= A[j, c] * step[j]
        step[c] = total / step[c]
    promised = 0.0
    for c in range(k):
        promised += A[k, c] ** 2 + damping * step[c] ** 2
        step[c] = step[c] / scale[c] if scale[c] > 0.0 else 0.0
    return promised


@inlined
def _reflect(A: Array, c: int, end: int, k: int) -> float:
    """Reflect column c (and those after it) onto its diagonal; returns the diagonal.

    Rows from ``end`` on are still zero in column c and are left alone.
    """
    square = 0.0
    for r in range(c, end):
        square += A[c, r] * A[c, r]
    diagonal = -math.copysign(math.sqrt(square), A[c, c])
    head = A[c, c] - diagonal
    norm = square - A[c, c] * A[c, c] + head * head
    A[c, c] = head
    for j in range(c + 1, k + 1):
        dot = 0.0
        for r in range(c, end):
            dot += A[c, r] * A[j, r]
        factor = 2.0 * dot / norm
        for r in range(c, end):
            A[j, r] -= factor * A[c, r]
    return diagonal


@inlined
def _next_damping(damping: float, kept: float) -> float:
    """Less damping where linearisation kept its promise, more where it did not."""
    if kept > 0.75:
        return max(damping * 0.1, LEAST_DAMPING)
    return damping * 3.0 if kept < 0.25 else damping * 0.5
