"""The columns of a leaderboard: one list that the code, the docs and the tests share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from bench.basics.extension import ExtensionError
from bench.kinds.metrics import all_metrics
from bench.running.results.record import STATUSES
from bench.scoring.metrics import Metric, Summary

ColumnKind = Literal["key", "count", "cost"] | Summary

SCHEMA = 2
"""The version of these columns; another one where a column goes, or says something else."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, how it comes from the runs of a line, and what it says.

    For those that sum up one number per run, ``rate``, ``mean`` and ``median``, see ``Metric``,
    also for ``worst``, ``everywhere``, ``interval``, ``title`` and ``rank``; an ``interval`` adds
    ``NAME_low`` and ``NAME_high``. A ``cost`` is all that the runs of a line had of ``used``, over
    how many of them were solved. ``rising``: less is better.
    """

    name: str
    kind: ColumnKind
    meaning: str
    worst: float | None = None
    interval: bool = False
    title: str = ""
    rank: int = 0
    rising: bool = True
    everywhere: bool = True
    used: str = ""

    @classmethod
    def of(cls, metric: Metric) -> Column:
        """The column of a metric."""
        return cls(
            metric.name, metric.summary, metric.question, metric.worst, metric.interval,
            metric.heading, metric.rank, metric.better == "lower", metric.everywhere,
        )  # fmt: skip

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

_COVERAGE = (
    Column("method", "key", "the method's label"),
    Column(
        "settings",
        "key",
        "what tells the settings and budgets of one method apart, where there are several; `--by` "
        "adds its columns after this one",
    ),
    Column(
        "group",
        "key",
        "lines of one number ran the same problems, seeds and noise; others are never ranked "
        "together",
    ),
    Column("rank", "key", "the place within the group; empty where a line is not ranked"),
    Column("remark", "key", "why a line is not ranked, or what to mind about it"),
    Column("disclosure", "key", "what methods were told: `blind`, `symbols` or `full`"),
    Column("seconds", "key", "the budget of a run: wall time, or `CPU` time of all its processes"),
    Column("problems", "count", "problems planned"),
    Column("planned", "count", "runs planned: problems x seeds x levels of noise"),
    Column("done", "count", "runs with a record, whatever its status"),
    Column("pending", "count", "runs without one while somebody is at work in their folder"),
    Column(
        "missing",
        "count",
        "runs without one that nobody is at work on: they count as failures (`rediscover run` "
        "makes them)",
    ),
    Column("failed", "count", "runs that are done and not `ok`; by what became of them:"),
    *(Column(status, "count", _STATUSES[status]) for status in STATUSES),
    Column("unsealed", "count", "runs round which not all walls stood, imported ones among them"),
    Column("starved", "count", "runs kept from running for over a quarter of their CPU time"),
    Column("unscored", "count", "runs with a record but no scorecard (`rediscover score`)"),
    Column(
        "stale",
        "count",
        "runs whose record other code of the method made than there is now (`rediscover run "
        "--rerun-stale`), or whose scorecard other code of the judge (`rediscover score`)",
    ),
)
AREA = "solved_area"
SPENT = "cpu_seconds"
TUNING = "tuning_cpu_seconds"
_COSTS = (
    Column(
        AREA,
        "mean",
        "the area under the share of runs solved against CPU seconds, over the budget's: 1 for "
        "those solved at once, 0 for those that were not",
        worst=0.0,
        rising=False,
    ),
    Column("wall_seconds", "median", "wall-clock seconds of a run", title="wall s"),
    Column(SPENT, "median", "CPU seconds of a run, its whole process group", title="CPU s"),
    Column("memory_mb", "median", "peak resident memory of a run's process group, MB"),
    Column("calls", "median", "calls of a language model in a run that asks one"),
    Column("tokens", "median", "tokens of its prompts and answers together"),
    Column("money", "median", "dollars that they cost; empty where no price is known"),
    Column(
        "refused",
        "median",
        "forms and programs that it wrote and that could not be read, of methods that count them",
    ),
    Column(
        "searches",
        "median",
        "searches for an integer relation (PSLQ calls), of methods that count them",
        title="searches",
    ),
    Column(
        TUNING,
        "median",
        "CPU seconds of all runs by which the settings were chosen (`rediscover tune`); empty "
        "where nobody chose",
        title="tuning CPU s",
    ),
)
_RATIOS = (
    Column(
        "cpu_seconds_per_solved", "cost",
        "CPU seconds of all runs for each that was solved, those of choosing settings counted",
        used=SPENT,
    ),
    Column(
        "tokens_per_solved", "cost", "the same of tokens", title="tokens per solved", used="tokens"
    ),
    Column("money_per_solved", "cost", "the same of dollars", title="$ per solved", used="money"),
)  # fmt: skip
_TAKEN = frozenset(
    {*(column.name for column in (*_COVERAGE, *_COSTS, *_RATIOS))}
    | {"dataset", "tier", "noise", "difficulty", "problem", "dimension", "units", "seed"}
    | {"dummy_variables", "identifiable", "kind", "status", "budget", "best", "setup", "version"}
    | {"data_seed", "limit"}
)
"""What no metric may be called: other columns, what lines are broken down by, what rows hold."""


def columns(kinds: Collection[str] = ()) -> tuple[Column, ...]:
    """All columns of a table of problems of these ``kinds``; where none is named, of all."""
    return (*_COVERAGE, *measures(kinds), *_RATIOS)


def ratios() -> tuple[Column, ...]:
    """The columns of what it cost to solve a problem."""
    return _RATIOS


def measures(kinds: Collection[str] = ()) -> tuple[Column, ...]:
    """The columns that sum up one number per run: the metrics, then how fast and at what cost.

    Raises ExtensionError where a package's metric is called like another column.
    """
    found: dict[str, Column] = {}
    for metric in all_metrics():
        if metric.name in _TAKEN:
            raise ExtensionError(
                f"a metric cannot be called '{metric.name}': a leaderboard has another column of "
                f"that name; rename it ({metric.origin})"
            )
        if not kinds or set(kinds) & set(metric.kinds):
            found.setdefault(metric.name, Column.of(metric))
    return (*found.values(), *_COSTS)


def column_names(kinds: Collection[str] = ()) -> list[str]:
    """The names of all columns, in order, intervals among them."""
    return [name for column in columns(kinds) for name in column.names]


def columns_markdown() -> str:
    """The columns as a Markdown table, as the docs show it."""
    rows = [
        f"| {', '.join(f'`{name}`' for name in column.names)} | {_said(column)} |"
        for column in columns()
    ]
    said = f"Version {SCHEMA} of the schema; it rises where a column goes or says something else."
    return "\n".join([said, "", "| column | what it says |", "|---|---|", *rows]) + "\n"


def _said(column: Column) -> str:
    start = {"rate": "share of yes: ", "mean": "mean: ", "median": "median: "}
    return start.get(column.kind, "") + column.meaning
