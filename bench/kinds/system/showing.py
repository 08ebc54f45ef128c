"""What ``rediscover show`` says of a system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.kinds.kind import Brief, Shown
from bench.method import answer_text
from bench.problems.systems.problem import SystemProblem

_ROWS = 3


def in_brief(problem: SystemProblem) -> Brief:
    """A problem in the list of its dataset."""
    truth = None if problem.truth is None else answer_text(problem.truth)
    return Brief(truth, len(problem.states))


def shown(problem: SystemProblem) -> Shown:
    """A problem by itself, with its first points."""
    facts = _facts(problem)
    return Shown(facts, list(_lines(facts)))


def _facts(problem: SystemProblem) -> dict[str, Any]:
    data = problem.data()
    splits = {"shown": data.shown, "later": data.later, "held back": data.held_back}
    return {
        "meaning": problem.meaning,
        "truth": None if problem.truth is None else dict(problem.truth),
        "states": list(problem.names),
        "inputs": [variable.name for variable in problem.inputs],
        "time": problem.time,
        "lyapunov": problem.lyapunov,
        "law": problem.law,
        "guess": dict(problem.guess),
        "flaws": dict(problem.flaws),
        "noise": problem.observing.noise,
        "dropped": problem.observing.dropped,
        "derivatives": problem.observing.derivatives,
        "points": {name: [len(one) for one in split] for name, split in splits.items() if split},
        "sha256": data.digest,
        "rows": data.shown[0].columns[:_ROWS].tolist(),
    }


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    if facts["meaning"]:
        yield f"meaning: {facts['meaning']}"
    for name, rate in (facts["truth"] or {}).items():
        yield f"  {name}' = {rate}"
    for name, rate in facts["guess"].items():
        yield f"  guess: {name}' = {rate}"
    for key in ("inputs", "time", "lyapunov", "law"):
        if facts[key]:
            value = facts[key]
            yield f"{key}: {', '.join(value) if isinstance(value, list) else value}"
    yield f"noise: {facts['noise']}"
    for name, counts in facts["points"].items():
        yield f"points {name}: {', '.join(map(str, counts))}"
    yield f"SHA-256 of the data: {facts['sha256']}"
    yield f"first points (t, {', '.join([*facts['states'], *facts['inputs']])}):"
    for row in facts["rows"]:
        yield "  " + "  ".join(f"{number:.6g}" for number in row)
