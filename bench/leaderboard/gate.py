"""Gate: are the methods of new results worse than they were in old ones, beyond chance?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from bench.leaderboard.columns import Column
from bench.leaderboard.comparison import LEVEL, RUN, measure_named
from bench.leaderboard.rows import LeaderboardError, named_apart, read_rows
from bench.leaderboard.statistics.paired import Difference, holm, paired_difference
from bench.running.results.naming import MethodNames
from bench.running.results.plan import Plan
from bench.running.results.store import Store

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["worse", "no worse", "not shown", "missing"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A method in old and new results, by the runs that both have.

    ``gain`` is new less old, turned so that more is better; ``p`` is its own, made good by Holm's
    way for the other methods. ``missing`` counts runs that old results have and new ones have
    not, ``left_out`` those that only new ones have.
    """

    method: str
    gain: Difference
    p: float
    missing: int
    left_out: int

    def outcome(self, margin: float) -> Outcome:
        """What is shown at ``LEVEL``.

        ``worse``: the whole interval lies below ``-margin``, and the test finds a difference.
        ``no worse``: the whole interval lies above it. ``not shown``: neither; more problems would
        tell. ``missing``: a run of the old results is not there, so that nothing is shown.
        """
        if self.missing or not self.gain.problems:
            return "missing"
        if self.gain.high < -margin and self.p < LEVEL:
            return "worse"
        return "no worse" if self.gain.low > -margin else "not shown"


@dataclass(frozen=True)
class Passages:
    """All methods of the old results; ``said`` are lines about what is not the same."""

    measure: Column
    methods: tuple[Passage, ...]
    said: tuple[str, ...]


def passages(old: Path, new: Path, measure: str = "") -> Passages:
    """Each method of the results in ``old`` held against itself in ``new``.

    Runs are paired by problem, noise and seed; a failure counts with the worst value. Methods are
    the same where label and settings are called the same. Raises LeaderboardError for folders
    that hold no results, a measure that there is not, and problems whose data are others.
    """
    read = [read_rows([folder]) for folder in (old, new)]
    plans = [Store(folder).plan() for folder in (old, new)]
    _refuse_other_data(*plans)
    frames = [named_apart(one.frame) for one in read]
    column = measure_named(measure, frames[0])
    if column.name not in frames[1]:
        raise LeaderboardError(f"the new results have no {column.name}; rediscover score {new}")
    names = list(dict.fromkeys(frames[0]["method"]))
    found = [_passage(name, *(_values(frame, name, column) for frame in frames)) for name in names]
    better = [_turned(one, column) for one in found]
    adjusted = holm([one.gain.p for one in better])
    passed = tuple(replace(one, p=float(p)) for one, p in zip(better, adjusted, strict=True))
    said = [line for one in read for line in one.said]
    return Passages(column, passed, (*said, *_other_settings(*plans)))


def _values(frame: pd.DataFrame, method: str, column: Column) -> pd.Series[float]:
    """The measure of each run of ``method``, by problem, noise and seed."""
    rows = frame[frame["method"] == method]
    values: pd.Series[float] = rows.set_index(RUN)[column.name]
    return values[~values.index.duplicated()].dropna()


def _passage(method: str, old: pd.Series[float], new: pd.Series[float]) -> Passage:
    both = old.index.intersection(new.index)
    before, after = old.loc[both], new.loc[both]
    problems = np.asarray(before.groupby(level=["dataset", "problem"]).ngroup(), np.intp)
    share = bool(set(before) | set(after) <= {0.0, 1.0})
    now, then = np.asarray(after, np.float64), np.asarray(before, np.float64)
    gain = paired_difference(now, then, problems, share)
    return Passage(method, gain, gain.p, len(old) - len(both), len(new) - len(both))


def _turned(passage: Passage, column: Column) -> Passage:
    """``passage`` so that more is better."""
    one = passage.gain
    if not column.rising:
        return passage
    gain = replace(
        one, difference=-one.difference, low=-one.high, high=-one.low, won=one.lost, lost=one.won
    )
    return replace(passage, gain=gain)


def _refuse_other_data(old: Plan, new: Plan) -> None:
    before, after = (
        {(run.dataset, run.problem): run.version for run in plan.runs.values()}
        for plan in (old, new)
    )
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            raise LeaderboardError(
                f"{'/'.join(key)} has other data in the new results (version {after[key][:12]}) "
                f"than in the old ones ({before[key][:12]}); run one of them again"
            )


def _other_settings(old: Plan, new: Plan) -> Iterator[str]:
    """Methods that had other settings, or another budget."""
    runs = [*old.runs.values(), *new.runs.values()]
    names = MethodNames.of(runs, {**old.setups, **new.setups})
    for label in dict.fromkeys(run.method for run in old.runs.values()):
        before, after = (
            {names.text(run) for run in plan.runs.values() if run.method == label}
            for plan in (old, new)
        )
        if after and before != after:
            was, now = (" and ".join(sorted(one)) for one in (before, after))
            yield f"{label} is not set as it was: {was}; now {now}"
