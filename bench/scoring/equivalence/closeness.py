"""What "constants within a relative tolerance" means, and how it is measured.

Constants of a prediction cannot be compared with the truth's one by one: ``0.5*x*y`` may come as
``0.413*x*(1.2106538*y)``, and a superfluous ``+ 0.0002`` has moved by 100 % when it becomes 0 and
has changed nothing. What counts is their effect. A prediction that some constants make the law is
within the tolerance ``tol`` if, at 95 % of the points of the domain, it is no further from the
truth than a change of ``tol`` in one of the truth's own constants brings about
(``LawOnDomain.reach``), and if one of these holds:

(A) at 95 % of the points |p - t| <= tol * scale, with ``scale`` = |t|, or the 10 % quantile of |t|
    over the domain where t is smaller (near its zeros); and those changes of the truth's own
    constants that explain p - t best are within ``tol`` each: the written ones, a factor of the
    whole, and a factor of every term of every sum (``LawOnDomain.own_changes``);
(B) every constant that makes p the law is within ``tol``, relatively, of the one it has, but for
    those that become 0; and all terms that vanish make no more than ``tol`` of p together.

A is for constants that work together. Its second half is for terms that matter little on the
domain: with a ten thousandth of ``x + 1e-4*x**2`` in its second term, ``x + 2e-4*x**2`` is close,
but its constant is off by a factor of two. B is for constants inside a fast function: with x up to
100, ``exp(0.5001*x)`` is 1 % from ``exp(0.5*x)``, though the constant is right to 2e-4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bench.scoring.equivalence.law import LawOnDomain

Array = NDArray[np.float64]

SHARE = 0.95
ZERO = 1e-9
"""A constant that shrinks to this part of itself becomes 0."""


def excess(value: Array, law: LawOnDomain, tolerance: float, unit: Array) -> Array:
    """|p - t| in units of ``tolerance * unit``: at most 1 where a point is within it, shape (n,).

    Points at which ``value`` is not finite are infinitely far.
    """
    with np.errstate(all="ignore"):
        distance = np.abs(value - law.y) / (tolerance * unit)
    return np.where(np.isfinite(distance), distance, np.inf)


def mostly_within(distances: Array) -> bool:
    """Whether all but 5 % of the points are within the tolerance."""
    return bool(np.mean(distances <= 1.0) >= SHARE)


def moved_far(start: Array, end: Array, tolerance: float) -> NDArray[np.bool_]:
    """Which constants are further than ``tolerance`` from where they were, relatively."""
    far: NDArray[np.bool_] = np.abs(end - start) > tolerance * np.abs(end)
    return far


def vanished(start: Array, end: Array) -> NDArray[np.bool_]:
    """Which constants became 0."""
    gone: NDArray[np.bool_] = np.abs(end) <= ZERO * np.abs(start)
    return gone
