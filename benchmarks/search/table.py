"""A comparison's table and its plot, from the rows of its runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.basics.words import counted
from benchmarks.search.rows import RULES, RunRow
from benchmarks.search.suites import set_aside

_CELL = "yes of runs (undecided; median CPU seconds to the law)"


def table(rows: Sequence[RunRow]) -> str:
    """Markdown: a table for each of the judge's rules, and one of the halves set aside."""
    budgets = ", ".join(f"{budget:g}" for budget in sorted({row.budget for row in rows}))
    head = (
        f"{counted(len(rows), 'run')} of {budgets} CPU seconds each on one thread. "
        f"A cell is {_CELL}. Problems are drawn by a fixed seed; the column says of how many."
    )
    stale = sum(row.stale for row in rows)
    if stale:
        head += f" Of an earlier code of their method: {stale}."
    lines = [head]
    for rule in RULES:
        lines += ["", f"By `{rule}`:", "", *_by_suite(rows, rule)]
    aside = {name: set_aside(name) for name in {row.suite for row in rows}}
    kept = [row for row in rows if row.problem in aside[row.suite]]
    if kept:
        lines += ["", "By `exact`, the half of each suite that is set aside:", ""]
        lines += _by_suite(kept, "exact")
    return "\n".join(lines) + "\n"


def _by_suite(rows: Sequence[RunRow], rule: str) -> list[str]:
    methods = list(dict.fromkeys(row.method for row in rows))
    lines = [
        "| suite | noise | problems | " + " | ".join(f"`{name}`" for name in methods) + " |",
        "|---|---:|---:|" + "---:|" * len(methods),
    ]
    for suite, noise in dict.fromkeys((row.suite, row.noise) for row in rows):
        own = [row for row in rows if (row.suite, row.noise) == (suite, noise)]
        cells = [_cell([row for row in own if row.method == name], rule) for name in methods]
        problems = len({row.problem for row in own})
        lines.append(f"| {suite} | {noise:g} | {problems} | " + " | ".join(cells) + " |")
    return lines


def _cell(rows: Sequence[RunRow], rule: str) -> str:
    if not rows:
        return "-"
    answers = [getattr(row, rule) for row in rows]
    found = [row.found for row in rows if row.found is not None]
    notes = [f"{answers.count('undecided')} undecided"] if "undecided" in answers else []
    if rule == "exact" and found:
        notes.append(f"{np.median(found):.2g}")
    text = f"{answers.count('yes')} of {len(rows)}"
    return f"{text} ({'; '.join(notes)})" if notes else text


def plot(rows: Sequence[RunRow], path: Path) -> None:
    """Share of all runs that have the law, by ``exact``, after so many CPU seconds."""
    try:
        import matplotlib
    except ImportError:
        print("no plot: matplotlib is not installed")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for method in dict.fromkeys(row.method for row in rows):
        own = [row for row in rows if row.method == method]
        times = sorted(row.found for row in own if row.found is not None)
        shares = [0.0, *(np.arange(1, len(times) + 1) / len(own))]
        end = max(row.budget for row in own)
        axes.step([0.01, *times, end], [*shares, shares[-1]], where="post",
                  label=f"{method} ({len(own)} runs)")  # fmt: skip
    axes.set(xscale="log", xlabel="CPU seconds", ylabel="share of runs recovered", ylim=(0, 1.02))
    axes.legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, dpi=120, metadata={"Software": None})
    pyplot.close(figure)
