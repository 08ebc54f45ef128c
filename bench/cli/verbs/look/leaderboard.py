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
    from bench.leaderboard.verification.written import Asked

_SHOWN = ("dataset", "method", "measure", "value", "noise", "problems", "protocol", "caveat")
_WHOLE = ("csv", "json", "parquet")
"""Formats of one table a file: what others published goes to a file of its own."""


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    folders = [Path(folder) for folder in arguments.folders]
    asked = _asked(arguments)
    tables, beside, said = _tables(folders, asked)
    for line in said:
        print(line, file=sys.stderr)
    if arguments.require_complete:
        _refuse_incomplete(tables)
    if asked.format == "table":
        _print(list(tables.values()), beside)
    elif arguments.output is None:
        _write_out(list(tables.values()), beside, asked.format)
    else:
        _write_files(_files(tables, beside, asked.format, Path(arguments.output)), asked, folders)
    return 0


def made_again(folders: list[Path], asked: Asked, target: Path) -> dict[str, bytes]:
    """The files, by name, that the table at ``target`` comes to now, asked for as it was."""
    tables, beside, _ = _tables(folders, asked)
    files = _files(tables, beside, asked.format, target)
    return {path.name: content for path, content in files.items()}


def _tables(
    folders: list[Path], asked: Asked
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame | None, Sequence[str]]:
    """The tables by kind, what others published, and what could not be read."""
    from bench.leaderboard import LeaderboardError
    from bench.leaderboard.published import published

    try:
        board = _read(folders, asked)
        tables = {kind: _laid_out(table, asked) for kind, table in board.tables.items()}
    except LeaderboardError as error:
        raise UserError(str(error)) from None
    beside = published(set(board.rows["dataset"].unique())) if asked.with_published else None
    return tables, beside, board.said


def _read(folders: list[Path], asked: Asked) -> Board:
    """The tables that are asked for."""
    from bench.leaderboard import read_board
    from bench.leaderboard.views import RUN

    if RUN not in asked.by:
        return read_board(folders, asked.by, best=asked.best)
    if len(asked.by) > 1 or asked.best:
        raise UserError("--by run is a table of single runs: leave --best and other --by out")
    from bench.leaderboard.results import read_runs

    return read_runs(folders)


def _laid_out(table: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    from bench.leaderboard.lines.layout import sorted_by, with_columns

    if asked.sort:
        table = sorted_by(table, asked.sort)
    names = [name.strip() for name in asked.columns.split(",") if name.strip()]
    return with_columns(table, names) if names else table


def _refuse_incomplete(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a table that says anything before its numbers: not all is run, judged and ranked."""
    notes = [note for table in tables.values() for note in table.attrs["notes"]]
    if notes:
        raise UserError(f"--require-complete: {'; '.join(notes)}", 1)


def _asked(arguments: argparse.Namespace) -> Asked:
    from bench.leaderboard.verification.written import Asked

    return Asked(
        tuple(arguments.by), arguments.columns, arguments.sort or "", arguments.best,
        arguments.with_published, _format(arguments),
    )  # fmt: skip


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


def _files(
    tables: Mapping[str, pd.DataFrame], beside: pd.DataFrame | None, form: str, target: Path
) -> dict[Path, bytes]:
    """One file for each kind of problem; what others published is behind it or beside it."""
    from bench.leaderboard.verification.manifest import name_of

    files: dict[Path, bytes] = {}
    if beside is not None and form in _WHOLE:
        files[target.with_suffix(f".published{target.suffix}")] = _content(beside, form)
        beside = None
    for kind, table in tables.items():
        name = name_of(target.name, kind) if len(tables) > 1 else target.name
        files[target.with_name(name)] = _content(table, form) + _published(beside, form)
    return files


def _write_files(files: Mapping[Path, bytes], asked: Asked, folders: Sequence[Path]) -> None:
    """Write the files of a table, and beside each what all were made from."""
    from bench.leaderboard.verification.written import Written, beside

    told = Written.of(files, asked, folders).to_json().encode()
    for path, content in files.items():
        write_whole(path, content)
        write_whole(beside(path), told)


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
