"""Uncertainty of means over runs: the two-level bootstrap, and Wilson's interval at the edges."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

RESAMPLES = 2000
_SEED = 0
_AT_ONCE = 1_000_000  # draws held for one chunk of resamples, as how often each problem is drawn
_NUMBERED = 50_000  # draws held one by one
_Z = 1.959963984540054  # the normal quantile of 0.975


def intervals(values: Floats, problems: Ints, shares: NDArray[np.bool_]) -> Floats:
    """95 % intervals, of shape (2, m), of the means of ``values`` (n runs, m measures).

    ``problems``, of shape (n,), says by a number from 0 on which problem a run is of. A run that
    has no value (nan) is left out. Problems are the sample and runs of one problem are repeats:
    whole problems are drawn, then runs within each (Davison and Hinkley, Bootstrap Methods and
    their Application, 1997, section 3.8); ends are percentiles. Problems are drawn one by one;
    what the draws of their runs add is normal, of the variance that such draws have. With one run
    a problem that is the percentile bootstrap. The seed is fixed and sums are exact: the same
    runs have the same interval.

    Measures marked in ``shares``, of shape (m,), are of yes (1) and no (0). Where all runs agree,
    no resample differs, and the interval is Wilson's, of as many trials as there are problems
    (Wilson, JASA 22, 1927). nan for fewer than two problems: one says nothing about others.
    """
    known = ~np.isnan(values)
    found = np.full((2, values.shape[1]), np.nan)
    alike: dict[bytes, list[int]] = {}
    for column, mask in enumerate(known.T):
        alike.setdefault(mask.tobytes(), []).append(column)
    for columns in alike.values():
        mask = known[:, columns[0]]
        names, numbers = np.unique(problems[mask], return_inverse=True)
        if len(names) >= 2:
            found[:, columns] = _of(values[mask][:, columns], numbers, len(names), shares[columns])
    return found


def _of(values: Floats, numbers: Ints, problems: int, shares: NDArray[np.bool_]) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):  # of what is past all numbers, none is said
        means = _resampled(values, numbers, problems)
    means = np.clip(means, values.min(axis=0), values.max(axis=0))
    found: Floats = np.quantile(means, [0.025, 0.975], axis=0)
    for column in np.flatnonzero(shares & (values == values[0]).all(axis=0)):
        found[:, column] = wilson(float(values[0, column]) * problems, problems)
    return found


def _resampled(values: Floats, numbers: Ints, problems: int) -> Floats:
    """The means, of shape (``RESAMPLES``, m), of resamples."""
    order = np.argsort(numbers, kind="stable")
    counts = np.bincount(numbers, minlength=problems)
    starts = np.cumsum(counts) - counts
    sums = np.add.reduceat(values[order], starts)
    off = values[order] - np.repeat(sums / counts[:, None], counts, axis=0)
    facts = np.hstack([counts[:, None], sums, np.add.reduceat(off**2, starts)])
    exact = _exact(facts, problems)
    chunks = range(0, RESAMPLES, _rows(problems))
    drawn = np.concatenate([_draws(problems, start) @ exact for start in chunks])
    runs, totals, variances = np.split(drawn, [1, 1 + values.shape[1]], axis=1)
    means: Floats = (totals + np.sqrt(variances) * _normal()) / runs
    return means


def _rows(problems: int) -> int:
    """Resamples of one chunk."""
    return min(RESAMPLES, max(1, _AT_ONCE // problems))


@lru_cache(maxsize=8)  # a thousand methods on as many problems draw once
def _draws(problems: int, start: int) -> Floats:
    """How often each resample of the chunk from ``start`` on draws each problem: (r, problems)."""
    rng = np.random.Generator(np.random.PCG64([_SEED, 0, start]))
    times = np.empty((min(_rows(problems), RESAMPLES - start), problems))
    step = max(1, _NUMBERED // problems)
    for first in range(0, len(times), step):
        part = times[first : first + step]
        places = rng.integers(problems, size=part.shape)
        places += np.arange(len(part))[:, None] * problems
        part[:] = np.bincount(places.ravel(), minlength=part.size).reshape(part.shape)
    return times


@lru_cache(maxsize=1)
def _normal() -> Floats:
    """A standard normal number for each resample: (``RESAMPLES``, 1)."""
    rng = np.random.Generator(np.random.PCG64([_SEED, 1]))
    return rng.standard_normal((RESAMPLES, 1))


def _exact(facts: Floats, problems: int) -> Floats:
    """``facts`` cut to so few bits that no sum over a resample is rounded, in whatever order."""
    _, bits = np.frexp(np.abs(facts).max(axis=0) * problems)
    cut: Floats = np.ldexp(np.rint(np.ldexp(facts, 52 - bits)), bits - 52)
    return cut


def wilson(yes: float, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, ``yes`` of ``trials``."""
    share, z2 = yes / trials, _Z * _Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = (
        _Z
        / (1 + z2 / trials)
        * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    )
    return max(0.0, middle - half), min(1.0, middle + half)
