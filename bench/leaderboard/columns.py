"""The columns of a leaderboard: one list that the code, the README and the tests share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from bench.running.results.record import STATUSES
from bench.scoring.equivalence.rules import RULES

Kind = Literal["key", "count", "mean", "median"]

BY = ("dataset", "tier", "noise", "difficulty", "problem")
"""What a leaderboard may be broken down by."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, how it comes from the runs of a line, and what it says.

    ``mean`` and ``median`` are over the runs that have a value. ``worst`` is the value of a run
    that has no answer; None where such a run has none. ``interval`` adds ``NAME_low`` and
    ``NAME_high``, the 95 % interval of the mean.
    """

    name: str
    kind: Kind
    meaning: str
    worst: float | None = None
    interval: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The column and, where it has one, the ends of its interval."""
        if not self.interval:
            return (self.name,)
        return (self.name, f"{self.name}_low", f"{self.name}_high")


_STATUSES = {
    "ok": "runs that answered within their budget",
    "timeout": "runs ended at the budget and its grace",
    "memory": "runs ended over the memory limit",
    "crash": "runs whose process died",
    "error": "runs in which the method raised",
    "invalid": "runs whose answer is no expression in the problem's variables",
    "no_data": "runs whose problem had no data when they came to it; no rate counts them",
}

COLUMNS: tuple[Column, ...] = (
    Column("method", "key", "the method's label; `--by` adds its columns after this one"),
    Column("disclosure", "key", "what methods were told: `blind`, `symbols` or `full`"),
    Column("seconds", "key", "the budget of a run"),
    Column("problems", "count", "problems planned"),
    Column("planned", "count", "runs planned: problems x seeds x levels of noise"),
    Column("done", "count", "runs with a record, whatever its status"),
    *(Column(status, "count", _STATUSES[status]) for status in STATUSES),
    Column("unsealed", "count", "runs round which not all walls stood, imported ones among them"),
    Column("unscored", "count", "runs with a record but no scorecard (`rediscover score`)"),
    *(
        Column(f"symbolic_{rule.name}", "mean", f"share of yes: {rule.question}", 0.0, True)
        for rule in RULES.values()
    ),
    *(
        Column(f"undecided_{rule}", "mean", f"share of undecided, not in `symbolic_{rule}`", 0.0)
        for rule in RULES
    ),
    Column("accuracy", "mean", "share with R² > 0.999 on the test split", 0.0, True),
    Column("acc_tau", "mean", "share with every test point within 10 % (Acc_0.1)", 0.0, True),
    Column("ned", "mean", "SRSD's normalised edit distance, 0 best, 1 worst", 1.0, True),
    Column("r2", "median", "R² on the test split", -math.inf),
    Column("nmse", "median", "NMSE on the test split", math.inf),
    Column("finite", "mean", "share of test points with a finite prediction", 0.0),
    Column("ood_accuracy", "mean", "`accuracy` out of domain, where a problem has that", 0.0),
    Column("ood_acc_tau", "mean", "`acc_tau` out of domain, where a problem has that", 0.0),
    Column("ood_nmse", "median", "NMSE out of domain, where a problem has that", math.inf),
    Column("variables_right", "mean", "share of the law's variables that the answer uses", 0.0),
    Column("dummies", "mean", "number of variables used that the law does not have", 0.0),
    Column("dimensionally_consistent", "mean", "share whose units agree, if known", 0.0),
    Column("complexity", "median", "node count of the answer"),
    Column("wall_seconds", "median", "wall-clock seconds of a run"),
    Column("cpu_seconds", "median", "CPU seconds of a run, its whole process group"),
    Column("memory_mb", "median", "peak resident memory of a run's process group, MB"),
)
MEASURES = tuple(column for column in COLUMNS if column.kind in ("mean", "median"))
"""The columns that summarise one number per run."""


def column_names() -> list[str]:
    """The names of all columns, in order, intervals among them."""
    return [name for column in COLUMNS for name in column.names]


def columns_markdown() -> str:
    """The columns as a Markdown table, as the README shows it."""
    rows = [
        f"| {', '.join(f'`{name}`' for name in column.names)} | {_said(column)} |"
        for column in COLUMNS
    ]
    return "\n".join(["| column | what it says |", "|---|---|", *rows]) + "\n"


def _said(column: Column) -> str:
    start = {"mean": "mean: ", "median": "median: "}.get(column.kind, "")
    if column.kind == "mean" and column.meaning.startswith("share"):
        start = ""
    return start + column.meaning
