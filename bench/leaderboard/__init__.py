"""The leaderboard: records and scorecards, aggregated, with coverage and uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.leaderboard.rows import LeaderboardError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LeaderboardError", "make_leaderboard"]


def make_leaderboard(folders: Iterable[Path], by: Sequence[str] = ()) -> pd.DataFrame:
    """The leaderboard of the results in ``folders``, a line for each method and value of ``by``.

    ``by`` names some of ``columns.BY``; the columns are those of ``columns.columns``. Raises
    LeaderboardError for a folder that holds no results and for folders that contradict.
    """
    from bench.leaderboard.aggregate import leaderboard
    from bench.leaderboard.groups import with_groups
    from bench.leaderboard.rows import read_rows

    folders = list(folders)
    return leaderboard(with_groups(read_rows(folders), folders, by), list(by))
