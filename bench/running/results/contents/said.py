"""What of a folder cannot be read, in the words that every verb uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from pathlib import Path

from bench.basics.paths import as_named
from bench.basics.words import counted, harmless
from bench.running.results.contents.columns import Sheet
from bench.running.results.contents.files import Files
from bench.running.results.contents.holdings import Holdings, Scores
from bench.running.results.contents.planned import PlannedRuns

_NEWER = "made by a newer version of Rediscover: left alone"


def said_of(holdings: Holdings, scores: Scores | None = None) -> list[str]:
    """A line for each kind of thing that was not read, with how many and the first of them."""
    folder = as_named(holdings.store.folder)
    lines = [*_of_plan(holdings.runs, folder)]
    damaged = {holdings.path(row): holdings.fault(row) for row in holdings.damaged}
    newer = [holdings.path(row) for row in holdings.newer]
    strays = [holdings.path(row) for row in holdings.strays]
    lines += _faults(damaged, "record", "rediscover run makes it again")
    lines += _places(newer, counted(len(newer), "record"), _NEWER)
    lines += _places(
        strays, counted(len(strays), "record"),
        f"of nothing that is planned here; rediscover prune {folder} removes them",
    )  # fmt: skip
    if scores is not None:
        damaged, newer = _unread(scores.files, scores.columns)
        lines += _faults(damaged, "scorecard", f"rediscover score {folder} makes it again")
        lines += _places(newer, counted(len(newer), "scorecard"), _NEWER)
    return list(map(harmless, lines))


def _of_plan(plan: PlannedRuns, folder: str) -> Iterator[str]:
    if plan.unread:
        number, why = next(iter(plan.unread.items()))
        lines = counted(len(plan.unread), "line")
        yield (
            f"{lines} of plan.jsonl cannot be read: line {number}: {why}{_more(plan.unread)} "
            f"(rediscover run plans it again; rediscover prune {folder} drops it)"
        )
    if plan.newer:
        yield f"{counted(len(plan.newer), 'line')} of plan.jsonl {_NEWER}"


def _faults(found: Mapping[Path, str], thing: str, way_out: str) -> Iterator[str]:
    if found:
        path, why = next(iter(found.items()))
        count = counted(len(found), thing)
        yield f"{count} cannot be read: {as_named(path)}: {why}{_more(found)} ({way_out})"


def _places(found: Sequence[Path], count: str, what: str) -> Iterator[str]:
    if found:
        yield f"{count} {what}: {as_named(found[0])}{_more(found)}"


def _more(found: Sized) -> str:
    return f", and {len(found) - 1} more" if len(found) > 1 else ""


def _unread(files: Files, columns: Sheet) -> tuple[dict[Path, str], list[Path]]:
    """The scorecards that are damaged, and why; and those of a newer version."""
    faults, newer = columns.words["fault"], columns.numbers["newer"]
    rows = [row for row, code in enumerate(faults.codes) if faults.words[code]]
    damaged = {
        files.top / files.names[row]: faults.words[faults.codes[row]]
        for row in sorted(rows, key=lambda row: files.names[row])
        if not newer[row]
    }
    return damaged, sorted(files.top / files.names[row] for row in rows if newer[row])
