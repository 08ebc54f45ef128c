"""``rediscover leaderboard``: the table of one results folder or several."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.basics.files import write_whole
from bench.cli import UserError
from bench.cli.screen import print_columns

if TYPE_CHECKING:
    import pandas as pd

    from bench.leaderboard import Board

_SHOWN = ("dataset", "method", "measure", "value", "noise", "problems", "protocol", "caveat")
_WHOLE = ("csv", "json", "parquet")
"""Formats of one table a file: what others published goes to a file of its own."""


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.leaderboard import LeaderboardError
    from bench.leaderboard.published import published

    form = _format(arguments)
    try:
        board = _read([Path(folder) for folder in arguments.folders], arguments)
        tables = {kind: _laid_out(table, arguments) for kind, table in board.tables.items()}
    except LeaderboardError as error:
        raise UserError(str(error)) from None
    for line in board.said:
        print(line, file=sys.stderr)
    if arguments.require_complete:
        _refuse_incomplete(tables)
    beside = published(set(board.rows["dataset"].unique())) if arguments.with_published else None
    if form == "table":
        _print(list(tables.values()), beside)
    elif arguments.output is None:
        _write_out(list(tables.values()), beside, form)
    else:
        _write_files(tables, beside, form, Path(arguments.output))
    return 0


def _read(folders: list[Path], arguments: argparse.Namespace) -> Board:
    """The tables that are asked for."""
    from bench.leaderboard import read_board
    from bench.leaderboard.views import RUN

    if RUN not in arguments.by:
        return read_board(folders, arguments.by, best=arguments.best)
    if len(arguments.by) > 1 or arguments.best:
        raise UserError("--by run is a table of single runs: leave --best and other --by out")
    from bench.leaderboard.results import read_runs

    return read_runs(folders)


def _laid_out(table: pd.DataFrame, arguments: argparse.Namespace) -> pd.DataFrame:
    from bench.leaderboard.lines.layout import sorted_by, with_columns

    if arguments.sort:
        table = sorted_by(table, arguments.sort)
    names = [name.strip() for name in arguments.columns.split(",") if name.strip()]
    return with_columns(table, names) if names else table


def _refuse_incomplete(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a table that says anything before its numbers: not all is run, judged and ranked."""
    notes = [note for table in tables.values() for note in table.attrs["notes"]]
    if notes:
        raise UserError(f"--require-complete: {'; '.join(notes)}", 1)


def _format(arguments: argparse.Namespace) -> str:
    """The format asked for; for a file, the one its name says where none is."""
    from bench.leaderboard.writers import WRITERS

    if arguments.json:
        return "json"
    suffix = Path(arguments.output or "").suffix[1:]
    if arguments.format != "table" or arguments.output is None:
        return str(arguments.format)
    return suffix if suffix in WRITERS else "csv"


def _print(tables: Sequence[pd.DataFrame], beside: pd.DataFrame | None) -> None:
    from bench.leaderboard.published import HEADING
    from bench.leaderboard.writers import print_table

    for place, table in enumerate(tables):
        print("\n" if place else "", end="")
        print_table(table)
    if beside is not None:
        print(f"\n{HEADING}:")
        print_columns(_SHOWN, _lines(beside), ("value", "noise", "problems"))


def _write_out(tables: Sequence[pd.DataFrame], beside: pd.DataFrame | None, form: str) -> None:
    if form == "parquet" or (form in _WHOLE and (beside is not None or len(tables) > 1)):
        several = ", or ask for one table: --by kind" if len(tables) > 1 else ""
        raise UserError(f"{form} of this goes to a file; name it with -o{several}")
    content = b"\n".join(_content(table, form) for table in tables)
    sys.stdout.write((content + _published(beside, form)).decode())


def _write_files(
    tables: Mapping[str, pd.DataFrame], beside: pd.DataFrame | None, form: str, target: Path
) -> None:
    """One file for each kind of problem; what others published is behind it or beside it."""
    from bench.leaderboard.verification.manifest import name_of

    if beside is not None and form in _WHOLE:
        write_whole(target.with_suffix(f".published{target.suffix}"), _content(beside, form))
        beside = None
    for kind, table in tables.items():
        name = name_of(target.name, kind) if len(tables) > 1 else target.name
        write_whole(target.with_name(name), _content(table, form) + _published(beside, form))


def _content(table: pd.DataFrame, form: str) -> bytes:
    from bench.basics.installation import install_hint
    from bench.leaderboard.writers import WRITERS

    try:
        content = WRITERS[form](table)
    except ImportError:
        raise UserError(f"parquet needs pyarrow: {install_hint('parquet')}") from None
    return content.encode() if isinstance(content, str) else content


def _published(beside: pd.DataFrame | None, form: str) -> bytes:
    from bench.leaderboard.published import HEADING
    from bench.leaderboard.writers import TEXTS

    if beside is None:
        return b""
    return f"\n{HEADING}:\n\n{TEXTS[form](_SHOWN, _lines(beside))}".encode()


def _lines(beside: pd.DataFrame) -> list[list[str]]:
    rows = beside[list(_SHOWN)].astype(str)
    return [list(map(str, row)) for row in rows.itertuples(index=False)]
