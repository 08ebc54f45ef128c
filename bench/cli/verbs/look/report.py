"""``rediscover report``: a results folder as one HTML page; ``rediscover plots``: as pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.basics.files import write_whole
from bench.cli import UserError


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.leaderboard import LeaderboardError

    folder = Path(arguments.folder)
    try:
        if arguments.verb == "plots":
            return _plots(folder, Path(arguments.to))
        return _page(folder, arguments)
    except LeaderboardError as error:
        raise UserError(str(error)) from None


def _page(folder: Path, arguments: argparse.Namespace) -> int:
    from bench.leaderboard.report.page import report_page

    target = Path(arguments.output or folder / "report.html")
    page = report_page(folder, arguments.title)
    write_whole(target, page.encode())
    print(f"report: {target}")
    return 0


def _plots(folder: Path, to: Path) -> int:
    from bench.leaderboard.report.drawn import drawn_pictures

    for name, content in drawn_pictures(folder):
        write_whole(to / name, content)
        print(to / name)
    return 0
