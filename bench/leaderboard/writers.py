"""The table as CSV, Markdown, LaTeX, HTML, JSON, Parquet, and for a terminal."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.basics.words import harmless
from bench.leaderboard.columns import columns
from bench.leaderboard.escaping import as_latex, as_markdown, as_text
from bench.leaderboard.lines.layout import whole

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

Lines: TypeAlias = Sequence[Sequence[str]]


def to_csv(table: pd.DataFrame) -> str:
    """Every column, unrounded; what is not known is empty.

    A text that a spreadsheet would compute as a formula has a ``'`` before it, but for expressions.
    """
    shown = whole(table).map(lambda value: as_text(value) if isinstance(value, str) else value)
    return str(shown.to_csv(index=False, lineterminator="\n"))


def to_json(table: pd.DataFrame) -> str:
    """An object: the schema, what to read first, and a line each in ``lines``.

    What is not known is null, infinities are the words inf and -inf.
    """
    lines = [
        {name: _plain(value) for name, value in line.items()} for line in records_of(whole(table))
    ]
    return json.dumps({**_about(table), "lines": lines}, indent=1, allow_nan=False) + "\n"


def to_parquet(table: pd.DataFrame) -> bytes:
    """Every column, unrounded, as Parquet; ImportError where pyarrow is not installed.

    The metadata of the file hold what the JSON holds beside its lines, as JSON, under
    ``rediscover``.
    """
    import io

    import pyarrow
    import pyarrow.parquet

    arrays = pyarrow.Table.from_pandas(whole(table), preserve_index=False)
    about = {"rediscover": json.dumps(_about(table))}
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(arrays.replace_schema_metadata(about), buffer)
    return buffer.getvalue()


def _about(table: pd.DataFrame) -> dict[str, Any]:
    return {name: table.attrs.get(name) for name in ("schema", "kinds", "notes")}


def to_markdown(table: pd.DataFrame) -> str:
    """The columns that a reader looks at first, with 95 % intervals."""
    shown = brief(table)
    lines = [
        [f"**{as_markdown(cell)}**" if bold else as_markdown(cell) for cell, bold in cells]
        for cells in shown.cells
    ]
    return _rows_of_markdown(shown.header, lines, list(map(as_markdown, _notes(table))))


def to_latex(table: pd.DataFrame) -> str:
    """The same as a ``tabular`` for the package booktabs."""
    shown = brief(table)
    lines = [
        [rf"\textbf{{{as_latex(cell)}}}" if bold else as_latex(cell) for cell, bold in cells]
        for cells in shown.cells
    ]
    return _tabular(list(map(as_latex, shown.header)), lines, _notes(table))


def to_html(table: pd.DataFrame) -> str:
    """The same as one HTML table, every text escaped."""
    from html import escape

    shown = brief(table)
    lines = [
        [f"<b>{escape(cell)}</b>" if bold else escape(cell) for cell, bold in cells]
        for cells in shown.cells
    ]
    return _table(list(map(escape, shown.header)), lines, _notes(table))


def _notes(table: pd.DataFrame) -> list[str]:
    return list(table.attrs.get("notes", ()))


def _markdown(header: Sequence[str], lines: Lines) -> str:
    return _rows_of_markdown(header, [list(map(as_markdown, cells)) for cells in lines], ())


def _rows_of_markdown(header: Sequence[str], lines: Lines, notes: Sequence[str]) -> str:
    rule = ["---", *["---:" for _ in header[1:]]]
    first = "".join(f"{note}  \n" for note in notes)
    body = "".join(f"| {' | '.join(cells)} |\n" for cells in (header, rule, *lines))
    return f"{first}\n{body}" if first else body


def _latex(header: Sequence[str], lines: Lines) -> str:
    return _tabular(
        list(map(as_latex, header)), [list(map(as_latex, cells)) for cells in lines], ()
    )


def _tabular(header: Sequence[str], lines: Lines, notes: Sequence[str]) -> str:
    width = len(header)
    first = [rf"\multicolumn{{{width}}}{{l}}{{{as_latex(note)}}} \\" for note in notes]
    rows = [" & ".join(cells) + r" \\" for cells in (header, *lines)]
    body = "\n".join([*first, r"\toprule", rows[0], r"\midrule", *rows[1:], r"\bottomrule"])
    return f"\\begin{{tabular}}{{{'l' + 'r' * (width - 1)}}}\n{body}\n\\end{{tabular}}\n"


def _html(header: Sequence[str], lines: Lines) -> str:
    from html import escape

    return _table(list(map(escape, header)), [list(map(escape, cells)) for cells in lines], ())


def _table(header: Sequence[str], lines: Lines, notes: Sequence[str]) -> str:
    from html import escape

    caption = "<br>\n".join(map(escape, notes))
    first = f"<caption>{caption}</caption>\n" if notes else ""
    head = "".join(f"<th>{cell}</th>" for cell in header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n" for cells in lines
    )
    return f"<table>\n{first}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


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

    for note in _notes(table):
        print(note)
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

    found = brief(table, intervals=intervals, without=without)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for place, name in enumerate(found.header):
        shown.add_column(name, justify="right" if place else "left", no_wrap=True)
    for cells in found.cells:
        shown.add_row(*(Text(cell, style="bold" if bold else "") for cell, bold in cells))
    return shown


@dataclass(frozen=True)
class ForPeople:
    """What people are shown: a header, and cells with whether they are bold."""

    header: list[str]
    cells: list[list[tuple[str, bool]]]


def brief(
    table: pd.DataFrame, *, intervals: bool = True, without: Collection[str] = ()
) -> ForPeople:
    """The columns chosen, else those that a reader looks at first, less those in ``without``."""
    chosen = table.attrs.get("columns") or table.attrs.get("brief")
    if chosen:
        titles = {name: name for name in chosen}
    else:
        titles = {name: text for name, text in brief_columns(table).items() if name not in without}
    cells = []
    for line in records_of(table):
        best = set(str(line.get("best", "")).split())
        cells.append([(cell_text(name, line, intervals), name in best) for name in titles])
    return ForPeople(list(titles.values()), cells)


def brief_columns(table: pd.DataFrame) -> dict[str, str]:
    """The columns that a reader looks at first, and what heads them.

    What methods were told, and for how long they ran, is among them where it is not the same;
    ``settings``, ``group``, ``pending``, ``missing`` and ``stale`` are where there are some.
    """
    by = list(table.attrs.get("by", ()))
    mixed = [name for name in ("disclosure", "seconds") if _differs(table[name])]
    if not mixed and not set(table["disclosure"]) <= {"", "blind"}:
        mixed = ["disclosure"]
    mixed = [name for name in mixed if name not in by]
    first = ["method", "settings"] if any(table["settings"]) else ["method"]
    group = ["group"] if table["group"].max() > 1 else []
    some = [name for name in ("pending", "missing", "stale") if any(table[name])]
    titles = {
        one.name: one.title
        for one in columns()
        if one.title
        and one.name in table
        and ((one.everywhere and one.worst is not None) or _known(table[one.name]))
    }
    names = (*first, *by, *group, *mixed, *_COVERAGE, *some, *titles)
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
    value = line[name]
    if name == "done" and "planned" in line:
        return f"{value}/{line['planned']}"
    if isinstance(value, str):
        return harmless(value)
    if value is None or value != value:
        return "-"
    if f"{name}_low" in line:
        low, high = line[f"{name}_low"], line[f"{name}_high"]
        shown = f"{value:.2f}"
        return f"{shown} [{low:.2f}, {high:.2f}]" if intervals and low == low else shown
    if name == "r2":
        return f"{value:.4f}" if value >= 0 else "< 0"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3g}"


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The lines; what is not known is None or nan."""
    records: list[dict[str, Any]] = table.to_dict(orient="records")  # type: ignore[assignment]
    for place in table["rank"].isna().to_numpy().nonzero()[0] if "rank" in table else ():
        records[place]["rank"] = None
    return records


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
