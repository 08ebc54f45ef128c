"""What goes to a terminal: a plain table, and lines that hold words from outside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from bench.basics.words import harmless

_UNFOLDED = 1000


def say(text: str) -> None:
    """Print a line, whatever it holds."""
    print(harmless(text))


def print_columns(
    header: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str] = ()
) -> None:
    """Print ``rows`` under ``header``; the columns named in ``right`` end at one line.

    A terminal folds what is too wide. In a pipe each row is one line, however long.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(name, justify="right" if name in right else "left")
    for row in rows:
        table.add_row(*(Text(harmless(cell)) for cell in row))
    console = Console()
    (console if console.is_terminal else Console(width=_UNFOLDED)).print(table)
