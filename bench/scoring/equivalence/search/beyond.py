"""Beyond the domain: an identity holds there as well, as far as a path leads.

``tanh(1000*x)`` and ``sign(x)`` agree on [0.1, 10] to more digits than anybody carries, and
``sqrt(a**2 + b**2)`` and ``a`` where a is 1e21 times b. They differ where the variables have other
sizes. Both sides are looked at there in float64, each value with a bound on its error; what differs
for certain, at the end of a path on which neither meets a pole, a jump or the end of its domain,
is another function.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, numbers, symbols
from bench.scoring.equivalence.numerics.bounds import with_bound
from bench.scoring.equivalence.numerics.branches import unbroken
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.numerics.points import Rule

Array = NDArray[np.float64]

_ROWS = 32
_DECADES = (1.0, 4.0, 12.0)
"""How far variables are taken: by so many decades, up and down, together and each on its own."""
FURTHEST = 36.0
"""How far from 1 they are brought where nothing moved; further where numbers are larger."""
_PAST = 12.0
_ANYWHERE = 290.0
_STEPS = 256
_LOOKED_AT = 16
_CERTAIN = 100.0
"""Times the bound on rounding that a difference must be."""
_CLEAR = 1e-6
"""Share of the value that it must be: a witness that can be read."""


def rescaled(X: Array, rules: Sequence[Rule], seed: int = 0) -> tuple[Array, Array]:
    """Points of the domain, and where they are taken, both of shape (m, d); signs are kept.

    Variables are multiplied by one number, by one number each, alone, and brought to about 1.
    Integers stay integers.
    """
    random = np.random.default_rng(seed)
    start = X[:_ROWS]
    n, d = start.shape
    if d == 0:
        return start[:0], start[:0]
    moved = []
    for decades in _DECADES:
        moved += [
            start * 10.0 ** random.uniform(-decades, decades, (n, 1)),
            start * 10.0 ** random.uniform(-decades, decades, (n, d)),
        ]
        alone = np.zeros((n, d))
        alone[np.arange(n), random.integers(0, d, n)] = 1.0
        moved.append(start * 10.0 ** (alone * random.uniform(-decades, decades, (n, 1))))
    moved.append(np.sign(start) * 10.0 ** random.uniform(-1.0, 1.0, (n, d)))
    ends = _whole_where_they_are(np.concatenate(moved), rules)
    return np.tile(start, (len(moved), 1)), ends


def of_any_size(X: Array, rules: Sequence[Rule], decades: float) -> tuple[Array, Array]:
    """The same, each variable brought to any size, so that constants of any size meet their match.

    For two sides without constants that moved: what is left of those would matter out there.
    """
    start = X[:_ROWS]
    powers = np.random.default_rng(1).uniform(-decades, decades, start.shape)
    return start, _whole_where_they_are(np.sign(start) * 10.0**powers, rules)


def decades_of(*sides: Expression) -> float:
    """How many decades variables must go to meet the huge and the tiny numbers of ``sides``.

    ``atan(1e44*x)`` is no constant, and departs from one where x is below 1e-44.
    """
    sizes = [abs(log10(abs(value))) for side in sides for value in numbers(side) if value]
    return min(max(FURTHEST, _PAST + sum(size for size in sizes if size > _PAST)), _ANYWHERE)


def _whole_where_they_are(ends: Array, rules: Sequence[Rule]) -> Array:
    whole = [rule.kind == "integer" for _, rule in rules]
    ends[:, whole] = np.sign(ends[:, whole]) * np.maximum(1.0, np.round(np.abs(ends[:, whole])))
    return ends


def path(start: Array, end: Array) -> Array:
    """Points from one to the other, shape (k, d): every variable through equal ratios."""
    share = np.linspace(0.0, 1.0, _STEPS)[:, None]
    with np.errstate(all="ignore"):
        ratios = start * (end / start) ** share
    straight = start + (end - start) * share
    return np.where((start != 0.0) & (np.sign(start) == np.sign(end)), ratios, straight)


def apart_beyond(
    first: Expression, second: Expression, names: Sequence[str], start: Array, end: Array
) -> tuple[Array, Array] | None:
    """A point of the domain, and one on its branch beyond at which the two differ for certain.

    ``start`` and ``end`` are from ``rescaled``. Of two that use different variables the branch does
    not matter: ``max(x, y)`` is not x, though y be small on the domain.
    """
    anywhere = symbols(first) != symbols(second)
    with np.errstate(all="ignore"):
        seen = [compiled(side, names)(end) for side in (first, second)]
        far = np.abs(seen[0] - seen[1]) > _CLEAR * np.abs(seen[1])
    if not far.any():
        return None
    start, end = start[far], end[far]
    sides = [with_bound(side, names, end) for side in (first, second)]
    with np.errstate(all="ignore"):
        doubt = sides[0].bounds + sides[1].bounds
        excess = np.abs(sides[0].values - sides[1].values) / doubt
        excess = np.where(np.isfinite(excess) & np.isfinite(doubt), excess, 0.0)
        share = np.abs(sides[0].values - sides[1].values) / np.abs(sides[1].values)
    candidates = np.flatnonzero((excess > _CERTAIN) & (share > _CLEAR))
    nearby = np.argsort(_decades(start[candidates], end[candidates]))
    for row in candidates[nearby][:_LOOKED_AT].tolist():
        if anywhere or unbroken((first, second), names, path(start[row], end[row])):
            return start[row], end[row]
    return None


def _decades(start: Array, end: Array) -> Array:
    """How far each point was taken, shape (n,)."""
    with np.errstate(all="ignore"):
        ratios = np.abs(np.log10(np.abs(end / start)))
    return np.asarray(np.where(np.isfinite(ratios), ratios, 0.0).sum(axis=1))
