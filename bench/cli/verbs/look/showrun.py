"""``rediscover show DIR WORD...``: one run of a results folder, whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.basics.words import harmless
from bench.cli import UserError
from bench.cli.named import open_store

if TYPE_CHECKING:
    from bench.leaderboard.details import RunDetails
    from bench.scoring.equivalence.verdict import Verdict, Witness

_LISTED = 10
_REPORTS = 8
_OF_RULES = ("symbolic_", "undecided_", "not_applicable_")
"""Values that say in numbers what the verdicts say in words."""


def show_run(folder: str, words: Sequence[str], *, as_json: bool) -> int:
    """Print the one run in ``folder`` that ``words`` name; UserError where there is not one."""
    from bench.leaderboard.details import find_runs, run_details
    from bench.leaderboard.results import Results
    from bench.running.results.record import RecordError

    store = open_store(folder)
    found = find_runs(store, words)
    if len(found) != 1:
        raise UserError(_not_one(folder, words, [run.name for run in found]))
    (one,) = found
    truths = Results(Path(folder)).truths([one.planned])
    try:
        details = run_details(one, truths.get((one.planned.dataset, one.planned.problem)))
    except RecordError as error:
        raise UserError(f"{store.record_path(one.key)}: {error}") from None
    if as_json:
        print(json.dumps(plain(details), indent=1))
    else:
        print("\n".join(map(harmless, _lines(details))))
    return 0


def _not_one(folder: str, words: Sequence[str], ids: Sequence[str]) -> str:
    said = " ".join(words)
    if not ids:
        return (
            f"no run in '{folder}' is '{said}'; name one by method, dataset, problem, seed, noise"
        )
    listed = ", ".join(ids[:_LISTED])
    more = f", and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return f"'{said}' is {len(ids)} runs in '{folder}'; say which: {listed}{more}"


def plain(details: RunDetails) -> dict[str, Any]:
    """All of a run as plain JSON."""
    from bench.scoring.scorecard import plain_json

    used = details.resources
    return {
        "id": details.planned.id,
        "identity": details.planned.identity,
        "status": details.status,
        "message": "" if details.record is None else details.record.message,
        "prediction": details.prediction,
        "read_as": details.read_as,
        "truth": details.truth,
        "verdicts": {rule: plain_json(one.as_dict()) for rule, one in details.verdicts.items()},
        "values": plain_json(details.values),
        "counts": dict(details.counts),
        "resources": None if used is None else asdict(used),
        "reports": [report.to_json() for report in details.reports],
        "provenance": dict(details.provenance),
        "log": details.log,
    }


def _lines(details: RunDetails) -> Iterator[str]:
    yield f"{details.planned.id}: {details.status or 'no record yet'}"
    if details.record is not None and details.record.message:
        yield details.record.message
    yield f"prediction  {details.prediction or 'none'}"
    if details.read_as:
        yield f"read as     {details.read_as}"
    yield f"truth       {details.truth or 'not known'}"
    yield from _judged(details)
    shown = {
        name: value
        for name, value in details.values.items()
        if value is not None and not name.startswith(_OF_RULES)
    }
    if shown:
        yield ", ".join(f"{name} {value:.6g}" for name, value in shown.items())
    yield from _used(details)
    yield from _reported(details)
    if details.log:
        yield "log, its end:"
        yield from (f"  {line}" for line in details.log.splitlines()[-20:])


def _judged(details: RunDetails) -> Iterator[str]:
    """A line for each rule; what several found alike is said once, behind the last of them."""
    width = max(map(len, details.verdicts), default=0)
    rules = list(details.verdicts.items())
    for place, (rule, verdict) in enumerate(rules):
        yield f"{rule:{width}}  {verdict.answer:9}  {verdict.step}: {verdict.reason}"
        following = rules[place + 1][1] if place + 1 < len(rules) else None
        if following is None or following.witness != verdict.witness:
            yield from _witnessed(verdict, width)


def _witnessed(verdict: Verdict, width: int) -> Iterator[str]:
    witness: Witness | None = verdict.witness
    while witness is not None:
        point = ", ".join(f"{name} = {value:.6g}" for name, value in witness.point.items())
        yield (
            f"{'':{width}}  at {point}: prediction {witness.prediction}, truth {witness.truth}"
            + (f" ({witness.note})" if witness.note else "")
        )
        witness = witness.beside


def _used(details: RunDetails) -> Iterator[str]:
    if details.record is None or details.resources is None:
        return
    used, budget = details.resources, details.record.run.budget
    yield (
        f"budget {budget.seconds:g} s; used {used.wall_seconds:.3g} s, CPU {used.cpu_seconds:.3g} "
        f"s, {used.peak_memory_mb:.0f} MB; seal: {details.provenance.get('seal', 'none')}"
    )
    if details.counts:
        yield "counted: " + ", ".join(f"{one} {name}" for name, one in details.counts.items())
    settings = details.record.run.method.settings
    if settings:
        yield "settings: " + ", ".join(f"{name}={value}" for name, value in settings.items())


def _reported(details: RunDetails) -> Iterator[str]:
    reports = details.reports
    if len(reports) > _REPORTS:
        yield f"the last {_REPORTS} of {len(reports)} reports:"
    elif reports:
        yield "reports:"
    for one in reports[-_REPORTS:]:
        loss = "" if one.loss is None else f"  loss {one.loss:.4g}"
        expression = one.expression
        text = expression if isinstance(expression, str) else json.dumps(dict(expression))
        yield f"  {one.seconds:8.3f} s{loss}  {text}"
