"""``rediscover leaderboard``: the table of one results folder or several."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.cli import UserError


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.leaderboard import LeaderboardError, make_leaderboard
    from bench.leaderboard.writers import WRITERS, print_table, to_json

    folders = [Path(folder) for folder in arguments.folders]
    try:
        table = make_leaderboard(folders, arguments.by)
    except LeaderboardError as error:
        raise UserError(str(error)) from None
    writer = to_json if arguments.json else WRITERS.get(_format(arguments))
    if writer is None:
        print_table(table)
        return 0
    text = writer(table)
    if arguments.output is None:
        print(text, end="" if text.endswith("\n") else "\n")
        return 0
    try:
        Path(arguments.output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write '{arguments.output}': {error.strerror}") from None
    return 0


def _format(arguments: argparse.Namespace) -> str:
    """The format asked for; for a file, the one its name says where none is."""
    suffix = Path(arguments.output or "").suffix[1:]
    if arguments.format != "table" or arguments.output is None:
        return str(arguments.format)
    return suffix if suffix in ("csv", "md", "tex", "html") else "csv"
