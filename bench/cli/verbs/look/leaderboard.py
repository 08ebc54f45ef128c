"""``rediscover leaderboard``: the table of one results folder or several."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.basics.files import write_whole
from bench.cli import UserError
from bench.cli.screen import print_columns

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = ("dataset", "method", "measure", "value", "noise", "problems", "protocol", "caveat")
_WHOLE = ("csv", "json", "parquet")
"""Formats of one table a file: what others published goes to a file of its own."""


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.leaderboard import LeaderboardError, read_board
    from bench.leaderboard.published import published

    folders = [Path(folder) for folder in arguments.folders]
    form = _format(arguments)
    try:
        board = read_board(folders, arguments.by)
    except LeaderboardError as error:
        raise UserError(str(error)) from None
    for line in board.said:
        print(line, file=sys.stderr)
    table = board.table
    beside = published(set(board.rows["dataset"])) if arguments.with_published else None
    if form == "table":
        _print(table, beside)
    elif arguments.output is None:
        _write_out(table, beside, form)
    else:
        _write_files(table, beside, form, Path(arguments.output))
    return 0


def _format(arguments: argparse.Namespace) -> str:
    """The format asked for; for a file, the one its name says where none is."""
    from bench.leaderboard.writers import WRITERS

    if arguments.json:
        return "json"
    suffix = Path(arguments.output or "").suffix[1:]
    if arguments.format != "table" or arguments.output is None:
        return str(arguments.format)
    return suffix if suffix in WRITERS else "csv"


def _print(table: pd.DataFrame, beside: pd.DataFrame | None) -> None:
    from bench.leaderboard.published import HEADING
    from bench.leaderboard.writers import print_table

    print_table(table)
    if beside is not None:
        print(f"\n{HEADING}:")
        print_columns(_SHOWN, _lines(beside), ("value", "noise", "problems"))


def _write_out(table: pd.DataFrame, beside: pd.DataFrame | None, form: str) -> None:
    if form == "parquet" or (beside is not None and form in _WHOLE):
        raise UserError(f"{form} of this goes to a file; name it with -o")
    content = _content(table, beside, form)
    sys.stdout.write(content.decode())


def _write_files(table: pd.DataFrame, beside: pd.DataFrame | None, form: str, target: Path) -> None:
    if beside is not None and form in _WHOLE:
        write_whole(target.with_suffix(f".published{target.suffix}"), _content(beside, None, form))
        beside = None
    write_whole(target, _content(table, beside, form))


def _content(table: pd.DataFrame, beside: pd.DataFrame | None, form: str) -> bytes:
    from bench.basics.installation import install_hint
    from bench.leaderboard.published import HEADING
    from bench.leaderboard.writers import TEXTS, WRITERS

    try:
        content = WRITERS[form](table)
    except ImportError:
        raise UserError(f"parquet needs pyarrow: {install_hint('parquet')}") from None
    content = content.encode() if isinstance(content, str) else content
    if beside is None:
        return content
    return content + f"\n{HEADING}:\n\n{TEXTS[form](_SHOWN, _lines(beside))}".encode()


def _lines(beside: pd.DataFrame) -> list[list[str]]:
    rows = beside[list(_SHOWN)].astype(str)
    return [list(map(str, row)) for row in rows.itertuples(index=False)]
