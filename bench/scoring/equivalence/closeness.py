"""What "constants within a relative tolerance" means, and how it is measured.

Constants of a prediction cannot be compared with the truth's one by one: ``0.5*x*y`` may come as
``0.413*x*(1.2106538*y)``, and a superfluous ``+ 0.0002`` has moved by 100 % when it becomes 0 and
has changed nothing. What counts is therefore the effect. A prediction that some constants make the
law is within the tolerance ``tol`` if, at 95 % of the points of the domain, either

(A) it is within ``tol`` of the truth's value: |p - t| <= tol * scale, with ``scale`` = |t|, or the
    10 % quantile of |t| over the domain where t is smaller (near its zeros); or
(B) every constant that makes it the law is within ``tol``, relatively, of the one it has, or makes
    no difference (A) if it is left as it is; and p is no further from t than a change of ``tol``
    in one of the truth's own constants brings about (``Law.reach``).

A is what a change of an overall factor amounts to. B is for constants inside a fast function: with
x up to 100, ``exp(0.5001*x)`` is 1 % from ``exp(0.5*x)``, though the constant is right to 2e-4.
B's last clause is for constants that cancel: ``1000.5*x - 999*x`` is not 1.0*x.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.scoring.equivalence.law import Law

Array = NDArray[np.float64]

SHARE = 0.95


def excess(value: Array, law: Law, tolerance: float, unit: Array) -> Array:
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
