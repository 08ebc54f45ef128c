"""Many methods on the same problems: mean ranks, Friedman's test, Nemenyi's critical difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.leaderboard.statistics.intervals import Floats

_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Ranks:
    """How methods rank over problems; 1 is best.

    ``mean`` has a rank for each method. ``p`` is of Friedman's test that there is no difference
    at all. Two methods differ, at the level of 5 %, where their mean ranks are further apart than
    ``critical``; ``alike`` holds the largest sets of methods, by their numbers and best first,
    within which none do. Where Friedman's test sees no difference, all are alike.
    """

    problems: int
    mean: tuple[float, ...]
    p: float
    critical: float
    alike: tuple[tuple[int, ...], ...]


def ranks(values: Floats, higher_is_better: bool) -> Ranks | None:
    """Rank k methods on p problems by ``values``, of shape (p, k).

    Ties share their mean rank. None for fewer than three methods or two problems, of which these
    tests say nothing. (Demsar, Statistical Comparisons of Classifiers over Multiple Data Sets,
    JMLR 7, 2006, section 3.2.)
    """
    from scipy.stats import friedmanchisquare, rankdata, studentized_range

    problems, methods = values.shape
    if methods < 3 or problems < 2:
        return None
    mean = rankdata(-values if higher_is_better else values, axis=1).mean(axis=0)
    # Where all tie on every problem, the statistic is 0 of 0.
    tied = bool((values == values[:, :1]).all())
    p = 1.0 if tied else float(friedmanchisquare(*values.T).pvalue)
    quantile = float(studentized_range.ppf(1 - _LEVEL, methods, np.inf)) / np.sqrt(2)
    critical = float(quantile * np.sqrt(methods * (methods + 1) / (6 * problems)))
    within = np.inf if p > _LEVEL else critical
    return Ranks(problems, tuple(map(float, mean)), p, critical, _alike(mean, within))


def _alike(mean: Floats, within: float) -> tuple[tuple[int, ...], ...]:
    order = np.argsort(mean, kind="stable")
    sets: list[tuple[int, ...]] = []
    for start in range(len(order)):
        end = start
        while end + 1 < len(order) and mean[order[end + 1]] - mean[order[start]] <= within:
            end += 1
        members = tuple(map(int, order[start : end + 1]))
        if len(members) > 1 and not (sets and set(members) <= set(sets[-1])):
            sets.append(members)
    return tuple(sets)
