"""Uncertainty of means over runs: the two-level bootstrap, and Wilson's interval at the edges."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

RESAMPLES = 2000
_OF_ONE = 200
"""Resamples kept of the runs of each problem; each resample of problems takes one of them."""
_SEED = 0
_AT_ONCE = 2_000_000  # numbers held for one chunk of resamples: 16 MB
_Z = 1.959963984540054  # the normal quantile of 0.975


def intervals(values: Floats, problems: Ints, shares: NDArray[np.bool_]) -> Floats:
    """95 % intervals, of shape (2, m), of the means of ``values`` (n runs, m measures).

    ``problems``, of shape (n,), says by a number from 0 on which problem a run is of. A run that
    has no value (nan) is left out. Problems are the sample and runs of one problem are repeats:
    whole problems are drawn, then runs within each (Davison and Hinkley, Bootstrap Methods and
    their Application, 1997, section 3.8); ends are percentiles. With one run a problem that is
    the percentile bootstrap. The seed is fixed: the same runs have the same interval.

    Measures marked in ``shares``, of shape (m,), are of yes (1) and no (0). Where all runs agree,
    no resample differs, and the interval is Wilson's, of as many trials as there are problems
    (Wilson, JASA 22, 1927). nan for fewer than two problems: one says nothing about others.
    """
    known = ~np.isnan(values)
    found = np.full((2, values.shape[1]), np.nan)
    for mask in np.unique(known, axis=1).T:
        columns = np.flatnonzero((known == mask[:, None]).all(axis=0))
        names, numbers = np.unique(problems[mask], return_inverse=True)
        if len(names) >= 2:
            found[:, columns] = _of(values[mask][:, columns], numbers, len(names), shares[columns])
    return found


def _of(values: Floats, numbers: Ints, problems: int, shares: NDArray[np.bool_]) -> Floats:
    means = np.concatenate(list(_resampled(values, numbers, problems)))
    found: Floats = np.quantile(means, [0.025, 0.975], axis=0)
    for column in np.flatnonzero(shares & (values == values[0]).all(axis=0)):
        found[:, column] = wilson(float(values[0, column]) * problems, problems)
    return found


def _resampled(values: Floats, numbers: Ints, problems: int) -> Iterator[Floats]:
    """The means, of shape (r, m), of ``RESAMPLES`` resamples, some at a time."""
    rng = np.random.Generator(np.random.PCG64(_SEED))
    sums, counts = _within(values, numbers, problems)
    rows = max(1, _AT_ONCE // (problems * values.shape[1]))
    for start in range(0, RESAMPLES, rows):
        size = (min(rows, RESAMPLES - start), problems)
        drawn = rng.integers(problems, size=size)
        which = rng.integers(len(sums), size=size) if len(sums) > 1 else 0
        yield sums[which, drawn].sum(axis=1) / counts[drawn].sum(axis=1)[:, None]


def _within(values: Floats, numbers: Ints, problems: int) -> tuple[Floats, Ints]:
    """Sums over resampled runs of each problem, of shape (resamples, p, m), and its run count."""
    order = np.argsort(numbers, kind="stable")
    counts = np.bincount(numbers, minlength=problems)
    starts = np.cumsum(counts) - counts
    if counts.max() == 1:
        return values[order][None], counts
    rng = np.random.Generator(np.random.PCG64([_SEED, 1]))
    of_run = np.repeat(np.arange(problems), counts)
    sums = np.empty((_OF_ONE, problems, values.shape[1]))
    for draw in range(_OF_ONE):
        picked = starts[of_run] + rng.integers(counts[of_run])
        sums[draw] = np.add.reduceat(values[order][picked], starts)
    return sums, counts


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
