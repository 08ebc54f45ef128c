"""What the pictures show, worked out from the rows: summed up before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.basics.words import counted
from bench.leaderboard.comparison import ranks_of
from bench.leaderboard.lines.solved import ANSWERED, Solved
from bench.leaderboard.report import charts
from bench.leaderboard.views import dummy_variables

if TYPE_CHECKING:
    import pandas as pd

_STEPS = 200
"""Points of a curve that are kept; more cannot be seen."""
_SHORTEST = 1e-3
"""CPU seconds from which on a curve is drawn: its axis is logarithmic."""
_HEAT = (80, 400)
"""Methods and problems that a heat map shows at the most."""
MAP = "problems"
"""The name of the heat map, in whose place a page has a table."""
_DUMMIES = "dummy_variables"
_NAMED = 10
"""Methods that a caption names."""


@dataclass(frozen=True)
class Picture:
    """A picture: its file's name, what it shows in a sentence, and its specification."""

    name: str
    caption: str
    spec: charts.Spec


def pictures(rows: pd.DataFrame, table: pd.DataFrame) -> list[Picture]:
    """Every picture for which ``rows`` and their ``table`` (one line a method) have something."""
    solved, ranks = Solved.of(rows), _ranks(rows, Solved.of(rows))
    more = f" The first {_HEAT[0]} of {len(table)} methods." if len(table) > _HEAT[0] else ""
    table = table.head(_HEAT[0])
    methods = list(table["method"])
    rows = rows[rows["method"].isin(methods)] if more else rows
    made = [
        _whiskers(table, solved), ranks, _curves(rows, solved, methods),
        _pareto(table, solved, methods),
        _levels(rows, solved, "noise", methods), _levels(rows, solved, _DUMMIES, methods),
        _heat(rows, solved),
    ]  # fmt: skip
    return [
        replace(picture, caption=picture.caption + more) for picture in made if picture is not None
    ]


def with_dummies(rows: pd.DataFrame, folders: Iterable[Path]) -> pd.DataFrame:
    """``rows`` with how many variables each problem has that its law does not have; nan where
    nobody knows."""
    counts = dummy_variables(rows, folders)
    return rows.assign(**{
        _DUMMIES: [float(one) if isinstance(one, int) else np.nan for one in counts]
    })  # fmt: skip


def _whiskers(table: pd.DataFrame, solved: Solved) -> Picture | None:
    if f"{solved.name}_low" not in table:
        return None
    known = table[table[solved.name].notna()]
    rates = [
        {"method": line["method"], "value": line[solved.name],
         "low": _or(line[f"{solved.name}_low"], line[solved.name]),
         "high": _or(line[f"{solved.name}_high"], line[solved.name])}
        for line in known.to_dict(orient="records")
    ]  # fmt: skip
    caption = f"Share of yes with its 95 % interval: {solved.meaning}"
    return Picture("rates", caption, charts.whiskers(rates, solved.name)) if rates else None


def _or(value: float, other: float) -> float:
    return other if np.isnan(value) else value


def _ranks(rows: pd.DataFrame, solved: Solved) -> Picture | None:
    whole, partial = _covering(rows, solved)
    if len(whole) < 3:
        return None
    found = ranks_of(rows, whole, solved.name)
    if found is None:
        return None
    mean = found.mean
    order = np.argsort(mean, kind="stable")[: _HEAT[0]]
    ranked = [{"method": whole[one], "rank": mean[one]} for one in order]
    last = mean[order[-1]]
    alike = [
        {"bar": bar, "first": mean[members[0]], "last": min(last, mean[members[-1]])}
        for bar, members in enumerate(found.alike)
        if mean[members[0]] < last
    ]
    caption = (
        f"Mean ranks of {counted(len(whole), 'method')} over {found.problems} problems by "
        f"{solved.name}. Bars join methods that are not told apart (Friedman p = {found.p:.2g}, "
        "Nemenyi at 5 %)."
    )
    if partial:
        names = ", ".join(partial[:_NAMED]) + (", ..." if len(partial) > _NAMED else "")
        caption += f" Not ranked, as they have not done every problem: {names}."
    spec = charts.critical_difference(ranked, alike, found.critical)
    return Picture("ranks", caption, spec)


def _covering(rows: pd.DataFrame, solved: Solved) -> tuple[list[str], list[str]]:
    """The methods that have done as many problems as any, and the others."""
    known = rows[rows[solved.name].notna()].assign(at=rows["dataset"] + "/" + rows["problem"])
    done = known.groupby("method", sort=False)["at"].nunique()
    most = done.max()
    methods = list(dict.fromkeys(rows["method"]))
    whole = [method for method in methods if done.get(method, 0) == most]
    return whole, [method for method in methods if method not in whole]


