"""Best: in which columns a line is better than every other of its group, beyond chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.leaderboard.columns import Column, measures
from bench.leaderboard.statistics.paired import paired_p

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05
_TRIAL = ["dataset", "version", "problem", "data_seed", "noise", "seed"]

Runs: TypeAlias = NDArray[np.intp]


def best_columns(
    rows: pd.DataFrame, table: pd.DataFrame, keys: list[str], within: list[str]
) -> list[str]:
    """For each line the columns in which it is the best of its group, with blanks between.

    A line is the best in a rate or a mean where the paired test of ``compare`` tells it from each
    other ranked line of its group. p is multiplied by the number of pairs of lines (Bonferroni):
    the best was chosen after looking at all of them.
    """
    rows = rows.sort_values(_TRIAL, kind="stable", ignore_index=True)
    problem = np.asarray(rows.groupby(["dataset", "version", "problem"]).ngroup(), dtype=np.intp)
    of_line = rows[rows["status"] != "no_data"].groupby(keys).groups
    found: list[list[str]] = [[] for _ in range(len(table))]
    lines = table.reset_index(drop=True)
    ranked = lines[lines["rank"].notna()]
    asked = [one for one in measures(set(rows["kind"].unique()) - {""}) if one.rank or one.interval]
    for _, members in ranked.groupby([*within, "group"], sort=False):
        if len(members) < 2:
            continue
        places = [np.asarray(of_line[key]) for key in members[keys].itertuples(index=False)]
        for column in asked:
            place = _best(column, members[column.name].to_numpy(float), rows, problem, places)
            if place is not None:
                found[members.index[place]].append(column.name)
    return [" ".join(names) for names in found]


def _best(
    column: Column,
    worth: NDArray[np.float64],
    rows: pd.DataFrame,
    problem: Runs,
    places: Sequence[Runs],
) -> int | None:
    """Which of some lines is better than each other one; None where none is shown to be."""
    if np.isnan(worth).any():
        return None
    order = np.argsort(worth if column.rising else -worth, kind="stable").tolist()
    values = rows[column.name].to_numpy(np.float64)
    pairs = len(order) * (len(order) - 1) / 2
    # The second best is the likeliest not to be told apart: the first that is not ends it.
    told_apart = all(p * pairs < LEVEL for p in _p_values(column, values, problem, places, order))
    return int(order[0]) if told_apart else None


def _p_values(
    column: Column,
    values: NDArray[np.float64],
    problem: Runs,
    places: Sequence[Runs],
    order: Sequence[int],
) -> Iterator[float]:
    first = places[order[0]]
    for other in (places[place] for place in order[1:]):
        both = ~np.isnan(values[first]) & ~np.isnan(values[other])
        yield paired_p(
            values[first][both], values[other][both], problem[first][both], column.kind == "rate"
        )
