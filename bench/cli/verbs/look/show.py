"""``rediscover show``: a dataset, or one problem of it; a results folder, or one run of it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cli import UserError
from bench.cli.named import find_problem
from bench.cli.screen import print_columns
from bench.cli.verbs.look.showrun import show_run

if TYPE_CHECKING:
    from bench.problems.dataset import Dataset
    from bench.problems.problem import Problem

PLAN = "plan.jsonl"
"""What makes a folder one of results."""


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    if arguments.words:
        return show_run(arguments.name, arguments.words, as_json=arguments.json)
    if (Path(arguments.name) / PLAN).is_file():
        return _results(arguments)
    dataset, problem = find_problem(arguments.name)
    if problem is not None:
        return _show_problem(problem, as_json=arguments.json)
    value = _dataset(dataset)
    if arguments.json:
        print(json.dumps(value, indent=1))
    else:
        _print_dataset(value, _settings(arguments.name))
    return 0


def _show_problem(problem: Problem, *, as_json: bool) -> int:
    from bench.kinds import kind_of

    try:
        shown = kind_of(problem).shown(problem)
    except ValueError as error:  # a file of data is malformed
        raise UserError(str(error)) from None
    if as_json:
        names = ("name", "dataset", "version", "kind", "tier")
        facts = {name: getattr(problem, name) for name in names}
        print(json.dumps({**facts, "flaws": dict(problem.flaws), **shown.facts}, indent=1))
        return 0
    print(f"{problem.dataset}/{problem.name} (version {problem.version})")
    if problem.tier:
        print(f"tier: {problem.tier}")
    for flaw, sentence in problem.flaws.items():
        print(f"flaw: {flaw}: {sentence}")
    for line in shown.lines:
        print(line)
    return 0


def _results(arguments: argparse.Namespace) -> int:
    """A results folder: what ``status`` says of it, and what else there is to ask."""
    from bench.cli.verbs.experiment import status

    folder = arguments.name
    code = status.main(argparse.Namespace(folder=folder, method="", json=arguments.json), [])
    if not arguments.json:
        print(f"the table: rediscover leaderboard {folder}")
        print(f"one run: rediscover show {folder} METHOD PROBLEM SEED")
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
    from bench.kinds import kind_of

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
                **asdict(kind_of(problem).in_brief(problem)),
                "flaws": dict(problem.flaws),
            }
            for problem in dataset.problems
        ],
    }


def _print_dataset(value: dict[str, Any], settings: str) -> None:
    print(f"{value['name']} (version {value['version']}): {value['title']}")
    print(f"source: {value['source']}")
    print(f"licence: {value['licence']}")
    print(f"in a run: {settings}\n" if settings else "")
    rows = [
        (
            one["name"], one["tier"], str(one["variables"]),
            "unknown" if one["truth"] is None else one["truth"], ", ".join(one["flaws"]),
        )
        for one in value["problems"]
    ]  # fmt: skip
    print_columns(("problem", "tier", "variables", "truth", "flaws"), rows, ["variables"])
