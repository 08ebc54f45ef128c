"""What ``rediscover show`` says of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.kinds.kind import Brief, Shown
from bench.problems.difficulty import difficulty
from bench.problems.identifiable.stored import stored, word_of
from bench.problems.problem import Problem
from bench.problems.variable import BASE_UNITS, Variable

_ROWS = 3


def in_brief(problem: Problem) -> Brief:
    """A problem in the list of its dataset."""
    return Brief(problem.targets[0].truth, len(problem.variables))


def shown(problem: Problem) -> Shown:
    """A problem by itself, with its data's first rows."""
    facts = _facts(problem)
    return Shown(facts, list(_lines(facts)))


def _facts(problem: Problem) -> dict[str, Any]:
    data = problem.data()
    known = stored(problem.dataset).get(problem.name)
    return {
        "meaning": problem.meaning,
        "formula": problem.formula,
        "truth": problem.truth,
        "target": _variable(problem.target.variable),
        "variables": [_variable(variable) for variable in problem.variables],
        "constraints": list(problem.constraints),
        "functions": list(problem.functions),
        "time": problem.time,
        "difficulty": dict(difficulty(problem)),
        "identifiable": word_of(problem.dataset, problem.name),
        "rival": known.expression if known and known.identifiable == "no" else None,
        "splits": {name: len(table) for name, table in data.splits.items()},
        "sha256": data.digest,
        "rows": np.column_stack([data.train.X, data.train.y])[:_ROWS].tolist(),
    }


def _variable(variable: Variable) -> dict[str, Any]:
    sampling = variable.sampling
    return {
        "name": variable.name,
        "symbol": variable.symbol,
        "meaning": variable.meaning,
        "unit": _unit_text(variable),
        "range": "" if sampling is None else _range_text(variable),
    }


def _unit_text(variable: Variable) -> str:
    """The unit of a variable as people write it: ``m s^-1``; ``1`` for a pure number."""
    if variable.unit is None:
        return ""
    parts = [
        name if power == 1 else f"{name}^{power:g}"
        for name, power in zip(BASE_UNITS, variable.unit, strict=True)
        if power
    ]
    return " ".join(parts) or "1"


def _range_text(variable: Variable) -> str:
    sampling = variable.sampling
    assert sampling is not None
    words = {"uniform": "uniform", "log_uniform": "log-uniform", "integer": "integer"}
    kind = words.get(sampling.kind, f"grid of {sampling.count}")
    high = sampling.high - 1 if sampling.kind == "integer" else sampling.high
    signs = {"positive": "", "negative": ", negative", "both": ", both signs"}[sampling.signs]
    return f"{kind} {sampling.low:g} .. {high:g}{signs}"


def _lines(value: dict[str, Any]) -> Iterator[str]:
    for key in ("meaning", "formula", "truth", "time"):
        if value[key]:
            yield f"{key}: {value[key]}"
    target = value["target"]
    yield f"target: {target['symbol'] or 'y'}  {_described(target)}".rstrip()
    for one in value["variables"]:
        symbol = one["symbol"] if one["symbol"] != one["name"] else ""
        yield f"  {one['name']} {symbol}  {_described(one)}".rstrip()
    for key in ("constraints", "functions"):
        if value[key]:
            yield f"{key}: {', '.join(value[key])}"
    numbers = ", ".join(f"{name} {number:.4g}" for name, number in value["difficulty"].items())
    if numbers:
        yield f"difficulty: {numbers}"
    if value["truth"]:
        yield f"identifiable: {value['identifiable']}"
    if value["rival"]:
        yield f"rival: {value['rival']}"
    yield "rows: " + ", ".join(f"{name} {count}" for name, count in value["splits"].items())
    yield f"SHA-256 of the data: {value['sha256']}"
    yield "first training rows (inputs, then target):"
    for row in value["rows"]:
        yield "  " + "  ".join(f"{number:.6g}" for number in row)


def _described(variable: dict[str, Any]) -> str:
    unit = f"[{variable['unit']}]" if variable["unit"] else ""
    return "  ".join(part for part in (variable["meaning"], unit, variable["range"]) if part)
