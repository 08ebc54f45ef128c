"""Two methods on the same runs: the difference, its interval, and whether chance would do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.leaderboard.statistics.intervals import Floats, Ints, intervals, wilson

Test = Literal["exact McNemar", "signed-rank", "none"]


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of one method less that of another, over the runs that both made.

    ``low`` and ``high`` are the ends of its 95 % interval. ``won``, ``lost`` and ``tied`` count
    problems. ``p`` is two-sided, and nan where there is no test.
    """

    problems: int
    difference: float
    low: float
    high: float
    won: int
    lost: int
    tied: int
    test: Test
    p: float


def paired_difference(first: Floats, second: Floats, problems: Ints, share: bool) -> Difference:
    """Compare two methods by their values, of shape (n,), on the same n runs.

    ``problems``, of shape (n,), says on which problem a run is; ``share``: values are 1 or 0.
    The interval is drawn on two levels, of the differences, as in ``intervals``. The test is
    McNemar's exact one (Psychometrika 12, 1947) for shares with one run of each problem; else
    Wilcoxon's signed-rank test (Biometrics Bulletin 1, 1945) of the problems' mean differences,
    of which those that are zero are left out.
    """
    differences = first - second
    if not len(differences):
        return Difference(0, np.nan, np.nan, np.nan, 0, 0, 0, "none", np.nan)
    means, test = _means(differences, problems, share)
    won, lost = int((means > 0).sum()), int((means < 0).sum())
    low, high = _interval(differences, problems, share, len(means))
    tied = len(means) - won - lost
    p = _p(means, test)
    return Difference(len(means), float(differences.mean()), low, high, won, lost, tied, test, p)


def paired_p(first: Floats, second: Floats, problems: Ints, share: bool) -> float:
    """The ``p`` of ``paired_difference`` alone; nan where there is no run."""
    if not len(first):
        return np.nan
    return _p(*_means(first - second, problems, share))


def _means(differences: Floats, problems: Ints, share: bool) -> tuple[Floats, Test]:
    """The mean difference on each problem, and the test that they ask for."""
    _, numbers = np.unique(problems, return_inverse=True)
    counts = np.bincount(numbers)
    means: Floats = np.bincount(numbers, differences) / counts
    # Sums of thirds are not zero to the last bit where they should be.
    means[np.abs(means) < 1e-12 * max(1.0, float(np.abs(differences).max()))] = 0.0
    return means, "exact McNemar" if share and counts.max() == 1 else "signed-rank"


def _p(means: Floats, test: Test) -> float:
    if test == "exact McNemar":
        return _mcnemar(int((means > 0).sum()), int((means < 0).sum()))
    return _signed_rank(means)


def _interval(differences: Floats, problems: Ints, share: bool, n: int) -> tuple[float, float]:
    low, high = intervals(differences[:, None], problems, np.array([False]))[:, 0]
    if share and n >= 2 and (differences == differences[0]).all():
        # No resample differs; what Wilson says of the problems that might have.
        short, long = wilson(abs(float(differences[0])) * n, n)
        ends = {0.0: (-long, long), 1.0: (short, long), -1.0: (-long, -short)}
        return ends[float(differences[0])]
    return float(low), float(high)


def _mcnemar(won: int, lost: int) -> float:
    from scipy.stats import binomtest

    return float(binomtest(won, won + lost).pvalue) if won + lost else 1.0


def _signed_rank(means: Floats) -> float:
    from scipy.stats import wilcoxon

    moved = means[means != 0]
    return float(wilcoxon(moved).pvalue) if len(moved) else 1.0


def holm(p: Sequence[float]) -> Floats:
    """p values made good for being several (Holm, Scandinavian Journal of Statistics 6, 1979).

    nan stays nan and does not count.
    """
    values = np.array(p, float)
    asked = np.flatnonzero(~np.isnan(values))
    order: NDArray[np.intp] = asked[np.argsort(values[asked], kind="stable")]
    steps = values[order] * np.arange(len(order), 0, -1)
    values[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return values
