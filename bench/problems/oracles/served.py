"""What an oracle serves in place of its law: parts of it corrupted, noise, or a network.

The variants of FIND (arXiv:2309.03886, section 3.1). Everything is of operations that every
machine rounds alike, summed one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression
from bench.problems.portable import evaluate_portably

Array = NDArray[np.float64]
NoiseFamily = Literal["normal", "uniform", "poisson"]

WIDTH = 0.1
"""The standard deviation of corrupted answers."""
_ROWS = 1024
_RIDGE = 1e-9


@dataclass(frozen=True)
class Clean:
    """The law itself."""


@dataclass(frozen=True)
class Corrupted:
    """Between ``low`` and ``high`` (either may be infinite) answers are drawn about ``mean``,
    which is that of the law over its range, with a deviation of ``WIDTH``."""

    low: float
    high: float
    mean: float

    def inside(self, x: Array) -> NDArray[np.bool_]:
        """Which of ``x`` (n,) lie there."""
        return (self.low <= x) & (x <= self.high)


@dataclass(frozen=True)
class Noisy:
    """Noise of scale 1 on every answer: normal, uniform on [-1, 1], or Poisson's of mean 1."""

    family: NoiseFamily


@dataclass(frozen=True)
class Approximated:
    """A network of one hidden layer of 64 rectified units, with kinks at ``knots``.

    FIND trains its networks by Adam, which is not the same bits anywhere. This one has its kinks
    where they are drawn, and its other weights by least squares on 1,024 even points of the
    law's range: the best that such a network can do. Away from its kinks it is linear.
    """

    knots: tuple[float, ...]


Serving: TypeAlias = Clean | Corrupted | Noisy | Approximated
VARIANTS = {Clean: "clean", Corrupted: "corrupted", Noisy: "noise", Approximated: "network"}
"""What they are called."""


def law_values(law: Expression, x: Array) -> Array:
    """The law's values at ``x`` (n,): nan where it has none."""
    values = evaluate_portably(law, ["x0"], x[:, None])
    return np.where(np.isfinite(values), values, np.nan)


def served_values(
    serving: Serving, law: Expression, limits: tuple[float, float], x: Array
) -> Array:
    """What is served at ``x`` (n,), but for what is random; ``limits`` are the law's range."""
    if isinstance(serving, Approximated):
        return _network(serving, law, limits)(x)
    values = law_values(law, x)
    if isinstance(serving, Corrupted):
        return np.where(serving.inside(x), serving.mean, values)
    return values


def disturbance(serving: Serving, x: Array, normal: Array, uniform: Array) -> Array:
    """What is added to the answers at ``x`` (n,), from draws (n,) of both kinds."""
    if isinstance(serving, Corrupted):
        return np.where(serving.inside(x), WIDTH * normal, 0.0)
    if not isinstance(serving, Noisy):
        return np.zeros(len(x))
    if serving.family == "normal":
        return normal
    return 2.0 * uniform - 1.0 if serving.family == "uniform" else _poisson(uniform)


def _poisson(uniform: Array) -> Array:
    """Poisson's of mean 1, by inversion: P(k) = 1/(e k!)."""
    bounds = np.add.accumulate([1.0 / (math.e * math.factorial(k)) for k in range(19)])
    return np.searchsorted(bounds, uniform, side="right").astype(np.float64)


def mean_over(law: Expression, limits: tuple[float, float]) -> float:
    """The mean of the law's finite values on even points of its range."""
    values = law_values(law, even(limits, 257))
    finite = values[np.isfinite(values)]
    return float(np.add.accumulate(finite)[-1] / len(finite)) if len(finite) else 0.0


def even(limits: tuple[float, float], count: int) -> Array:
    """``count`` even points of a range, its ends among them: shape (count,)."""
    low, high = limits
    return low + (high - low) * (np.arange(count) / (count - 1))


@lru_cache(maxsize=64)
def _network(
    network: Approximated, law: Expression, limits: tuple[float, float]
) -> Callable[[Array], Array]:
    """A function of the network: linear between its kinks, so that its values there are all."""
    nodes = np.array([limits[0], *network.knots, limits[1]])
    x = even(limits, _ROWS)
    y = law_values(law, x)
    finite = np.isfinite(y)
    heights = _least_squares(nodes, x[finite], y[finite])
    slopes = np.diff(heights) / np.diff(nodes)

    def values(at: Array) -> Array:
        cell = np.clip(np.searchsorted(nodes, at, side="right") - 1, 0, len(slopes) - 1)
        return np.asarray(heights[cell] + (at - nodes[cell]) * slopes[cell])

    return values


def _least_squares(nodes: Array, x: Array, y: Array) -> Array:
    """The values at ``nodes`` of the nearest function that is linear between them.

    The normal equations are tridiagonal. A little weight on even values decides what no point does.
    """
    count = len(nodes)
    cells = np.clip(np.searchsorted(nodes, x, side="right") - 1, 0, count - 2)
    right = (x - nodes[cells]) / (nodes[cells + 1] - nodes[cells])
    diagonal, beside, target = [_RIDGE] * count, [0.0] * count, [0.0] * count
    for cell, r, value in zip(cells.tolist(), right.tolist(), y.tolist(), strict=True):
        left = 1.0 - r
        diagonal[cell] += left * left
        diagonal[cell + 1] += r * r
        beside[cell] += left * r
        target[cell] += left * value
        target[cell + 1] += r * value
    for k in range(count - 1):
        diagonal[k] += _RIDGE
        diagonal[k + 1] += _RIDGE
        beside[k] -= _RIDGE
    for k in range(1, count):
        factor = beside[k - 1] / diagonal[k - 1]
        diagonal[k] -= factor * beside[k - 1]
        target[k] -= factor * target[k - 1]
    for k in range(count - 1, -1, -1):
        above = beside[k] * target[k + 1] if k + 1 < count else 0.0
        target[k] = (target[k] - above) / diagonal[k]
    return np.array(target)
