"""The constants of an outer function, so that what is inside is a sum of given columns.

What is left of the inside beside the columns, as a share of it, is made least from many starts at
once, by Gauss-Newton steps with Levenberg's damping: variable projection (Golub and Pereyra, 1973)
with the constants on the target's side.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from methods.laws.algebra.links import Link, Wrap
from methods.mcts.language.tokens import Floats

_STEPS = 30
"""Damped steps: twenty from far off, and the last ones double the digits."""
_DIFFERENCE = 1e-6
NEAR = 1e-6
"""Share of the inside that may be left: float32's rounding, seen through a function."""
_BENT = 1e-3
"""Share of a straight line's misfit that a bend may leave: three digits are no accident of a fit
with two constants more."""
_SAME = 1e-6
"""How near a power found by optimisation is to a simple fraction that it is."""
_LEAST, _MOST = -100.0, 14.0
"""No constant goes further: exp(14) ranges away a function is straight to six digits, and its bend
has ten left of float64's sixteen. Values of many decades are near their end by exp(-100)."""


def left_of(values: Floats, base: Floats) -> float:
    """What a sum of ``base`` (k, n) leaves of ``values`` (n,), as a share of their deviation."""
    q = np.linalg.qr(base.T)[0]
    centred = values - values.mean()
    return float(np.linalg.norm(centred - (centred @ q) @ q.T) / np.linalg.norm(centred))


def seen_through_links(
    link: Link, base: Floats, near: float = NEAR, straight: float = np.inf
) -> Iterator[tuple[Wrap, Floats]]:
    """How the target is wrapped, and what is inside, if that is a sum of ``base`` (k, n).

    It is one if no more than ``near`` is left of it. ``straight`` is what is left of the target
    itself: where that is as little, a bend must leave far less, for far from its end every function
    is a straight line, and fits what a line fits.
    """
    if straight < near:
        near = _BENT * straight
    q = np.linalg.qr(base.T)[0]
    with np.errstate(all="ignore"):
        theta, left = _descended(link, q, link.starts)
        least = int(np.argmin(left))
        if not left[least] < near:
            return
        found = _snapped(link, q, theta[least], float(left[least]))
        yield link.wrap(found), link.inverse(found[None])[0]


def _descended(link: Link, q: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Constants (m, p) after all steps from ``theta``, and what they leave (m,)."""
    damping = np.full(len(theta), 1e-2)
    residual = _residual(link, q, theta)
    left = np.linalg.norm(residual, axis=1)
    for _ in range(_STEPS):
        step = _step(link, q, theta, residual, damping)
        moved = np.clip(theta + step, _LEAST, _MOST)
        after = _residual(link, q, moved)
        less = np.linalg.norm(after, axis=1)
        better = less < left
        theta = np.where(better[:, None], moved, theta)
        residual = np.where(better[:, None], after, residual)
        left = np.where(better, less, left)
        damping = np.clip(np.where(better, damping / 10, damping * 10), 1e-12, 1e6)
    return theta, left


def _step(link: Link, q: Floats, theta: Floats, residual: Floats, damping: Floats) -> Floats:
    p = theta.shape[1]
    slopes = []
    for k in range(p):
        moved = theta.copy()
        moved[:, k] += _DIFFERENCE
        slopes.append((_residual(link, q, moved) - residual) / _DIFFERENCE)
    J = np.stack(slopes, axis=1)
    J[~np.isfinite(J).all(axis=(1, 2))] = 0.0
    normal = J @ J.transpose(0, 2, 1)
    diagonal = np.einsum("mkk->mk", normal)
    diagonal *= 1 + damping[:, None]
    diagonal += 1e-300
    right = np.einsum("mkn,mn->mk", J, np.where(np.isfinite(residual), residual, 0.0))
    return np.asarray(-np.linalg.solve(normal, right[:, :, None])[:, :, 0])


def _residual(link: Link, q: Floats, theta: Floats) -> Floats:
    """What of the inside the base leaves, in units of its deviation; inf where it is no number."""
    inside = link.inverse(theta)
    centred = inside - inside.mean(axis=1, keepdims=True)
    size = np.linalg.norm(centred, axis=1, keepdims=True)
    rest = (centred - (centred @ q) @ q.T) / size
    return np.where(np.isfinite(rest).all(axis=1, keepdims=True), rest, np.inf)


def _snapped(link: Link, q: Floats, theta: Floats, left: float) -> Floats:
    """The constants with the power made the simple fraction that it is, if the data allow it."""
    if not link.power:
        return theta
    power = next(
        (f for most in range(1, 100) if abs((f := _fraction(theta[0], most)) - theta[0]) < _SAME),
        None,
    )
    if power is None:
        return theta
    held = Link(
        lambda rest: link.inverse(np.column_stack([np.full(len(rest), power), rest])),
        link.wrap, theta[None, 1:],
    )  # fmt: skip
    rest, after = _descended(held, q, held.starts)
    return np.array([power, *rest[0]]) if after[0] < max(10 * left, NEAR / 100) else theta


def _fraction(value: float, most: int) -> float:
    return float(Fraction(float(value)).limit_denominator(most))
