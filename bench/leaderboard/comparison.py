"""Methods held against each other on the runs that they have in common."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.leaderboard.columns import Column, measures
from bench.leaderboard.rows import LeaderboardError, named_apart
from bench.leaderboard.statistics.paired import Difference, holm, paired_difference
from bench.leaderboard.statistics.ranks import Ranks, ranks

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05
"""The chance of calling one method better where none is, over all pairs together."""

MOST_PAIRS = 5000
"""Pairs that are compared where no method is named; nobody reads more."""

RUN = ["dataset", "problem", "noise", "seed"]
"""What tells the runs of one method apart."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Two methods compared: ``difference`` is of ``first`` less ``second``.

    ``p`` is the difference's own, made good by Holm's way for the other pairs. ``alone`` counts
    the runs of each that the other has not done.
    """

    first: str
    second: str
    difference: Difference
    p: float
    alone: tuple[int, int]

    @property
    def told_apart(self) -> bool:
        """Whether chance is no good explanation, at ``LEVEL`` over all pairs."""
        return self.p < LEVEL


@dataclass(frozen=True)
class Contests:
    """All pairs of ``methods`` by one measure; ``ranks`` over the problems that all have done.

    There are no pairs where there would be more than ``MOST_PAIRS`` of them and nobody named any.
    """

    measure: Column
    methods: tuple[str, ...]
    pairs: tuple[Contest, ...]
    ranks: Ranks | None

    def better(self, pair: Contest) -> str:
        """The method that is better beyond chance; empty where none is shown to be."""
        if not pair.told_apart:
            return ""
        first_is_better = (pair.difference.difference < 0) == self.measure.rising
        return pair.first if first_is_better else pair.second


def compare_methods(rows: pd.DataFrame, methods: Sequence[str] = (), measure: str = "") -> Contests:
    """Compare ``methods``, all where none is named, by the runs in ``rows`` (``read_rows``).

    A method that has several settings is named with them: ``operon budget.seconds=2``. Runs are
    paired by problem, noise and seed. A failure counts with the worst value, and so does a run
    that is missing; one that is pending, or without a value, is left out. Raises
    LeaderboardError for a method or a measure that there is not.
    """
    column = measure_named(measure, rows)
    names, values = _values(rows, methods, column)
    few = bool(methods) or math.comb(len(names), 2) <= MOST_PAIRS
    asked = itertools.combinations(names, 2) if few else ()
    found = [(a, b, *_pair(values, a, b, column)) for a, b in asked]
    adjusted = holm([difference.p for _, _, difference, _ in found])
    pairs = tuple(
        Contest(a, b, difference, float(p), alone)
        for (a, b, difference, alone), p in zip(found, adjusted, strict=True)
    )
    return Contests(column, tuple(names), pairs, _ranks(values, column))


def ranks_of(rows: pd.DataFrame, methods: Sequence[str], measure: str) -> Ranks | None:
    """The ``ranks`` of ``compare_methods`` alone, which a thousand methods have as well."""
    column = measure_named(measure, rows)
    return _ranks(_values(rows, methods, column)[1], column)


def _values(
    rows: pd.DataFrame, methods: Sequence[str], column: Column
) -> tuple[list[str], pd.DataFrame]:
    """The names of ``methods``, and the measure by run: a column for each of them."""
    rows = named_apart(rows.assign(label=rows["method"]))
    names = _methods(rows, methods)
    values = rows.pivot_table(column.name, RUN, "method", aggfunc="first").reindex(columns=names)
    return names, values


def _pair(
    values: pd.DataFrame, first: str, second: str, column: Column
) -> tuple[Difference, tuple[int, int]]:
    done = values[[first, second]].notna().to_numpy()
    both = values[done.all(axis=1)]
    problems = np.asarray(both.groupby(level=["dataset", "problem"]).ngroup(), np.intp)
    difference = paired_difference(
        both[first].to_numpy(), both[second].to_numpy(), problems, column.kind == "rate"
    )
    alone = (int((done[:, 0] & ~done[:, 1]).sum()), int((done[:, 1] & ~done[:, 0]).sum()))
    return difference, alone


def _ranks(values: pd.DataFrame, column: Column) -> Ranks | None:
    shared = values[values.notna().all(axis=1)].groupby(level=["dataset", "problem"]).mean()
    return ranks(shared.to_numpy(np.float64), not column.rising)


def measure_named(name: str, rows: pd.DataFrame) -> Column:
    """The measure called ``name``; a rule's name stands for its rate of yes.

    Without a name it is the one by which the lines of a table are ordered, or its first.
    """
    summed = measures(set(rows["kind"].unique()) - {""})
    known = {one.name: one for one in summed if one.kind in ("rate", "mean")}
    found = known.get(name) or known.get(f"symbolic_{name}")
    if not name:
        found = min(known.values(), key=lambda one: one.rank or math.inf)
    if found is None:
        raise LeaderboardError(
            f"methods cannot be compared by '{name}'; choose one of {', '.join(known)}"
        )
    return found


def _methods(rows: pd.DataFrame, asked: Sequence[str]) -> list[str]:
    known = list(dict.fromkeys(rows["method"]))
    for name in asked:
        several = list(dict.fromkeys(rows["method"][rows["label"] == name]))
        if name not in known and several:
            raise LeaderboardError(
                f"'{name}' is {len(several)} methods in these results, say which: "
                + ", ".join(f"'{one}'" for one in several)
            )
        if name not in known:
            raise LeaderboardError(
                f"there is no method '{name}' in these results; there is {', '.join(known)}"
            )
    names = list(dict.fromkeys(asked)) or known
    if len(names) < 2:
        raise LeaderboardError(f"'{names[0]}' alone cannot be compared; name another method")
    return names
