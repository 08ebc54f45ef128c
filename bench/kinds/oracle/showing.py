"""What ``rediscover show`` says of an oracle."""

from __future__ import annotations

from typing import Any

from bench.kinds.kind import Shown
from bench.problems.oracles.problem import ASKED, OracleProblem
from bench.problems.oracles.served import Corrupted, Noisy


def shown(problem: OracleProblem) -> Shown:
    """A problem by itself."""
    data = problem.data()
    facts: dict[str, Any] = {
        "truth": problem.truth,
        "family": problem.family,
        "variant": problem.tier,
        "served": _served(problem),
        "limits": list(problem.limits),
        "domain": list(ASKED),
        "questions": problem.questions,
        "batch": problem.batch,
        "flaws": dict(problem.flaws),
        "points": len(data.x),
        "sha256": data.digest,
    }
    lines = [
        f"truth: {problem.truth}",
        f"family: {problem.family}, on [{problem.limits[0]:g}, {problem.limits[1]:g}]",
        f"variant: {problem.tier}{facts['served'] and ', ' + facts['served']}",
        f"questions: {problem.questions}, at most {problem.batch} at once, on {ASKED}",
        f"scored at {len(data.x)} points",
        f"SHA-256 of the data: {data.digest}",
    ]
    return Shown(facts, lines)


def _served(problem: OracleProblem) -> str:
    serving = problem.serving
    if isinstance(serving, Corrupted):
        return f"{serving.mean:.6g} from {serving.low:g} to {serving.high:g}"
    return serving.family if isinstance(serving, Noisy) else ""
