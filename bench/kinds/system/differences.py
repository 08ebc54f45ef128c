"""Rates estimated from trajectories: by differences, by smoothed differences, or weakly.

All are local: a polynomial through or close to the points next to one another, so that times need
not be even. Savitzky and Golay's filter is the case of even times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.problems.systems.data import Estimate, Trajectory

Array = NDArray[np.float64]

_DEGREE = 4
_WINDOWS = (7, 11, 17, 25, 35, 51)
_CURVED = ((9, 6), (13, 8), (17, 8), (25, 8), (15, 10), (17, 12), (19, 14))
"""Windows and higher degrees, for states with so little noise that they bear them."""
_CHOICES = (*((width, _DEGREE) for width in _WINDOWS), *_CURVED)
_WEIGHTED = _CHOICES[:4]
"""Windows for test functions: over longer ones the mean of a state is none of its states."""
_BLOCK = 4096
_JUDGED = 1024
"""Points that are enough to choose a window by."""
_DOUBTFUL = 10.0
"""Times the median difference of two estimates: where they differ by more, neither is known."""
_ALIKE = 1e-9
"""A difference of two estimates, as a share of the rates' size, that never makes a doubt."""
_DIFFERENCES = 2.0
"""Times the difference of two estimates: of smooth states, nearly all are off by less."""
_AT_REST = 4.0 * float(np.finfo(np.float64).eps)
_POWER = 4
"""Of the test functions (1 - s^2)^4: they and three derivatives vanish at the ends."""


@dataclass(frozen=True)
class Estimated:
    """A trajectory with ``dx``; ``sure`` (n, states) says which of its rates are well known.

    ``errors`` (states,) is about what these are off by, and 0 where nobody knows.
    """

    trajectory: Trajectory
    sure: NDArray[np.bool_]
    errors: Array

    @property
    def rates(self) -> Array:
        """The rates (n, states)."""
        assert self.trajectory.dx is not None
        return self.trajectory.dx


def with_rates(trajectory: Trajectory, how: Estimate = "smoothed") -> Estimated:
    """The rates along ``trajectory``, and ``x`` as smooth as their estimate took it to be.

    ``differences``: the derivative of the polynomial through the 5 points next to a time.
    ``smoothed``: of the polynomial closest to the points next to it, of degree 4 over 7 to 51
    points, or of a higher degree, as leaving each point out in turn fits best. At the ends and
    where a state changes fast, two windows may give two rates: those are not ``sure``.
    ``weak``: states and rates weighted by test functions over as many points, the rate by parts,
    -int(x phi') / int(phi): nothing is differentiated (Messenger and Bortz 2021,
    doi:10.1137/20M1343166). Rates that are disclosed stay as they are. Of fewer points the
    polynomial is of a lower degree.
    """
    if trajectory.dx is not None:
        given = _Smooth.alike(trajectory.x, trajectory.dx)
        return Estimated(trajectory, given.sure, given.errors)
    return _METHODS[how](trajectory.t, trajectory.x).along(trajectory)


@dataclass(frozen=True)
class _Smooth:
    """States and rates, which rates are well known, each (n, states), and the errors of those."""

    x: Array
    rates: Array
    sure: NDArray[np.bool_]
    errors: Array

    @classmethod
    def alike(cls, x: Array, rates: Array) -> _Smooth:
        """Rates of which none is better known than another."""
        return cls(x, rates, np.ones(x.shape, dtype=np.bool_), np.zeros(x.shape[1]))

    def along(self, trajectory: Trajectory) -> Estimated:
        """The same of ``trajectory``, whose states at rest stay there: no rounding moves them."""
        size = np.abs(trajectory.x).max(axis=0, initial=0.0)
        at_rest = np.ptp(trajectory.x, axis=0) <= _AT_REST * size
        rates = np.where(at_rest, 0.0, self.rates)
        return Estimated(replace(trajectory, x=self.x, dx=rates), self.sure, self.errors)


def _differences(t: Array, x: Array) -> _Smooth:
    _, slope, _ = _local(t, x, min(5, len(t)), _DEGREE)
    return _Smooth.alike(x, slope)


