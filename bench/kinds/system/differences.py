"""Rates estimated from trajectories: by differences, by smoothed differences, or weakly.

All are local: a polynomial through or close to the points next to one another, so that times need
not be even. Savitzky and Golay's filter is the case of even times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bench.problems.systems.data import Estimate, Trajectory

Array = NDArray[np.float64]

_DEGREE = 4
_WINDOWS = (7, 11, 17, 25)
_BLOCK = 4096
_POWER = 4
"""Of the test functions (1 - s^2)^4: they and three derivatives vanish at the ends."""


def with_rates(trajectory: Trajectory, how: Estimate = "smoothed") -> Trajectory:
    """``trajectory`` with ``dx`` (n, states), and ``x`` as smooth as its estimate took it to be.

    ``differences``: the derivative of the polynomial through the 5 points next to a time.
    ``smoothed``: of the polynomial of degree 4 closest to the 7, 11, 17 or 25 points next to it,
    as leaving each point out in turn fits best. ``weak``: states and rates weighted by test
    functions over as many points, the rate by parts, -int(x phi') / int(phi): nothing is
    differentiated (Messenger and Bortz 2021, doi:10.1137/20M1343166). Rates that are disclosed
    stay as they are. Of fewer points the polynomial is of a lower degree.
    """
    if trajectory.dx is not None:
        return trajectory
    states = [_METHODS[how](trajectory.t, column) for column in trajectory.x.T]
    x, dx = (np.column_stack([state[part] for state in states]) for part in (0, 1))
    return replace(trajectory, x=x, dx=dx)


def _differences(t: Array, x: Array) -> tuple[Array, Array]:
    _, slope, _ = _local(t, x, min(5, len(t)), _DEGREE)
    return x, slope


def _smoothed(t: Array, x: Array) -> tuple[Array, Array]:
    value, slope, _ = _local(t, x, _window(t, x), _DEGREE)
    return value, slope


def _weak(t: Array, x: Array) -> tuple[Array, Array]:
    """States and rates in the mean of a test function over each window."""
    width = _window(t, x)
    if width < 5:
        return _differences(t, x)
    rows = _windows(len(t), width)
    times, states = t[rows], x[rows]
    middle, half = (times[:, -1:] + times[:, :1]) / 2, (times[:, -1:] - times[:, :1]) / 2
    s = (times - middle) / half
    bump = (1.0 - s * s) ** _POWER
    slope = -2.0 * _POWER * s * (1.0 - s * s) ** (_POWER - 1) / half
    weight = np.gradient(times, axis=1)
    mass = (bump * weight).sum(axis=1)
    centred = states - states.mean(axis=1, keepdims=True)
    rate = -(centred * slope * weight).sum(axis=1) / mass
    return (states * bump * weight).sum(axis=1) / mass, rate


_METHODS: Mapping[str, Callable[[Array, Array], tuple[Array, Array]]] = {
    "differences": _differences, "smoothed": _smoothed, "weak": _weak,
}  # fmt: skip


def _window(t: Array, x: Array) -> int:
    """The window whose fits are best at points left out of them; all of few points."""
    windows = [width for width in _WINDOWS if width <= len(t)]
    if not windows:
        return len(t)
    errors = []
    t, x = t[:_BLOCK], x[:_BLOCK]  # enough to judge by
    for width in windows:
        value, _, leverage = _local(t, x, width, _DEGREE)
        left_out = (x - value) / np.maximum(1.0 - leverage, 1e-6)
        errors.append(float(np.mean(left_out**2)))
    return windows[int(np.argmin(errors))]


def _windows(n: int, width: int) -> NDArray[np.int64]:
    """For each of ``n`` points the ``width`` next to it: shape (n, width)."""
    first = np.clip(np.arange(n) - width // 2, 0, n - width)
    return first[:, None] + np.arange(width)


def _local(t: Array, x: Array, width: int, degree: int) -> tuple[Array, Array, Array]:
    """Value and slope of the closest local polynomial at each time, and how much of the value is
    the point itself."""
    degree = min(degree, width - 1)
    rows = _windows(len(t), width)
    value, slope, leverage = (np.empty(len(t)) for _ in range(3))
    for begin in range(0, len(t), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        near, here = t[rows[block]], t[block, None]
        scale = np.abs(near - here).max(axis=1, keepdims=True) if width > 1 else 1.0 + 0.0 * here
        powers = ((near - here) / scale)[:, :, None] ** np.arange(degree + 1)
        inverse = np.linalg.pinv(powers)
        coefficients = np.einsum("npw,nw->np", inverse, x[rows[block]])
        value[block] = coefficients[:, 0]
        slope[block] = coefficients[:, 1] / scale[:, 0] if degree else 0.0
        own = (rows[block] == np.arange(len(t))[block, None]).argmax(axis=1)
        leverage[block] = inverse[np.arange(len(own)), 0, own]
    return value, slope, leverage
