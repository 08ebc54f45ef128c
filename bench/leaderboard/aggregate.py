"""From rows to the table: coverage, rates with intervals, medians."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.leaderboard.columns import Column, column_names, measures
from bench.leaderboard.statistics.intervals import intervals
from bench.running.results.record import STATUSES

if TYPE_CHECKING:
    import pandas as pd

_OWNER = "dataset/problem"


def leaderboard(rows: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """One line per method and its settings (and value of ``by``), the best method first.

    Lines are ordered by the metrics that have a rank. The same rows give the same table, bit for
    bit.
    """
    keys = ["method", "settings", *by]
    kinds = set(rows["kind"]) - {""}
    summed = measures(kinds)
    rows = rows.assign(**{_OWNER: rows["dataset"] + "/" + rows["problem"]})
    rows = rows.sort_values([_OWNER, "noise", "seed"], kind="stable", ignore_index=True)
    table = _coverage(rows, keys)
    grouped = rows.groupby(keys)
    for how in ("mean", "median"):
        names = [one.name for one in summed if (one.kind == "median") == (how == "median")]
        table = table.join(grouped[names].agg(how))
    with_interval = [one for one in summed if one.interval]
    table = table.join(_intervals(rows, keys, with_interval)).reset_index()
    ranked = sorted((one for one in summed if one.rank), key=lambda one: one.rank)
    return table[[*keys, *column_names(kinds)[2:]]].sort_values(
        [*by, *(one.name for one in ranked), "method", "settings"],
        ascending=[True] * len(by) + [one.rising for one in ranked] + [True, True],
        kind="stable",
        ignore_index=True,
    )


def _coverage(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """What was planned under which conditions, and what has become of it."""
    rows = rows.assign(done=rows["status"] != "")
    for status in STATUSES:
        rows[status] = rows["status"] == status
    grouped = rows.groupby(keys)
    table = grouped.agg(
        disclosure=("disclosure", _together),
        seconds=("budget", _together),
        problems=(_OWNER, "nunique"),
        planned=("status", "size"),
    )
    flags = ["unsealed", "starved", "unscored", "stale"]
    return table.join(grouped[["done", *STATUSES, *flags]].sum())


def _together(values: pd.Series[str]) -> str:
    """The values of one line, of which there should be one: others are not compared fairly."""
    return "+".join(sorted(filter(None, values.unique())))


def _intervals(rows: pd.DataFrame, keys: list[str], summed: Sequence[Column]) -> pd.DataFrame:
    import pandas as pd

    shares = np.array([one.kind == "rate" for one in summed])
    values = rows[[one.name for one in summed]].to_numpy(np.float64)
    problems = pd.factorize(rows[_OWNER])[0]
    lines = []
    for key, places in rows.groupby(keys).indices.items():
        line = dict(zip(keys, key if isinstance(key, tuple) else (key,), strict=True))
        ends = intervals(values[places], problems[places], shares)
        for one, (low, high) in zip(summed, ends.T, strict=True):
            line[f"{one.name}_low"], line[f"{one.name}_high"] = low, high
        lines.append(line)
    return pd.DataFrame(lines).set_index(keys)
