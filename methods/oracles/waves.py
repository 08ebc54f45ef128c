"""The sine that is nearest to values of one argument, whatever its frequency."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bench import Task

Array = NDArray[np.float64]

_FREQUENCIES = 20_000
_BLOCK = 500
_TURNS = 30
_LEAST = 6


def nearest_wave(table: Task) -> list[str]:
    """``a + b*sin(w*x + c)`` of the least squared error, none of few rows.

    The best frequency of a fine grid is that of Lomb's periodogram (1976); Gauss and Newton's
    steps refine it. The fastest turns once in twice the distance of the nearest tenth of the rows.
    """
    x, y = table.X[:, 0], table.y
    span = float(np.ptp(x))
    if len(y) < _LEAST or not span or not np.ptp(y):
        return []
    gaps = np.diff(np.sort(x))
    near = float(np.quantile(gaps[gaps > 0], 0.1))
    step = 0.1 / span  # of cycles a unit
    count = min(_FREQUENCIES, int(0.5 / near / step) + 64)
    frequencies: Array = np.arange(1.0, count + 1.0) * np.float64(step)
    blocks = [_power(x, y, frequencies[k : k + _BLOCK]) for k in range(0, count, _BLOCK)]
    best = float(frequencies[np.argmax(np.concatenate(blocks))])
    rate = _refined(x, y, 2 * math.pi * best)
    error, (a, b, c) = _solved(x, y, rate / (2 * math.pi))
    if not math.isfinite(error):
        return []
    size, phase = math.hypot(b, c), math.atan2(c, b)
    return [f"{a!r} + {size!r}*sin({rate!r}*{table.names[0]} + ({phase!r}))"]


def _power(x: Array, y: Array, frequencies: Array) -> Array:
    """How much of the squares of y - mean is explained at each frequency, by Lomb's formula."""
    angles = 2 * math.pi * frequencies[:, None] * x
    double = 2 * angles
    delay = np.arctan2(np.sin(double).sum(axis=1), np.cos(double).sum(axis=1)) / 2
    angles -= delay[:, None]
    sine, cosine = np.sin(angles), np.cos(angles)
    centred = y - y.mean()
    parts = (
        (one @ centred) ** 2 / np.maximum((one**2).sum(axis=1), 1e-9) for one in (sine, cosine)
    )
    return np.asarray(sum(parts))


def _solved(x: Array, y: Array, frequency: float) -> tuple[float, list[float]]:
    """The squared error and the constants of 1, sine and cosine at a frequency."""
    angle = 2 * math.pi * frequency * x
    design = np.column_stack([np.ones(len(x)), np.sin(angle), np.cos(angle)])
    normal = design.T @ design + 1e-9 * np.eye(3)
    constants = np.linalg.solve(normal, design.T @ y)
    return float(((design @ constants - y) ** 2).sum()), constants.tolist()


def _refined(x: Array, y: Array, rate: float) -> float:
    """``rate`` after steps that bring the sine nearer, none that does not."""
    error, (a, b, c) = _solved(x, y, rate / (2 * math.pi))
    for _ in range(_TURNS):
        sine, cosine = np.sin(rate * x), np.cos(rate * x)
        slope = x * (b * cosine - c * sine)
        design = np.column_stack([np.ones(len(x)), sine, cosine, slope])
        step = float(np.linalg.lstsq(design, y - a - b * sine - c * cosine, rcond=None)[0][3])
        less, constants = _solved(x, y, (rate + step) / (2 * math.pi))
        if not less < error:
            break
        rate, error, (a, b, c) = rate + step, less, constants
    return rate
