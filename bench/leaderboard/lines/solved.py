"""Solved: the measure by which a run counts as solved, and how soon it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.leaderboard.columns import AREA, measures
from bench.scoring.metrics import RANKED_BY

if TYPE_CHECKING:
    import pandas as pd

ANSWERED = "answer_cpu_seconds"
"""What a run had spent when it first reported what it answered; of no column of the table."""


@dataclass(frozen=True)
class Solved:
    """The measure by which a run counts as solved: the first rate of the table that is known.

    A kind without any rate has its first measure there.
    """

    name: str
    meaning: str

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Solved:
        """``exact`` where laws are known, else the first rate that some run has."""
        summed = measures(set(rows["kind"].unique()) - {""})
        rates = [one for one in summed if one.kind == "rate"]
        rates.sort(key=lambda one: one.name != f"symbolic_{RANKED_BY}")
        known = [one for one in rates if one.name in rows and rows[one.name].notna().any()]
        chosen = (known or rates or summed)[0]
        return cls(chosen.name, chosen.meaning)


def with_area(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` with the area of each run: what was left of the CPU budget when it was solved.

    That is 1 - t/T for a run that first reported its right answer after t of T CPU seconds, and 0
    for one that was not solved; the mean is the area under the curve of all. T is the limit of CPU
    seconds, or of wall seconds where CPU time has none. nan where nobody knows.
    """
    left = np.clip(1.0 - rows[ANSWERED] / rows["limit"], 0.0, 1.0)
    area = np.full(len(rows), np.nan)
    for kind in sorted(set(rows["kind"].unique())):
        own = (rows["kind"] == kind).to_numpy(bool)
        name = Solved.of(rows if own.all() else rows[own]).name
        if name in rows:
            area[own] = (rows[name] * left).to_numpy(np.float64)[own]
    return rows.assign(**{AREA: area})
