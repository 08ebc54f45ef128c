"""The pictures of a report as files for papers: SVG, and PNG at twice the size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.basics.installation import install_hint
from bench.leaderboard import LeaderboardError, read_board
from bench.leaderboard.report.summary import pictures, with_dummies
from bench.leaderboard.rows import named_apart


def drawn_pictures(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The name and content of each file; of several kinds, each name begins with one.

    Raises LeaderboardError as ``report_page`` does.
    """
    try:
        import vl_convert
    except ImportError as error:
        raise LeaderboardError(f"pictures need vl-convert: {install_hint('report')}") from error
    board = read_board([folder])
    for kind, table in board.tables.items():
        start = f"{kind}_" if len(board.tables) > 1 else ""
        rows = with_dummies(named_apart(board.rows_of(kind)), [folder])
        for picture in pictures(rows, named_apart(table)):
            spec = {**picture.spec, "background": "white"}
            yield f"{start}{picture.name}.svg", vl_convert.vegalite_to_svg(spec).encode()
            yield f"{start}{picture.name}.png", vl_convert.vegalite_to_png(spec, scale=2.0)
