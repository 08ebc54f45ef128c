"""The leaderboard: records and scorecards, aggregated, with coverage and uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.leaderboard.rows import LeaderboardError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Board", "LeaderboardError", "make_leaderboard", "read_board"]


@dataclass(frozen=True)
class Board:
    """A leaderboard, the runs that it sums up, and what could not be read or is stale, in lines."""

    table: pd.DataFrame
    rows: pd.DataFrame
    said: tuple[str, ...]


def make_leaderboard(folders: Iterable[Path], by: Sequence[str] = ()) -> pd.DataFrame:
    """The leaderboard of the results in ``folders``: see ``read_board``."""
    return read_board(folders, by).table


def read_board(folders: Iterable[Path], by: Sequence[str] = ()) -> Board:
    """The leaderboard of ``folders``, a line for each method, its settings and value of ``by``.

    ``by`` names some of ``columns.BY``; the columns are those of ``columns.columns``. Raises
    LeaderboardError for a folder that holds no results and for folders that contradict.
    """
    from bench.leaderboard.aggregate import leaderboard
    from bench.leaderboard.groups import with_groups
    from bench.leaderboard.memorisation import without_control
    from bench.leaderboard.rows import read_rows

    folders = list(folders)
    rows = read_rows(folders)
    table = leaderboard(with_groups(rows.frame, folders, by), list(by))
    return Board(table, rows.frame, (*rows.said, *without_control(table)))
