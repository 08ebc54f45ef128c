"""The runs that a page can open: typeset, judged, drawn; a few thousand at the most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bench.expression import ParseError, evaluate, read
from bench.expression.typeset import mathml
from bench.kinds import AnyProblem
from bench.leaderboard.details import FoundRun, RunDetails, run_details
from bench.leaderboard.results import Problems
from bench.problems.problem import Problem
from bench.running.results.record import RecordError

MOST = 2_000
"""Runs whose whole story is in a page; of more, the first of each method and problem in turn."""
_LONGEST = 2_000
"""Characters of an answer that is typeset and drawn."""
_POINTS = 60
_REPORTS = 40


def chosen(runs: Iterable[FoundRun], most: int = MOST) -> list[FoundRun]:
    """At most ``most`` runs: each cell's first, then each cell's second, and so on."""
    turns: dict[tuple[str, str, str, str], int] = {}
    ordered = []
    for place, run in enumerate(runs):
        cell = (run.planned.method, run.settings, run.planned.dataset, run.planned.problem)
        turns[cell] = turns.get(cell, 0) + 1
        ordered.append((turns[cell], place, run))
    return [run for _, _, run in sorted(ordered, key=lambda one: one[:2])[:most]]


def stories(
    runs: Sequence[FoundRun], problems: Problems, truths: Mapping[Any, str | None]
) -> Iterator[dict[str, Any]]:
    """What the page shows of each run, as plain JSON."""
    for run in runs:
        key = (run.planned.dataset, run.planned.problem)
        try:
            details = run_details(run, truths.get(key))
        except RecordError as error:
            yield {"id": run.name, "status": "damaged", "message": str(error)}
            continue
        yield {"id": run.name, **_story(details, problems.get(key))}


def _story(details: RunDetails, problem: AnyProblem | None) -> dict[str, Any]:
    from bench.scoring.scorecard import plain_json

    record, used = details.record, details.resources
    return {
        "status": details.status or "no record yet",
        "message": "" if record is None else record.message,
        "prediction": details.prediction,
        "prediction_math": typeset(details.prediction),
        "read_as": details.read_as,
        "truth": details.truth,
        "truth_math": typeset(details.truth),
        "verdicts": [
            {"rule": rule, "answer": one.answer, "step": one.step, "reason": one.reason,
             "witness": None if one.witness is None else plain_json(one.witness.as_dict())}
            for rule, one in details.verdicts.items()
        ],
        "values": plain_json(dict(details.values)),
        "settings": {} if record is None else plain_json(dict(record.run.method.settings)),
        "resources": None if used is None else {
            "wall_seconds": used.wall_seconds, "cpu_seconds": used.cpu_seconds,
            "peak_memory_mb": used.peak_memory_mb},
        "seal": details.provenance.get("seal", ""),
        "reports": [
            [one.seconds, one.loss, str(one.expression)[:200]] for one in _thinned(details.reports)
        ],
        "points": _points(details, problem),
        "log": details.log,
    }  # fmt: skip


def typeset(text: str | None) -> str | None:
    """``text`` as MathML; None where it is no expression, or one that nobody would read."""
    if text is None or len(text) > _LONGEST:
        return None
    try:
        return mathml(read(text).expression)
    except ParseError:
        return None


def _thinned(reports: Sequence[Any]) -> list[Any]:
    if len(reports) <= _REPORTS:
        return list(reports)
    places = np.linspace(0, len(reports) - 1, _REPORTS).astype(int)
    return [reports[place] for place in places]


def _points(details: RunDetails, problem: AnyProblem | None) -> list[list[float]]:
    """True and predicted values at test rows of a table; none where they cannot be had."""
    answer = details.answer
    if not isinstance(answer, str) or not isinstance(problem, Problem) or len(answer) > _LONGEST:
        return []
    try:
        table = problem.data().test
        places = np.linspace(0, len(table) - 1, min(_POINTS, len(table))).astype(int)
        X, y = table.X[places], table.y[places]
        expression = read(answer, problem.variables).filled
        predicted = evaluate(expression, [one.name for one in problem.variables], X)
    except (ParseError, ValueError, OSError, KeyError, TypeError):
        return []  # gone, or of another shape since it was run
    pairs = np.column_stack([y, np.broadcast_to(predicted, y.shape)])
    return [[float(a), float(b)] for a, b in pairs if np.isfinite(a) and np.isfinite(b)]
