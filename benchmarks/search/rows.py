"""A row a run: what a comparison of methods keeps, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

from bench.basics.files import write_whole
from bench.expression import ParseError, complexity, parse
from bench.plugins import find_method, spec_of
from bench.problems import Problem
from bench.running import Record
from bench.running.results.plan import posed_to
from bench.scoring.equivalence import judge

RULES = ("exact", "skeleton")


@dataclass(frozen=True)
class RunRow:
    """A run: the verdicts on its formula, and how many CPU seconds it took.

    ``code`` is the digest of the method's code, ``budget`` the CPU seconds it was given. ``found``
    is CPU seconds to the first report from which on every formula is the law by ``exact``, None
    where the answer is not. ``nodes`` is the formula's size, None where there is none.
    """

    method: str
    code: str
    suite: str
    problem: str
    noise: float
    seed: int
    budget: float
    cpu: float
    exact: str
    skeleton: str
    found: float | None
    nodes: int | None
    formula: str

    @property
    def stale(self) -> bool:
        """Whether an earlier code of its method made it."""
        return self.code != code_of(self.method)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same run, whatever code made it."""
        return self.method, self.suite, self.problem, self.noise, self.seed, self.budget


def row_of(record: Record, problem: Problem) -> RunRow:
    """The row of a run that has a record."""
    run, used = record.run, record.resources
    formula = str(record.discovery.best.expression) if record.discovery else ""
    verdicts = judged(formula, problem)
    found = _found(record, problem) if verdicts["exact"] == "yes" else None
    return RunRow(
        run.method.label, run.method.source, run.dataset, run.problem, run.noise, run.seed,
        run.budget.cpu_seconds or 0.0, round(used.cpu_seconds, 2),
        verdicts["exact"], verdicts["skeleton"], found, _nodes(formula), formula,
    )  # fmt: skip


def judged(formula: str, problem: Problem) -> dict[str, str]:
    """The judge's answers by both rules; ``no`` where there is no formula."""
    if not formula:
        return dict.fromkeys(RULES, "no")
    verdicts = judge(formula, problem.truth or "", problem.domain, rules=RULES)
    return {rule: verdicts[rule].answer for rule in RULES}


def _found(record: Record, problem: Problem) -> float:
    """Reports carry wall seconds: they are brought to CPU seconds by the run's own share."""
    used = record.resources
    share = used.cpu_seconds / max(used.wall_seconds, 1e-9)
    found = used.cpu_seconds
    for report in reversed(record.reports):
        if judged(str(report.expression), problem)["exact"] != "yes":
            break
        found = min(found, report.seconds * share)
    return round(found, 3)


def _nodes(formula: str) -> int | None:
    try:
        return complexity(parse(formula))
    except ParseError:
        return None


def read(path: Path) -> list[RunRow]:
    """The rows that ``write`` wrote; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [_row(cells) for cells in csv.DictReader(file)]


def _row(cells: Mapping[str, str]) -> RunRow:
    return RunRow(
        cells["method"], cells["code"], cells["suite"], cells["problem"], float(cells["noise"]),
        int(cells["seed"]), float(cells["budget"]), float(cells["cpu"]),
        cells["exact"], cells["skeleton"],
        float(cells["found"]) if cells["found"] else None,
        int(cells["nodes"]) if cells["nodes"] else None, cells["formula"],
    )  # fmt: skip


@cache
def code_of(method: str) -> str:
    """The digest of the code that runs ``method`` on tables now."""
    return posed_to(spec_of(find_method(method)), "table").source


def ordered(rows: Iterable[RunRow]) -> list[RunRow]:
    """The rows by suite, noise and problem."""
    return sorted(rows, key=lambda r: (r.suite, r.noise, r.problem, r.method, r.seed))


def write(rows: Iterable[RunRow], path: Path) -> None:
    """Every row as it comes; the file is written whole."""
    file = io.StringIO()
    writer = csv.DictWriter(file, [one.name for one in fields(RunRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, file.getvalue().encode())
