"""Layout of a table: the columns that somebody chose, and the order that somebody asked for."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.leaderboard.columns import columns
from bench.leaderboard.rows import LeaderboardError
from bench.leaderboard.views import splitting

if TYPE_CHECKING:
    import pandas as pd


def with_columns(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """``table`` of which writers show ``names`` only, in that order.

    Raises LeaderboardError for a column that there is not.
    """
    for name in names:
        _check(table, name)
    found = table.copy()
    found.attrs = {**table.attrs, "columns": list(dict.fromkeys(names))}
    return found


def whole(table: pd.DataFrame) -> pd.DataFrame:
    """The columns that were chosen; all where none were."""
    chosen = table.attrs.get("columns")
    return table[chosen] if chosen else table


def sorted_by(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """``table`` in the order of one column: the best, the least or the first word first.

    Lines that are not ranked together are not mixed: they are sorted within their group. Raises
    LeaderboardError for a column that there is not.
    """
    _check(table, name)
    better = {name: one.rising for one in columns() for name in one.names}
    apart = [one for one in splitting(table.attrs.get("by", ())) if one != name]
    apart += ["group"] if "group" in table and name != "group" else []
    import pandas as pd

    places = {one: pd.factorize(table[one])[0] for one in apart}
    order = pd.DataFrame({**places, "sorted by": table[name].to_numpy()}, index=table.index)
    rising = [True] * len(apart) + [better.get(name, True)]
    order = order.sort_values([*apart, "sorted by"], ascending=rising, kind="stable")
    found = table.loc[order.index].reset_index(drop=True)
    found.attrs = dict(table.attrs)
    return found


def _check(table: pd.DataFrame, name: str) -> None:
    if name in table.columns:
        return
    near = difflib.get_close_matches(name, list(table.columns), 1)
    hint = f"did you mean '{near[0]}'?" if near else f"there is {', '.join(table.columns)}"
    raise LeaderboardError(f"the table has no column '{name}'; {hint}")
