"""How noisy a target is: what neighbours do not have in common.

What a smooth surface, or a formula, leaves over of a target is alike at rows that lie side by side
where the surface is at fault, and is not where it is noise. Half the square of the difference to
the nearest neighbour is the noise's variance, and something more (von Neumann, Annals of
Mathematical Statistics 12, 1941; Rice, Annals of Statistics 12, 1984; in more dimensions the delta
test: Pi and Peterson, Neural Computation 6, 1994). Medians are taken: a target of many decades is
bent at its largest values, and the noise is the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench import Expression, evaluate
from methods.laws.reduction.surface import fitted_surface, scaled_columns
from methods.mcts.language.tokens import Floats
from methods.refine import Refiner

_APART = 0.4
"""Of squares of differences of neighbours to those of all that is left: it is 1 for noise, and
within 0.2 for surfaces that are bent otherwise than the target."""
_MEDIAN = 0.4549
"""Of the square of a normal variable of variance 1."""
_ROUNDING = 10.0
"""Times the error of rounding: what is left within that is no noise that matters."""
_ROWS = 30
"""On fewer, the ratio is chance."""


@dataclass(frozen=True)
class Noise:
    """``deviation`` is at least the noise's, in the target's unit; ``sure`` if it is noise."""

    deviation: float
    sure: bool


def noise_of(data: Refiner, formula: Expression | None = None) -> Noise:
    """The noise of the target, by what a surface or, where that is less, ``formula`` leaves."""
    if len(data.y) < _ROWS:
        return Noise(0.0, sure=False)
    with np.errstate(all="ignore"):
        left = [data.y - fitted_surface(data.X, data.y, logarithms=False).values]
        if formula is not None:
            left.append(data.y - evaluate(formula, data.names, data.X))
        found = [_local(data.X, one) for one in left if np.isfinite(one).all()]
        size = float(np.sqrt(np.mean(data.y**2)))
    least = min(found, key=lambda one: one.deviation, default=Noise(0.0, sure=False))
    level = 0.0 if data.rounding is None else data.rounding.level(data.X, data.y)
    rounding = _ROUNDING * max(level, 1e-12) * size
    return least if least.deviation > rounding else Noise(least.deviation, sure=False)


def _local(X: Floats, left: Floats) -> Noise:
    from scipy.spatial import cKDTree  # half a second, which planning a run need not wait

    near = scaled_columns(X)
    nearest = cKDTree(near).query(near, k=2)[1][:, 1]
    local = float(np.median((left - left[nearest]) ** 2)) / 2
    whole = float(np.median(left**2))
    return Noise((local / _MEDIAN) ** 0.5, sure=local > _APART * whole)
