"""The runs that a page can open: typeset, judged, drawn; a few thousand at the most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bench.basics.words import harmless
from bench.expression import ParseError, read
from bench.expression.typeset import mathml
from bench.kinds import AnyProblem, kind_of
from bench.leaderboard.details import FoundRun, RunDetails, run_details
from bench.leaderboard.results import Problems
from bench.method import Answer
from bench.running.results.record import RecordError

MOST = 2_000
"""Runs whose whole story is in a page; of more, the first of each method and problem in turn."""
_LONGEST = 2_000
"""Characters of an answer that is typeset and drawn."""
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
        "message": "" if record is None else harmless(record.message),
        "prediction": None if details.prediction is None else harmless(details.prediction),
        "prediction_math": typeset(details.answer),
        "read_as": harmless(details.read_as),
        "truth": details.truth,
        "truth_math": typeset(getattr(problem, "truth", None)),
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
        "counts": dict(details.counts),
        "seal": details.provenance.get("seal", ""),
        "reports": [
            [one.seconds, one.loss, harmless(str(one.expression)[:200])]
            for one in _thinned(details.reports)
        ],
        "drawn": _drawn(details, problem),
        "log": "\n".join(map(harmless, details.log.splitlines())),
    }  # fmt: skip


def typeset(answer: Answer | None) -> list[list[str]]:
    """Each expression as its name and MathML; none of what is no expression, or is not readable."""
    if answer is None:
        return []
    texts = {"": answer} if isinstance(answer, str) else answer
    if sum(map(len, texts.values())) > _LONGEST:
        return []
    try:
        return [[name, mathml(read(text).expression)] for name, text in texts.items()]
    except ParseError:
        return []


def _thinned(reports: Sequence[Any]) -> list[Any]:
    if len(reports) <= _REPORTS:
        return list(reports)
    places = np.linspace(0, len(reports) - 1, _REPORTS).astype(int)
    return [reports[place] for place in places]


def _drawn(details: RunDetails, problem: AnyProblem | None) -> Mapping[str, Any]:
    """What the kind of ``problem`` shows of the answer beside the data, as plain JSON."""
    answer, record = details.answer, details.record
    if answer is None or record is None or problem is None or len(str(answer)) > _LONGEST:
        return {}
    drawn = getattr(kind_of(problem), "drawn", None)
    if drawn is None:
        return {}
    try:
        found: Mapping[str, Any] = drawn(problem, answer, record.run.conditions)
    except (ValueError, OSError, KeyError, TypeError):
        return {}  # gone, or of another shape since it was run
    return found