def _smoothed(t: Array, x: Array) -> _Smooth:
    found = _Smooth.alike(np.empty(x.shape), np.empty(x.shape))
    for (width, degree), own in _chosen(t, x):
        found.x[:, own], found.rates[:, own], _ = _local(t, x[:, own], width, degree)
        if width + 2 <= len(t):
            _, other, _ = _local(t, x[:, own], width + 2, degree)
            apart = np.abs(found.rates[:, own] - other)
            found.sure[:, own] = sure = _alike(apart, found.rates[:, own])
            found.errors[own] = _DIFFERENCES * np.sqrt(np.mean(apart**2, axis=0, where=sure))
    return found


def _alike(apart: Array, rates: Array) -> NDArray[np.bool_]:
    size = np.sqrt(np.mean(rates**2, axis=0))
    bound = np.maximum(_DOUBTFUL * np.median(apart, axis=0), _ALIKE * size)
    return np.asarray(apart <= bound, dtype=np.bool_)


def _weak(t: Array, x: Array) -> _Smooth:
    """States and rates in the mean of a test function over each window."""
    value, rate = np.empty(x.shape), np.empty(x.shape)
    for (width, _), own in _chosen(t, x, _WEIGHTED):
        if width < 5:
            return _differences(t, x)
        value[:, own], rate[:, own] = _weighted(t, x[:, own], width)
    return _Smooth.alike(value, rate)


def _weighted(t: Array, x: Array, width: int) -> tuple[Array, Array]:
    rows = _windows(len(t), width)
    times, states = t[rows], x[rows]
    middle, half = (times[:, -1:] + times[:, :1]) / 2, (times[:, -1:] - times[:, :1]) / 2
    s = (times - middle) / half
    bump = (1.0 - s * s) ** _POWER
    slope = -2.0 * _POWER * s * (1.0 - s * s) ** (_POWER - 1) / half
    weight = np.gradient(times, axis=1)
    mass = (bump * weight).sum(axis=1)[:, None]
    centred = states - states.mean(axis=1, keepdims=True)
    rate = -np.einsum("nws,nw->ns", centred, slope * weight) / mass
    return np.einsum("nws,nw->ns", states, bump * weight) / mass, rate


_METHODS: Mapping[str, Callable[[Array, Array], _Smooth]] = {
    "differences": _differences, "smoothed": _smoothed, "weak": _weak,
}  # fmt: skip


def _chosen(
    t: Array, x: Array, choices: tuple[tuple[int, int], ...] = _CHOICES
) -> Iterator[tuple[tuple[int, int], NDArray[np.intp]]]:
    """Windows with degrees, and the states whose fits they predict best at points left out.

    Of few points, all are the window.
    """
    fitting = [one for one in choices if one[0] <= len(t)] or [(len(t), _DEGREE)]
    errors = np.empty((len(fitting), x.shape[1]))
    t, x = t[:_JUDGED], x[:_JUDGED]
    for row, (width, degree) in enumerate(fitting):
        value, _, leverage = _local(t, x, width, degree)
        left_out = (x - value) / np.maximum(1.0 - leverage, 1e-6)[:, None]
        errors[row] = np.mean(left_out**2, axis=0)
    best = errors.argmin(axis=0)
    for row in np.unique(best).tolist():
        yield fitting[row], np.flatnonzero(best == row)


def _windows(n: int, width: int) -> NDArray[np.int64]:
    """For each of ``n`` points the ``width`` next to it: shape (n, width)."""
    first = np.clip(np.arange(n) - width // 2, 0, n - width)
    return first[:, None] + np.arange(width)


def _local(t: Array, x: Array, width: int, degree: int) -> tuple[Array, Array, Array]:
    """Values and slopes of the closest local polynomials at each time, of shape (n, states), and
    how much of a value is the point itself, of shape (n,)."""
    degree = min(degree, width - 1)
    rows = _windows(len(t), width)
    value, slope, leverage = np.empty(x.shape), np.zeros(x.shape), np.empty(len(t))
    for begin in range(0, len(t), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        near, here = t[rows[block]], t[block, None]
        scale = np.abs(near - here).max(axis=1, keepdims=True) if width > 1 else 1.0 + 0.0 * here
        powers = ((near - here) / scale)[:, :, None] ** np.arange(degree + 1)
        inverse = np.linalg.pinv(powers)[:, :2]
        coefficients = np.einsum("npw,nws->pns", inverse, x[rows[block]])
        value[block] = coefficients[0]
        if degree:
            slope[block] = coefficients[1] / scale
        own = (rows[block] == np.arange(len(t))[block, None]).argmax(axis=1)
        leverage[block] = inverse[np.arange(len(own)), 0, own]
    return value, slope, leverage