def _curves(rows: pd.DataFrame, solved: Solved, methods: Sequence[str]) -> Picture | None:
    steps: list[dict[str, Any]] = []
    end = rows["cpu_seconds"].max()
    for method, own in rows.groupby("method", sort=False):
        asked = own[own[solved.name].notna()]
        times = np.sort(asked.loc[asked[solved.name] == 1.0, ANSWERED].dropna().to_numpy())
        if not len(times):
            continue  # nothing solved, or nothing known of its times
        kept = np.unique(np.linspace(0, len(times) - 1, _STEPS).astype(int))
        shares = (kept + 1) / len(asked)
        curve = [*zip(times[kept], shares, strict=True), (end, shares[-1])]
        steps += [
            {"method": method, "seconds": max(float(seconds), _SHORTEST), "share": float(share)}
            for seconds, share in curve
        ]
    caption = f"Share of runs solved ({solved.name}) against the CPU seconds to their answer"
    spec = charts.solved_over_time(steps, methods)
    return Picture("solved_over_time", caption, spec) if steps else None


def _pareto(table: pd.DataFrame, solved: Solved, methods: Sequence[str]) -> Picture | None:
    if "complexity" not in table:
        return None
    known = table[table[solved.name].notna() & table["complexity"].notna()]
    points = [
        {"method": line["method"], "nodes": line["complexity"], "value": line[solved.name]}
        for line in known.to_dict(orient="records")
    ]
    for one in points:
        one["front"] = not any(_beats(other, one) for other in points)
    caption = f"{solved.name} against the size of answers; the line joins what nothing beats"
    spec = charts.accuracy_and_complexity(points, solved.name, methods)
    return Picture("accuracy_and_complexity", caption, spec) if points else None


def _beats(other: dict[str, Any], one: dict[str, Any]) -> bool:
    at_least = other["value"] >= one["value"] and other["nodes"] <= one["nodes"]
    return at_least and (other["value"], other["nodes"]) != (one["value"], one["nodes"])


def _levels(
    rows: pd.DataFrame, solved: Solved, level: str, methods: Sequence[str]
) -> Picture | None:
    if level not in rows or rows[level].nunique() < 2:
        return None
    means = rows.groupby(["method", level], sort=False)[solved.name].mean().dropna().reset_index()
    points = [
        {"method": method, "level": f"{value:g}", "value": float(mean)}
        for method, value, mean in means.sort_values(level).itertuples(index=False)
    ]
    if not points:
        return None
    caption = f"{solved.name} against {level.replace('_', ' ')}"
    return Picture(
        f"against_{level}", caption, charts.over_levels(points, level, solved.name, methods)
    )


def _heat(rows: pd.DataFrame, solved: Solved) -> Picture | None:
    means = cells(rows, solved.name)
    points = [
        {"method": method, "problem": problem, "value": value}
        for method, problem, value, _ in means
        if value is not None
    ]
    caption = f"{solved.name} of each method on each problem"
    return Picture(MAP, caption, charts.heat_map(points, solved.name)) if points else None


def cells(rows: pd.DataFrame, measure: str) -> list[tuple[str, str, float | None, int]]:
    """Method, problem, mean of ``measure`` (None: not known) and runs, of each cell of the map.

    The first methods and problems, as many as can be shown.
    """
    named = rows.assign(cell=rows["dataset"] + "/" + rows["problem"])
    named = named[_first(named["method"], _HEAT[0]) & _first(named["cell"], _HEAT[1])]
    grouped = named.groupby(["method", "cell"], sort=False)[measure].agg(["mean", "size"])
    return [
        (str(method), str(problem), None if np.isnan(mean) else float(mean), int(size))
        for (method, problem), mean, size in zip(
            grouped.index, grouped["mean"], grouped["size"], strict=True
        )
    ]


def left_out(rows: pd.DataFrame) -> str:
    """A sentence about what the map leaves out; empty where that is nothing."""
    counts = rows["method"].nunique(), (rows["dataset"] + "/" + rows["problem"]).nunique()
    if counts[0] <= _HEAT[0] and counts[1] <= _HEAT[1]:
        return ""
    shown = tuple(map(min, counts, _HEAT))
    return f"The first {shown[0]} of {counts[0]} methods and {shown[1]} of {counts[1]} problems."


def _first(names: pd.Series[str], most: int) -> pd.Series[bool]:
    kept: Sequence[str] = list(dict.fromkeys(names))[:most]
    return names.isin(kept)
