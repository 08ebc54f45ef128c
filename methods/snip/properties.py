"""Four properties of a curve, which SNIP's encoders are asked to tell (arXiv:2310.02227, sec. 4).

A curve is ``y`` (n,), n of 3 or more, at rising x, of values within 0 .. 1: see ``curve``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STEP = 1e-3
_TRIPLES = 1000
_ON_THE_CHORD = 1e-9


def curve(x: Array, y: Array) -> tuple[Array, Array]:
    """``x`` (n,) in rising order, and ``y`` in that order, brought to 0 .. 1."""
    order = np.argsort(x, kind="stable")
    spread = np.ptp(y)
    return x[order], (y[order] - y.min()) / (spread if spread > 0 else 1.0)


def non_convexity(x: Array, y: Array) -> float:
    """The share of 1000 random triples whose middle point lies above the chord (NCR)."""
    random = np.random.default_rng(0)
    i, j, k = np.sort(_triples(len(y), random), axis=1).T
    width = np.where(x[k] > x[i], x[k] - x[i], 1.0)
    chord = y[i] + (y[k] - y[i]) * (x[j] - x[i]) / width
    return float(np.mean(y[j] > chord + _ON_THE_CHORD))


def _triples(n: int, random: np.random.Generator) -> NDArray[np.int64]:
    """_TRIPLES rows of three different places below ``n``."""
    first = random.integers(0, n, _TRIPLES)
    second = (first + random.integers(1, n, _TRIPLES)) % n
    third = random.integers(0, n - 2, _TRIPLES)
    for other in np.sort(np.stack([first, second]), axis=0):
        third = third + (third >= other)
    return np.stack([first, second, third], axis=1)


def upwardness(x: Array, y: Array) -> float:
    """Steps up less steps down, over the number of points."""
    steps = np.diff(y)
    return (np.count_nonzero(steps > _STEP) - np.count_nonzero(steps < -_STEP)) / len(y)


def oscillation(x: Array, y: Array) -> float:
    """The logarithm of 1 + how often steps change direction; small ones have none."""
    steps = np.diff(y)
    directions = np.sign(steps[np.abs(steps) > _STEP])
    return float(np.log1p(np.sum(directions[1:] != directions[:-1])))


def average(x: Array, y: Array) -> float:
    """The mean of the values."""
    return float(np.mean(y))


PROPERTIES: dict[str, Callable[[Array, Array], float]] = {
    "NCR": non_convexity,
    "upwardness": upwardness,
    "oscillation": oscillation,
    "average": average,
}
