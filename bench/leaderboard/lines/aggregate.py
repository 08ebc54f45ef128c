"""From rows to the table: coverage, rates with intervals, medians, costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.basics.words import harmless
from bench.leaderboard.columns import (
    SCHEMA,
    SPENT,
    TUNING,
    Column,
    column_names,
    measures,
    ratios,
)
from bench.leaderboard.lines.best import best_columns
from bench.leaderboard.lines.solved import Solved
from bench.leaderboard.lines.standing import stand
from bench.leaderboard.statistics.intervals import intervals
from bench.leaderboard.views import in_order, splitting
from bench.running.results.record import STATUSES

if TYPE_CHECKING:
    import pandas as pd

Codes = NDArray[np.intp]

_OWNER = "dataset/problem"
_FLAGS = ("pending", "missing", "unsealed", "starved", "unscored", "stale")


def leaderboard(
    rows: pd.DataFrame,
    by: Mapping[str, Sequence[Any]] | None = None,
    best: bool = False,
) -> pd.DataFrame:
    """One line per method and its settings (and value of ``by``), the best method first.

    ``by`` holds labels of the rows; ``best`` adds the column of that name (see ``best_columns``).
    Lines of one ``group`` are ordered by the metrics that have a rank (see ``standing``); ``attrs``
    holds the schema, the kinds of problems, and ``notes``: what to read before the numbers. The
    same rows give the same table, bit for bit.
    """
    import pandas as pd

    by = by or {}
    kinds = set(rows["kind"].unique()) - {""}
    labels = {f"by {name}": in_order(values) for name, values in by.items()}
    keys = ["method", "settings", *labels]
    rows = rows.assign(
        **{_OWNER: rows["dataset"] + "/" + rows["problem"]},
        **{name: codes for name, (codes, _) in labels.items()},
    )
    order = [_OWNER, "version", "data_seed", "noise", "seed"]
    rows = rows.sort_values(order, kind="stable", ignore_index=True)
    table = _summed(rows, keys, kinds)
    split = [f"by {name}" for name in splitting(by)]
    standing = stand(rows, table, keys, split)
    table = table.assign(
        group=standing.group, rank=pd.array(standing.rank, dtype="Int64"), remark=standing.remark
    )
    if best:
        table["best"] = best_columns(rows, table, keys, split)
    order = [*split, "group", "unranked", "rank", *labels, "method", "settings"]
    found = _laid_out(table, order, labels, kinds)
    notes = list(map(harmless, standing.notes))
    found.attrs = {"schema": SCHEMA, "kinds": sorted(kinds), "by": list(by), "notes": notes}
    return found


def _summed(rows: pd.DataFrame, keys: list[str], kinds: set[str]) -> pd.DataFrame:
    """The lines by their keys, in no particular order."""
    summed = measures(kinds)
    table = _coverage(rows, keys)
    grouped = rows.groupby(keys)
    for how in ("mean", "median"):
        names = [one.name for one in summed if (one.kind == "median") == (how == "median")]
        table = table.join(grouped[names].agg(how))
    with_interval = [one for one in summed if one.interval]
    table = table.join(_intervals(rows, keys, with_interval))
    # Copied, it is whole again: pandas warns of a hundred pieces where columns are added to them.
    return table.join(_ratios(rows, keys)).reset_index().copy()


def _laid_out(
    table: pd.DataFrame,
    order: Sequence[str],
    labels: Mapping[str, tuple[Codes, Sequence[Any]]],
    kinds: set[str],
) -> pd.DataFrame:
    """The lines in order, with the columns of the schema."""
    table = table.assign(unranked=table["rank"].isna()).sort_values(
        list(dict.fromkeys(order)), kind="stable", ignore_index=True
    )
    for name, (_, words) in labels.items():
        table[name.removeprefix("by ")] = [words[code] for code in table[name]]
    shown = ["method", "settings", *(name.removeprefix("by ") for name in labels)]
    more = [name for name in ("best",) if name in table]
    return table[list(dict.fromkeys([*shown, *column_names(kinds), *more]))]


def _coverage(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """What was planned under which conditions, and what has become of it."""
    rows = rows.assign(done=rows["status"] != "")
    rows["failed"] = rows["done"] & (rows["status"] != "ok")
    for status in STATUSES:
        rows[status] = rows["status"] == status
    grouped = rows.groupby(keys)
    table = grouped.agg(
        disclosure=("disclosure", _together),
        seconds=("budget", _together),
        problems=(_OWNER, "nunique"),
        planned=("status", "size"),
    )
    return table.join(grouped[["done", "failed", *STATUSES, *_FLAGS]].sum())


def _together(values: pd.Series[str]) -> str:
    """The values of one line, of which there should be one: others are not compared fairly."""
    return "+".join(sorted(filter(None, values.unique())))


def _intervals(rows: pd.DataFrame, keys: list[str], summed: Sequence[Column]) -> pd.DataFrame:
    import pandas as pd

    shares = np.array([one.kind == "rate" for one in summed])
    values = rows[[one.name for one in summed]]
    problems = pd.factorize(rows[_OWNER])[0]
    lines = []
    for key, places in rows.groupby(keys).indices.items():
        line = dict(zip(keys, key if isinstance(key, tuple) else (key,), strict=True))
        own = values.iloc[places].to_numpy(np.float64)
        ends = intervals(own, problems[places], shares)
        for one, (low, high) in zip(summed, ends.T, strict=True):
            line[f"{one.name}_low"], line[f"{one.name}_high"] = low, high
        lines.append(line)
    return pd.DataFrame(lines).set_index(keys)


def _ratios(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """What all runs of a line used over how many were solved; nan where one's use is not known."""
    import pandas as pd

    asked = rows[rows["status"] != "no_data"]
    solved = Solved.of(rows).name
    grouped = asked.groupby(keys)
    runs = grouped.size()
    found = pd.DataFrame(index=runs.index)
    if solved not in rows:
        return found.assign(**{one.name: np.nan for one in ratios()})
    names = list(dict.fromkeys([solved, *(one.used for one in ratios())]))
    known, total = grouped[names].count(), grouped[names].sum()
    yes = total[solved].where(total[solved] > 0)
    for one in ratios():
        used = total[one.used]
        if one.used == SPENT:
            used = used + grouped[TUNING].max().fillna(0.0)
        told = (known[one.used] == runs) & (known[solved] > 0)
        found[one.name] = (used / yes).fillna(np.inf).where(told)
    return found
