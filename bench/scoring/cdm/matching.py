"""Which tokens of two printed formulas are the same ones at the same place.

Section 3 of arXiv:2409.03643: tokens are assigned at the least cost, then those are kept that one
translation and scale explains, and no pair of different tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.scoring.cdm.typesetting import Typeset

Array = NDArray[np.float64]

FAR, NEAR = 20.0, 8.0
"""Pixels that a token may be off: as published, and less than a script is raised."""
_PLACE, _ORDER = 0.05, 0.15
_ROUNDS = 5
_MOST_RESIDUALS = 2_000_000
"""Of one round: samples times pairs. Up to 158 pairs, all samples are looked at."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """``matched`` tokens of ``predicted`` and of ``true`` ones."""

    matched: int
    predicted: int
    true: int

    @property
    def recall(self) -> float:
        """The share of the true tokens that are matched."""
        return self.matched / self.true

    @property
    def precision(self) -> float:
        """The share of the predicted tokens that are matched; 0 where there are none."""
        return self.matched / self.predicted if self.predicted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both, to three decimals as published."""
        return round(2.0 * self.matched / (self.predicted + self.true), 3)


def likeness(prediction: Typeset, truth: Typeset, tolerance: float = FAR) -> Likeness:
    """How many tokens match; ``tolerance`` is how far off one may be, in pixels."""
    from scipy.optimize import linear_sum_assignment

    differ = np.array([[a != b for b in prediction.tokens] for a in truth.tokens], dtype=float)
    cost = differ + _PLACE * _apart(truth, prediction) + _ORDER * _out_of_order(differ.shape)
    rows, columns = linear_sum_assignment(cost)
    kept = _in_consensus(truth.centres[rows], prediction.centres[columns], tolerance)
    matched = int((kept & (differ[rows, columns] == 0.0)).sum())
    return Likeness(matched, len(prediction.tokens), len(truth.tokens))


def _apart(truth: Typeset, prediction: Typeset) -> Array:
    """Mean difference of the sides of two boxes, in widths and heights of their images."""
    one, other = (part.boxes / np.tile(part.size, 2) for part in (truth, prediction))
    return np.asarray(np.abs(one[:, None] - other[None]).mean(axis=2))


def _out_of_order(shape: tuple[int, ...]) -> Array:
    n, m = shape
    return np.asarray(np.abs(np.arange(n)[:, None] - np.arange(m)[None]) / max(n, m))


def _in_consensus(source: Array, target: Array, tolerance: float) -> NDArray[np.bool_]:
    """The pairs of points (n, 2) that few translations and scales explain.

    The best map's pairs are accepted, then those of the best for the rest, up to five times;
    the last two or fewer stay out. Where there are no more than two at all, both are accepted.
    """
    accepted = np.full(len(source), len(source) <= 2)
    rest = np.flatnonzero(~accepted)
    for _ in range(_ROUNDS):
        if len(rest) <= 2:
            break
        inside = _best_inliers(source[rest], target[rest], tolerance)
        if not inside.any():
            break
        accepted[rest[inside]] = True
        rest = rest[~inside]
    return accepted


def _best_inliers(source: Array, target: Array, tolerance: float) -> NDArray[np.bool_]:
    """The pairs within ``tolerance`` of the map of two of them that has most, then closest.

    A map moves all points by the same, and spreads them about their own mean. A lone inlier is
    none: of two points every map is half right.
    """
    n = len(source)
    i, j = np.triu_indices(n, 1)
    step = -(-len(i) * n // _MOST_RESIDUALS)
    i, j = i[::step], j[::step]
    shift = (target[i] + target[j] - source[i] - source[j]) / 2.0
    spread = _length(target[i] - target[j]) / (_length(source[i] - source[j]) + 1e-10)
    mean = source.mean(axis=0)
    moved = spread[:, None, None] * (source - mean) + mean + shift[:, None]
    residual = _length(moved - target)
    inside = residual <= tolerance
    counts = inside.sum(axis=1)
    error = np.where(inside, residual, 0.0).sum(axis=1)
    best = int(np.lexsort((error, -counts))[0])
    return np.asarray(inside[best])


def _length(vectors: Array) -> Array:
    return np.asarray(np.sqrt((vectors**2).sum(axis=-1)))
