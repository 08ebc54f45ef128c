"""The leaderboard: records and scorecards, aggregated, with coverage and uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.leaderboard.rows import LeaderboardError

if TYPE_CHECKING:
    import pandas as pd

    from bench.leaderboard.views import Label

__all__ = ["Board", "LeaderboardError", "make_leaderboard", "read_board"]


@dataclass(frozen=True)
class Board:
    """A leaderboard, the runs that it sums up, and what could not be read or is stale, in lines.

    ``tables`` are by the kind of problem, ``table`` by default; with ``--by kind`` there is one.
    What to read before a table's numbers is in its ``attrs["notes"]``.
    """

    tables: Mapping[str, pd.DataFrame]
    rows: pd.DataFrame
    said: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """The first table."""
        return next(iter(self.tables.values()))

    def rows_of(self, kind: str) -> pd.DataFrame:
        """The runs that the table of ``kind`` sums up."""
        kinds = self.tables[kind].attrs["kinds"] or [""]
        return self.rows if len(self.tables) == 1 else self.rows[self.rows["kind"].isin(kinds)]


def make_leaderboard(folders: Iterable[Path], by: Sequence[str] = ()) -> pd.DataFrame:
    """The leaderboard of the results in ``folders``: see ``read_board``.

    One table: where the problems are of several kinds, it has the column ``kind``.
    """
    folders = list(folders)
    board = read_board(folders, by)
    return board.table if len(board.tables) == 1 else read_board(folders, ["kind", *by]).table


def read_board(folders: Iterable[Path], by: Sequence[str] = (), *, best: bool = False) -> Board:
    """The leaderboard of ``folders``, a line for each method, its settings and value of ``by``.

    ``by`` names some of ``views.VIEWS``, or a setting; the columns are those of
    ``columns.columns``, and ``best`` where that is asked for. Raises LeaderboardError for a folder
    that holds no results, for folders that contradict, and for a view that there is not.
    """
    from bench.leaderboard.lines.aggregate import leaderboard
    from bench.leaderboard.lines.lacking import lacking
    from bench.leaderboard.memorisation import without_control
    from bench.leaderboard.rows import read_rows
    from bench.leaderboard.views import labels

    folders = list(folders)
    read = read_rows(folders)
    rows, by_labels = read.frame, labels(read, folders, by)
    said = (*read.said, *lacking(read))
    del read  # what a hundred thousand runs were read from is not needed beside their table
    tables = {
        kind: leaderboard(
            rows if own.all() else rows[own],
            {name: _chosen(values, own) for name, values in by_labels.items()},
            best,
        )
        for kind, own in _parts(rows, joined="kind" in by)
    }  # fmt: skip
    control = dict.fromkeys(line for table in tables.values() for line in without_control(table))
    return Board(tables, rows, (*said, *control))


def _parts(rows: pd.DataFrame, *, joined: bool) -> Iterator[tuple[str, pd.Series[bool]]]:
    """The rows of each table, by its kind; ``table`` first, and what nobody knows last."""
    kinds = sorted(set(rows["kind"].unique()), key=lambda one: (one != "table", one == "", one))
    if joined or len(kinds) == 1:
        yield kinds[0] or "table", rows["kind"].notna()
        return
    for kind in kinds:
        yield kind or "unknown", rows["kind"].eq(kind)


def _chosen(values: Sequence[Label], own: pd.Series[bool]) -> list[Label]:
    return [value for value, chosen in zip(values, own.tolist(), strict=True) if chosen]
