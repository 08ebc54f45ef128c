"""``rediscover show``: a dataset, or one problem of it; a results folder by its status."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cli import UserError
from bench.cli.named import find_problem

if TYPE_CHECKING:
    from bench.problems.dataset import Dataset
    from bench.problems.problem import Problem
    from bench.problems.variable import Variable

PLAN = "plan.jsonl"
"""What makes a folder one of results."""

_ROWS = 3


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    if (Path(arguments.name) / PLAN).is_file():
        return _results(arguments)
    dataset, problem = find_problem(arguments.name)
    try:
        value = _dataset(dataset) if problem is None else _problem(problem)
    except ValueError as error:  # a file of data is malformed
        raise UserError(str(error)) from None
    if arguments.json:
        print(json.dumps(value, indent=1))
    elif problem is None:
        _print_dataset(value, _settings(arguments.name))
    else:
        _print_problem(value)
    return 0


def _results(arguments: argparse.Namespace) -> int:
    """A results folder: what ``status`` says of it, and what else there is to ask."""
    from bench.cli.verbs.experiment import status

    folder = arguments.name
    code = status.main(argparse.Namespace(folder=folder, json=arguments.json), [])
    if not arguments.json:
        print(f"the table: rediscover leaderboard {folder}")
    return code


def _settings(name: str) -> str:
    """How a file or folder is set in a run; empty for a dataset that has a name."""
    from bench.cli.quoting import label, stem
    from bench.problems.load import find_dataset, options_of

    found = find_dataset(name)
    if not isinstance(found, Path):
        return ""
    key = f"datasets.{label(stem(found.absolute()))}"
    return ", ".join(f"{key}.{option}=..." for option in ("limit", *options_of(found)))


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "version": dataset.version,
        "title": dataset.title,
        "source": dataset.source,
        "licence": dataset.licence,
        "problems": [
            {
                "name": problem.name,
                "dataset": problem.dataset,
                "tier": problem.tier,
                "truth": problem.targets[0].truth,
                "variables": len(problem.variables),
                "flaws": dict(problem.flaws),
            }
            for problem in dataset.problems
        ],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    import numpy as np

    from bench.problems.difficulty import difficulty

    data = problem.data()
    return {
        "name": problem.name,
        "dataset": problem.dataset,
        "version": problem.version,
        "meaning": problem.meaning,
        "tier": problem.tier,
        "formula": problem.formula,
        "truth": problem.truth,
        "target": _variable(problem.target.variable),
        "variables": [_variable(variable) for variable in problem.variables],
        "constraints": list(problem.constraints),
        "functions": list(problem.functions),
        "time": problem.time,
        "flaws": dict(problem.flaws),
        "difficulty": dict(difficulty(problem)),
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
        "unit": unit_text(variable),
        "range": "" if sampling is None else _range_text(variable),
    }


def unit_text(variable: Variable) -> str:
    """The unit of a variable as people write it: ``m s^-1``; ``1`` for a pure number."""
    from bench.problems.variable import BASE_UNITS

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


def _print_dataset(value: dict[str, Any], settings: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    print(f"{value['name']} (version {value['version']}): {value['title']}")
    print(f"source: {value['source']}")
    print(f"licence: {value['licence']}")
    print(f"in a run: {settings}\n" if settings else "")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("problem", "tier", "variables", "truth", "flaws"):
        table.add_column(name, justify="right" if name == "variables" else "left")
    for one in value["problems"]:
        truth = one["truth"] if one["truth"] is not None else "unknown"
        cells = (one["name"], one["tier"], str(one["variables"]), truth, ", ".join(one["flaws"]))
        table.add_row(*map(Text, cells))
    console = Console()
    (console if console.is_terminal else Console(width=1000)).print(table)


def _print_problem(value: dict[str, Any]) -> None:
    print(f"{value['dataset']}/{value['name']} (version {value['version']})")
    for key in ("meaning", "tier", "formula", "truth", "time"):
        if value[key]:
            print(f"{key}: {value[key]}")
    target = value["target"]
    print(f"target: {target['symbol'] or 'y'}  {_described(target)}".rstrip())
    for one in value["variables"]:
        symbol = one["symbol"] if one["symbol"] != one["name"] else ""
        print(f"  {one['name']} {symbol}  {_described(one)}".rstrip())
    for key in ("constraints", "functions"):
        if value[key]:
            print(f"{key}: {', '.join(value[key])}")
    for flaw, sentence in value["flaws"].items():
        print(f"flaw: {flaw}: {sentence}")
    numbers = ", ".join(f"{name} {number:.4g}" for name, number in value["difficulty"].items())
    if numbers:
        print(f"difficulty: {numbers}")
    print("rows: " + ", ".join(f"{name} {count}" for name, count in value["splits"].items()))
    print(f"SHA-256 of the data: {value['sha256']}")
    print("first training rows (inputs, then target):")
    for row in value["rows"]:
        print("  " + "  ".join(f"{number:.6g}" for number in row))


def _described(variable: dict[str, Any]) -> str:
    unit = f"[{variable['unit']}]" if variable["unit"] else ""
    return "  ".join(part for part in (variable["meaning"], unit, variable["range"]) if part)
