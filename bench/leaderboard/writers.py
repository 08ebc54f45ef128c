"""The table as CSV, Markdown, LaTeX, HTML, JSON, and for a terminal."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.leaderboard.columns import BY, measures

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

_COVERAGE = ("problems", "done", "failed")
_NARROWER: tuple[tuple[bool, tuple[str, ...]], ...] = (
    (True, ()),
    (False, ()),
    (False, ("problems", "cpu_seconds")),
    (False, ("problems", "cpu_seconds", "complexity", "r2")),
)
"""What a terminal is tried to be filled with: intervals or not, and columns left out."""


def to_csv(table: pd.DataFrame) -> str:
    """Every column, unrounded; what is not known is empty."""
    return str(table.to_csv(index=False, lineterminator="\n"))


def to_json(table: pd.DataFrame) -> str:
    """An array of objects; what is not known is null, infinities are the words inf and -inf."""
    lines = [{name: _plain(value) for name, value in line.items()} for line in _records(table)]
    return json.dumps(lines, indent=1, allow_nan=False) + "\n"


def to_markdown(table: pd.DataFrame) -> str:
    """The columns that a reader looks at first, with 95 % intervals."""
    return _markdown(*brief(table))


def to_latex(table: pd.DataFrame) -> str:
    """The same as a ``tabular`` for the package booktabs."""
    return _latex(*brief(table))


def to_html(table: pd.DataFrame) -> str:
    """The same as one HTML table, every text escaped."""
    return _html(*brief(table))


def to_parquet(table: pd.DataFrame) -> bytes:
    """Every column, unrounded, as Parquet; ImportError where pyarrow is not installed."""
    import io

    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


Lines: TypeAlias = Sequence[Sequence[str]]


def _markdown(header: Sequence[str], lines: Lines) -> str:
    rule = ["---", *["---:" for _ in header[1:]]]
    rows = [[cell.replace("|", "\\|") for cell in cells] for cells in lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, rule, *rows))


def _latex(header: Sequence[str], lines: Lines) -> str:
    rows = [" & ".join(_escaped(cell) for cell in cells) + r" \\" for cells in (header, *lines)]
    columns = "l" + "r" * (len(header) - 1)
    body = "\n".join([r"\toprule", rows[0], r"\midrule", *rows[1:], r"\bottomrule"])
    return f"\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}\n"


def _html(header: Sequence[str], lines: Lines) -> str:
    from html import escape

    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>\n"
        for cells in lines
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


WRITERS: Mapping[str, Callable[[pd.DataFrame], str | bytes]] = {
    "csv": to_csv, "md": to_markdown, "tex": to_latex, "json": to_json, "parquet": to_parquet,
    "html": to_html,
}  # fmt: skip
"""By the format's name, which is also the ending of its files."""
TEXTS: Mapping[str, Callable[[Sequence[str], Lines], str]] = {
    "md": _markdown, "tex": _latex, "html": _html,
}  # fmt: skip
"""Those that write any header and lines for people."""


def print_table(table: pd.DataFrame) -> None:
    """The same for people; in a narrow terminal without the intervals, or with fewer columns."""
    from rich.console import Console

    console = Console()
    for intervals, without in _NARROWER:
        shown = _rich_table(table, intervals, without)
        width = console.measure(shown, options=console.options.update(width=10_000)).maximum
        if width <= console.width or not console.is_terminal:
            break
    # Nobody knows how wide what reads a pipe is: no line is broken or cut.
    (console if console.is_terminal else Console(width=width)).print(shown)


def _rich_table(table: pd.DataFrame, intervals: bool, without: Collection[str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    header, lines = brief(table, intervals=intervals, without=without)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in header:
        shown.add_column(name, justify="left" if name == header[0] else "right", no_wrap=True)
    for cells in lines:
        shown.add_row(*(Text(cell) for cell in cells))
    return shown


def brief(
    table: pd.DataFrame, *, intervals: bool = True, without: Collection[str] = ()
) -> tuple[list[str], list[list[str]]]:
    """Header and cells of the columns that a reader looks at first, less those in ``without``."""
    titles = {name: title for name, title in brief_columns(table).items() if name not in without}
    lines = [[cell_text(name, line, intervals) for name in titles] for line in _records(table)]
    return list(titles.values()), lines


def brief_columns(table: pd.DataFrame) -> dict[str, str]:
    """The columns that a reader looks at first, and what heads them.

    What methods were told, and for how long they ran, is among them where it is not the same;
    ``settings`` and ``stale`` are where there are some. ``failed`` is not of the table: it is what
    is done and not ok.
    """
    by = [name for name in table.columns if name in BY]
    mixed = [name for name in ("disclosure", "seconds") if _differs(table[name])]
    if not mixed and not set(table["disclosure"]) <= {"", "blind"}:
        mixed = ["disclosure"]
    first = ["method", "settings"] if any(table["settings"]) else ["method"]
    stale = ["stale"] if any(table["stale"]) else []
    titles = {
        one.name: one.title
        for one in measures()
        if one.title and one.name in table and (one.worst is not None or _known(table[one.name]))
    }
    names = (*first, *by, *mixed, *_COVERAGE, *stale, *titles)
    return {name: titles.get(name, name) for name in names}


def _known(column: pd.Series[Any]) -> bool:
    """Whether any line has a number there."""
    return bool(column.notna().any())


def _differs(values: pd.Series[str]) -> bool:
    """Whether lines have different values, or one line has several."""
    known = set(values) - {""}
    return len(known) > 1 or any("+" in value for value in known)


def cell_text(name: str, line: Mapping[str, Any], intervals: bool = True) -> str:
    """A cell as people read it: rounded, a rate with its interval, ``-`` for what is not known."""
    if name == "failed":
        return str(line["done"] - line["ok"])
    if name == "done":
        return f"{line['done']}/{line['planned']}"
    value = line[name]
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "-"
    if f"{name}_low" in line:
        low, high = line[f"{name}_low"], line[f"{name}_high"]
        shown = f"{value:.2f}"
        return f"{shown} [{low:.2f}, {high:.2f}]" if intervals and low == low else shown
    if name == "r2":
        return f"{value:.4f}" if value >= 0 else "< 0"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3g}"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = table.to_dict(orient="records")  # type: ignore[assignment]
    return records


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value


def _escaped(text: str) -> str:
    for sign in "&%_#$":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("<", r"\(<\)").replace(">", r"\(>\)")
