"""What ``rediscover show`` says of a market."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.basics.words import counted
from bench.kinds.kind import Brief, Shown
from bench.problems.panels.problem import PanelProblem

_ASSETS = 3


def in_brief(problem: PanelProblem) -> Brief:
    """A problem in the list of its dataset."""
    return Brief("; ".join(problem.planted) or None, len(problem.fields))


def shown(problem: PanelProblem) -> Shown:
    """A problem by itself, with the first day of a few assets."""
    facts = _facts(problem)
    return Shown(facts, list(_lines(facts)))


def _facts(problem: PanelProblem) -> dict[str, Any]:
    data = problem.data()
    days, assets = data.returns.shape
    return {
        "meaning": problem.meaning,
        "planted": list(problem.planted),
        "fields": list(problem.fields),
        "horizon": problem.horizon,
        "most": problem.most,
        "assets": assets,
        "days": {"shown": data.cut, "later": days - data.cut},
        "sha256": data.digest,
        "rows": [[float(data.fields[name][0, k]) for name in problem.fields]
                 for k in range(min(assets, _ASSETS))],
    }  # fmt: skip


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    if facts["meaning"]:
        yield f"meaning: {facts['meaning']}"
    for text in facts["planted"]:
        yield f"  planted: {text}"
    yield f"fields: {', '.join(facts['fields'])}"
    horizon = counted(facts["horizon"], "day")
    yield f"returns over {horizon}; a pool has at most {facts['most']} factors"
    days = facts["days"]
    yield f"{facts['assets']} assets; days: {days['shown']} shown, {days['later']} later"
    yield f"SHA-256 of the data: {facts['sha256']}"
    yield "first day of the first assets:"
    for row in facts["rows"]:
        yield "  " + "  ".join(f"{number:.6g}" for number in row)
