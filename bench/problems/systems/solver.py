"""Trajectories of a system with the same bits on every machine.

Gragg's modified midpoint rule, extrapolated to order 12 (Hairer, Norsett and Wanner, Solving
Ordinary Differential Equations I, section II.9). All arithmetic is on single floats in a fixed
order, and so is every decision on the length of a step: no library and no processor changes a bit.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bench.problems.systems.rates import System

State = list[float]

TOLERANCE = 1e-12

_SUBSTEPS = (2, 4, 6, 8, 10, 12)
_MOST_HALVINGS = 10
_LEAST = 1e-300


def solve(
    rates: System, start: State, times: NDArray[np.float64], tolerance: float = TOLERANCE
) -> NDArray[np.float64]:
    """The states at ``times`` (n,) from ``start`` at the first: shape (n, states).

    ``tolerance`` is the error of a step over the largest value that its state has had. nan from
    where the solution leaves the finite numbers, or where steps of 2**-10 of the time between two
    points are too long still.
    """
    state = [float(one) for one in start]
    path = np.full((len(times), len(state)), np.nan)
    path[0] = state
    size = [abs(one) for one in state]
    halvings = 0
    for k, span in enumerate(pairwise(times.tolist()), start=1):
        while True:
            reached, error = _over(rates, span, state, size, 1 << halvings, tolerance)
            if error <= tolerance:
                break
            halvings += 1
            if halvings > _MOST_HALVINGS:
                return path
        state = reached
        path[k] = state
        size = [max(one, abs(other)) for one, other in zip(size, state, strict=True)]
        if error <= tolerance * 2.0**-12 and halvings:
            halvings -= 1
    return path


def _over(
    rates: System, span: tuple[float, float], state: State, size: State, count: int,
    tolerance: float,
) -> tuple[State, float]:  # fmt: skip
    """Over ``span`` in ``count`` steps: the state, and the largest error of one; inf where that is
    above ``tolerance``."""
    begin, end = span
    step = (end - begin) / count
    worst = 0.0
    for k in range(count):
        state, error = _step(rates, begin + k * step, state, size, step)
        worst = max(worst, error)
        if not worst <= tolerance:
            return state, math.inf
    return state, worst


def _step(
    rates: System, time: float, state: State, size: State, step: float
) -> tuple[State, float]:
    """One step of the extrapolated rule: the state, and its error over ``size``."""
    first = rates(time, state)
    row = [_midpoint(rates, time, state, first, step, _SUBSTEPS[0])]
    for k in range(1, len(_SUBSTEPS)):
        above, row = row, [_midpoint(rates, time, state, first, step, _SUBSTEPS[k])]
        for j in range(k):
            share = 1.0 / ((_SUBSTEPS[k] / _SUBSTEPS[k - 1 - j]) ** 2 - 1.0)
            row.append([a + (a - b) * share for a, b in zip(row[j], above[j], strict=True)])
    errors = [abs(a - b) for a, b in zip(row[-1], row[-2], strict=True)]
    largest = max([*size, *(abs(one) for one in row[-1])])
    worst = 0.0
    for error, one, value in zip(errors, size, row[-1], strict=True):
        share = error / max(one, abs(value), 1e-6 * largest, _LEAST)
        if not share <= worst:  # nan is the worst
            worst = share
    return row[-1], worst if worst == worst else math.inf


def _midpoint(
    rates: System, time: float, state: State, first: State, step: float, count: int
) -> State:
    """Gragg's rule in ``count`` substeps, an even number, with his smoothing at the end."""
    part = step / count
    before, now = state, [a + part * b for a, b in zip(state, first, strict=True)]
    for k in range(1, count):
        slope = rates(time + k * part, now)
        twice = 2.0 * part
        before, now = now, [a + twice * b for a, b in zip(before, slope, strict=True)]
    slope = rates(time + step, now)
    return [0.5 * (a + b + part * c) for a, b, c in zip(before, now, slope, strict=True)]
