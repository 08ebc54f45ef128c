"""``rediscover nearest``: the formulas of a library that an encoder finds nearest to data."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.cli import UserError
from bench.cli.named import find_problem, load_named, settings_of

if TYPE_CHECKING:
    from bench.expression import Expression
    from bench.method import Candidate


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    if arguments.count < 1:
        raise UserError(f"--count is {arguments.count}; it is 1 or more")
    task = _task(arguments.name)
    library = None if arguments.library is None else _laws(arguments.library)
    method = _method(arguments.method, rest)
    try:
        found: list[Candidate] = method.nearest(task, library, arguments.count)
    except ValueError as error:
        raise UserError(str(error), 1) from None
    if arguments.json:
        print(json.dumps([asdict(one) for one in found], indent=1))
        return 0
    where = "the method's own" if library is None else f"{len(library)} laws"
    print(f"error     formula, nearest first, of {where}")
    for one in found:
        print(f"{one.loss:<8.2g}  {one.text}")
    return 0


def _task(name: str) -> Any:
    """The table that ``name`` names, as a method is given it."""
    from bench.kinds.table.task import Task
    from bench.problems import Problem

    dataset, problem = find_problem(name)
    chosen = [problem] if problem is not None else list(dataset.problems)
    if len(chosen) != 1:
        raise UserError(f"'{name}' has {len(chosen)} problems: choose one, {name}/PROBLEM")
    if not isinstance(chosen[0], Problem):
        raise UserError(f"'{name}' is no table: {chosen[0].kind}")
    try:
        target = chosen[0].target
    except ValueError as error:
        raise UserError(str(error)) from None
    train = chosen[0].data().train
    return Task(train.X, train.y, chosen[0].variables, target=target.variable)


def _laws(name: str) -> list[Expression]:
    """The laws of the tables of a dataset."""
    from bench.expression import parse

    return [
        parse(target.truth, problem.variables)
        for problem in load_named(name).problems
        for target in getattr(problem, "targets", ())
        if target.truth is not None
    ]


def _method(name: str, overrides: list[str]) -> Any:
    """The method ``name`` with its settings, ready to be asked for what is nearest."""
    from bench.plugins import find_method, spec_of
    from bench.running import missing_engine
    from bench.running.load import build, load_class

    settings = settings_of(name, overrides)
    try:
        spec = spec_of(find_method(name), **settings)
        if missing := missing_engine(spec):
            raise UserError(missing, 1)
        if not hasattr(load_class(spec.target), "nearest"):
            raise UserError(f"method '{name}' has no function 'nearest'; snip has")
        return build(spec.target, spec.settings)
    except (ValueError, TypeError) as error:
        raise UserError(str(error)) from None
