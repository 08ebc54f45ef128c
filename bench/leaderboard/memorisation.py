"""What a language model is given credit for: less what it remembers, and less what chance gives.

The memorisation gap is how much less a method solves of twins than of what they were made from.
What a model has read it can write down without looking at the data; of a twin it has read nothing
(``bench.problems.twins``). The difference between the two, run by run, is what memory may explain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bench.leaderboard.columns import Column
from bench.leaderboard.comparison import measure_named
from bench.leaderboard.rows import LeaderboardError, named_apart
from bench.leaderboard.statistics.paired import Difference, paired_difference
from bench.problems.twins import KINDS, of_twin

if TYPE_CHECKING:
    import pandas as pd

PROBE = "direct"
"""The method that shows a model no data: what it solves, the model recalls."""

CONTROL = "llm_prior"
"""The same loop with nobody behind it: what a model adds is what its method has over this."""

_Run: TypeAlias = tuple[Any, ...]
"""Dataset, problem, noise and seed."""
_Found: TypeAlias = tuple[float, float, Difference, int | None, int | None]
_PAIR = ["dataset", "problem", "noise", "seed"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Of one method and kind of twin: published less twin, in ``difference``.

    ``published`` and ``twins`` are the means. ``solved`` counts the published problems that the
    method solved, ``recalled`` those of them that the probe solved too; None where there is no
    probe, or the measure is no rate.
    """

    method: str
    kind: str
    published: float
    twins: float
    difference: Difference
    solved: int | None = None
    recalled: int | None = None


def memorisation_gaps(
    rows: pd.DataFrame, methods: Sequence[str] = (), measure: str = ""
) -> tuple[Column, list[Gap]]:
    """The gaps of ``methods``, all where none is named, by the runs in ``rows`` (``read_rows``).

    Runs are paired by problem, noise and seed. Raises LeaderboardError where there is no run of a
    twin and of what it was made from, and for a measure that there is not.
    """
    column = measure_named(measure, rows)
    rows = named_apart(rows)
    made_of = [of_twin(a, b) for a, b in zip(rows["dataset"], rows["problem"], strict=True)]
    values: dict[str, dict[_Run, float]] = defaultdict(dict)
    twins: dict[tuple[str, str], dict[_Run, float]] = defaultdict(dict)
    for run, made, value in zip(
        rows[["method", *_PAIR]].itertuples(index=False), made_of, rows[column.name], strict=True
    ):
        if np.isnan(value):
            continue
        if made is None:
            values[run[0]][tuple(run[1:])] = float(value)
        else:
            twins[run[0], made[2]][*made[:2], *run[3:]] = float(value)
    names = [one for one in dict.fromkeys(rows["method"]) if not methods or one in methods]
    probe = values.get(PROBE, {})
    found = [
        Gap(name, kind, *gap)
        for name in names
        for kind in KINDS
        if (gap := _gap(values[name], twins[name, kind], probe, column)) is not None
    ]
    if not found:
        raise LeaderboardError(
            "no run of a twin and of the problem it was made from; "
            "datasets.NAME.twins=[names,constants,form] puts them into a run"
        )
    return column, found


def _gap(
    published: Mapping[_Run, float],
    twins: Mapping[_Run, float],
    probe: Mapping[_Run, float],
    column: Column,
) -> _Found | None:
    both = [run for run in twins if run in published]
    if not both:
        return None
    first = np.array([published[run] for run in both])
    second = np.array([twins[run] for run in both])
    numbers = {problem: at for at, problem in enumerate(dict.fromkeys(run[:2] for run in both))}
    problems = np.array([numbers[run[:2]] for run in both], np.intp)
    difference = paired_difference(first, second, problems, column.kind == "rate")
    solved = recalled = None
    if column.kind == "rate" and probe:
        right = [run for run in both if published[run] == 1]
        solved, recalled = len(right), sum(probe.get(run) == 1 for run in right)
    return float(first.mean()), float(second.mean()), difference, solved, recalled


def without_control(table: pd.DataFrame) -> tuple[str, ...]:
    """A line where methods of the leaderboard ``table`` asked a model and no control stands by."""
    asked = table["calls"].fillna(0) > 0
    names = list(dict.fromkeys(table["method"][asked]))
    if not names or CONTROL in set(table["method"]):
        return ()
    said = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return (f"{said}: no control; run method=[{CONTROL}] with the same budget.calls beside",)
