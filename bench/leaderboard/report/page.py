"""The page: one HTML file with all that it shows, which asks nothing of any network.

Each kind of problem has a part of its own: its table, its pictures, its map of problems.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.basics.installation import install_hint
from bench.basics.words import counted
from bench.leaderboard import Board, LeaderboardError, read_board
from bench.leaderboard.columns import columns
from bench.leaderboard.details import find_runs
from bench.leaderboard.groups import find_problems
from bench.leaderboard.lines.solved import Solved
from bench.leaderboard.report.charts import PALETTE
from bench.leaderboard.report.stories import MOST, chosen, stories
from bench.leaderboard.report.summary import MAP, cells, left_out, pictures, with_dummies
from bench.leaderboard.results import Results
from bench.leaderboard.rows import named_apart
from bench.leaderboard.writers import brief_columns, cell_text, records_of
from bench.problems.cache import cached_json
from bench.running.results.store import Store

if TYPE_CHECKING:
    import pandas as pd

_HERE = Path(__file__).parent


def report_page(folder: Path, title: str | None = None, most: int = MOST) -> str:
    """The page of the results in ``folder``, of which ``most`` runs can be opened.

    Raises LeaderboardError for a folder without results, and where the packages that draw are not
    installed. The same results give the same page.
    """
    template = _template()
    board = read_board([folder])
    several = len(board.tables) > 1
    parts = [_part(kind, board, folder, several) for kind in board.tables]
    drawn = [picture for part in parts for picture in part["pictures"]]
    return str(
        template.render(
            title=title or f"Results of {folder.resolve().name}",
            facts=_facts(board.rows),
            warnings=_warnings(board.rows, most),
            parts=parts,
            style=_safe((_HERE / "page.css").read_text(encoding="utf-8")),
            script=_safe((_HERE / "page.js").read_text(encoding="utf-8")),
            library=_safe(_library()),
            palette=_safe(_json(PALETTE)),
            specs=_safe(_json({one.name: one.spec for one in drawn})),
            stories=_safe(_packed(folder, most)),
        )
    )


def _part(kind: str, board: Board, folder: Path, several: bool) -> dict[str, Any]:
    """What the page shows of the problems of one kind; names begin with it where it has others."""
    start = f"{kind}-" if several else ""
    table, rows = named_apart(board.tables[kind]), named_apart(board.rows_of(kind))
    drawn = [
        replace(one, name=f"{start}{one.name}")
        for one in pictures(with_dummies(rows, [folder]), table)
        if one.name != MAP
    ]
    solved = Solved.of(rows)
    return {
        "id": start, "kind": kind if several else "", "warnings": table.attrs["notes"],
        "pictures": drawn, "columns": _columns(table), "lines": _lines(table),
        "measure": solved.name, "left_out": left_out(rows), **_map(rows, solved.name),
    }  # fmt: skip


def _template() -> Any:
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise LeaderboardError(f"a report needs jinja2: {install_hint('report')}") from error
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string((_HERE / "page.html").read_text(encoding="utf-8"))


@cache
def _library() -> str:
    """What draws the pictures. To bundle it takes seconds, so it is kept beside generated data."""

    def bundled() -> str:
        import vl_convert

        return str(vl_convert.javascript_bundle(None))  # type: ignore[arg-type]  # its stub forgets the default

    try:
        parts = (f"vl-convert {version('vl-convert-python')}",)
        text = str(cached_json("javascript", parts, bundled))
    except ImportError as error:  # as of a package without metadata
        raise LeaderboardError(f"a report needs vl-convert: {install_hint('report')}") from error
    return text.replace("</script", "<\\/script")


def _safe(text: str) -> Any:
    """``text`` as it is: ours, or encoded so that it holds no markup."""
    from markupsafe import Markup

    return Markup(text)


def _json(value: Any) -> str:
    """``value`` as JSON within a page: nothing in it ends the element that holds it."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _packed(folder: Path, most: int) -> str:
    """The stories of the runs that can be opened: JSON, gzip, base64."""
    runs = chosen(find_runs(Store(folder), ()), most)
    problems = find_problems({run.planned.dataset for run in runs}, [folder])
    truths = Results(folder).truths(run.planned for run in runs)
    told = json.dumps(list(stories(runs, problems, truths)), allow_nan=False)
    return base64.b64encode(gzip.compress(told.encode(), mtime=0)).decode()


def _facts(rows: pd.DataFrame) -> str:
    done = rows["status"] != ""
    failed = done & (rows["status"] != "ok")
    problems = (rows["dataset"] + "/" + rows["problem"]).nunique()
    return (
        f"{counted(rows['method'].nunique(), 'method')}, {counted(problems, 'problem')}, "
        f"{counted(len(rows), 'run')} planned, {int(done.sum())} done, {int(failed.sum())} failed."
    )


def _warnings(rows: pd.DataFrame, most: int) -> list[str]:
    found = []
    for flag, words in (
        ("unsealed", "without all walls"),
        ("starved", "kept from running by other work on their machine"),
        ("stale", "made or judged by other code than there is now"),
    ):
        count = int(rows[flag].fillna(False).astype(bool).sum())
        if count:
            found.append(f"{counted(count, 'run')} {words}.")
    if len(rows) > most:
        found.append(f"{most} of {len(rows)} runs can be opened here: the first of each cell.")
    return found


def _columns(table: pd.DataFrame) -> list[dict[str, Any]]:
    brief = brief_columns(table)
    known = {one.name: one.meaning for one in columns()}
    return [
        {
            "name": name,
            "title": brief.get(name, name),
            "brief": name in brief,
            "meaning": known.get(name, name),
        }
        for name in table.columns
    ]


def _lines(table: pd.DataFrame) -> list[list[dict[str, Any]]]:
    return [
        [{"value": _sortable(name, line), "text": cell_text(name, line)} for name in table.columns]
        for line in records_of(table)
    ]


def _sortable(name: str, line: dict[str, Any]) -> str:
    value = line[name]
    return "" if value is None or value != value else str(value)


def _map(rows: pd.DataFrame, measure: str) -> dict[str, Any]:
    found = cells(rows, measure)
    methods = list(dict.fromkeys(method for method, *_ in found))
    by_problem: dict[str, dict[str, Any]] = {}
    for method, problem, value, runs in found:
        by_problem.setdefault(problem, {})[method] = {
            "method": method,
            "percent": round(100 * (value or 0.0)),
            "text": "?" if value is None else f"{value:.2g}",
            "runs": "1 run" if runs == 1 else f"{runs} runs",
        }
    rows_of_map = [
        {"problem": problem, "cells": [by_method.get(method) for method in methods]}
        for problem, by_method in by_problem.items()
    ]
    return {"methods": methods, "map": rows_of_map}
