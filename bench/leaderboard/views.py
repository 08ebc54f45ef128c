"""VIEWS: what the lines of a leaderboard may be broken down by, one row each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.leaderboard.groups import find_problems
from bench.leaderboard.rows import LeaderboardError, RunRows
from bench.running.results.run import Setup

if TYPE_CHECKING:
    import pandas as pd

    from bench.kinds import AnyProblem

_SHORT, _MIDDLING = 5, 10
"""Operators up to which a law is short, and up to which it is middling."""
_UNKNOWN = "unknown"

Label = str | int | float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One row: a name for ``--by``, what it means, and how the label of a run is found.

    ``of_rows`` takes the rows of all runs, ``of_problem`` one problem; one of them is there. Where
    a problem cannot be found any more, its label is ``unknown``. ``splits``: other labels mean
    other problems, seeds or noise, so that lines of different labels are never ranked together.
    """

    name: str
    meaning: str
    of_rows: Callable[[pd.DataFrame], Sequence[Label]] | None = None
    of_problem: Callable[[AnyProblem], Label] | None = None
    splits: bool = True


def _column(name: str) -> Callable[[pd.DataFrame], Sequence[Label]]:
    return lambda rows: rows[name].tolist()


def _problem(rows: pd.DataFrame) -> list[str]:
    return (rows["dataset"] + "/" + rows["problem"]).tolist()


def _seed(rows: pd.DataFrame) -> list[int]:
    return [int(seed) for seed in rows["seed"].tolist()]


def _family(problem: AnyProblem) -> str:
    return getattr(problem, "family", _UNKNOWN)


def _tier(problem: AnyProblem) -> str:
    return problem.tier or _UNKNOWN


def _difficulty(problem: AnyProblem) -> str:
    """How many operators the law has, in three steps."""
    from bench.problems.difficulty import difficulty
    from bench.problems.problem import Problem

    if not isinstance(problem, Problem) or problem.truth is None:
        return _UNKNOWN
    operators = difficulty(problem)["operators"]
    if operators <= _SHORT:
        return f"up to {_SHORT} operators"
    if operators <= _MIDDLING:
        return f"{_SHORT + 1} to {_MIDDLING} operators"
    return f"over {_MIDDLING} operators"


def _dimension(problem: AnyProblem) -> int:
    from bench.kinds import kind_of

    return kind_of(problem).in_brief(problem).variables


def _units(problem: AnyProblem) -> str:
    """Whether the units of all inputs are known."""
    units = [one.unit is not None for one in getattr(problem, "variables", ())]
    return "known" if units and all(units) else "partly known" if any(units) else "not known"


def _dummies(problem: AnyProblem) -> Label:
    """How many inputs the law does not have."""
    from bench.expression import parse, symbols
    from bench.problems.problem import Problem

    if not isinstance(problem, Problem) or problem.truth is None:
        return _UNKNOWN
    return len(problem.variables) - len(symbols(parse(problem.truth, problem.variables)))


def _identifiable(problem: AnyProblem) -> str:
    from bench.problems.identifiable.stored import word_of

    return word_of(problem.dataset, problem.name)


VIEWS = (
    Breakdown("dataset", "the dataset", _column("dataset")),
    Breakdown("tier", "the tier that its authors give a problem", of_problem=_tier),
    Breakdown("family", "the family that its law is of, where it has one", of_problem=_family),
    Breakdown("problem", "the problem, as `dataset/problem`", _problem),
    Breakdown(
        "difficulty",
        f"how many operators the law has: up to {_SHORT}, up to {_MIDDLING}, or more",
        of_problem=_difficulty,
    ),
    Breakdown("dimension", "how many variables a problem has", of_problem=_dimension),
    Breakdown("dummy_variables", "how many of them the law does not have", of_problem=_dummies),
    Breakdown("units", "whether the units of all variables are known", of_problem=_units),
    Breakdown(
        "identifiable",
        "whether the data tell the law from others: yes, no (a rival is kept), or unknown",
        of_problem=_identifiable,
    ),
    Breakdown("noise", "the level of noise", _column("noise")),
    Breakdown("seed", "the seed", _seed),
    Breakdown("kind", "the kind of problem, all in one table", _column("kind")),
    Breakdown("disclosure", "what methods were told", _column("disclosure"), splits=False),
)
METHOD, BUDGET, RUN = "method.", "budget.", "run"
"""How the name of a setting or of a limit begins, and the name of the table of single runs."""


def labels(read: RunRows, folders: Iterable[Path], by: Iterable[str]) -> dict[str, list[Label]]:
    """For each of ``by`` the labels of the rows, in their order.

    Datasets that ship are read from their catalogues, others from where the configurations of
    ``folders`` say. Raises LeaderboardError for a view or a setting that there is not.
    """
    views = {view.name: view for view in VIEWS}
    names = list(dict.fromkeys(by))
    for name in names:
        if name not in views and not name.startswith((METHOD, BUDGET)):
            raise LeaderboardError(
                f"there is no view '{name}'; there is {', '.join(views)}, "
                f"{METHOD}NAME.SETTING, {BUDGET}LIMIT"
            )
    problems: Mapping[tuple[str, str], AnyProblem] = {}
    if any(name in views and views[name].of_problem for name in names):
        problems = find_problems(set(read.frame["dataset"].unique()), folders)
    return {
        name: _labels(views[name], read.frame, problems)
        if name in views
        else _settings(name, read.frame, read.setups)
        for name in names
    }


def dummy_variables(rows: pd.DataFrame, folders: Iterable[Path]) -> list[Label]:
    """For each of ``rows`` how many variables its problem has that the law does not have."""
    view = next(view for view in VIEWS if view.name == "dummy_variables")
    return _labels(view, rows, find_problems(set(rows["dataset"]), folders))


def _labels(
    view: Breakdown, rows: pd.DataFrame, problems: Mapping[tuple[str, str], AnyProblem]
) -> list[Label]:
    if view.of_rows is not None:
        return list(view.of_rows(rows))
    assert view.of_problem is not None
    pairs = list(zip(rows["dataset"], rows["problem"], strict=True))
    known = {
        pair: view.of_problem(problems[pair]) if pair in problems else _UNKNOWN
        for pair in dict.fromkeys(pairs)
    }
    return [known[pair] for pair in pairs]


def _settings(name: str, rows: pd.DataFrame, setups: Mapping[str, Setup]) -> list[Label]:
    """The labels by a setting of one method, empty for other methods, or by a limit of budgets."""
    methods = rows["method"].tolist()
    label, key = "", name.removeprefix(BUDGET)
    if name.startswith(METHOD):
        label, key = _method_and_key(name.removeprefix(METHOD), methods)
    known: dict[str, Label] = {}
    spelled: dict[str, None] = {}
    for digest, setup in setups.items():
        values = setup.settings if label else setup.budget
        known[digest] = _value(values, key)
        own = rows["setup"].eq(digest) & (rows["method"].eq(label) if label else True)
        if own.any():
            spelled |= dict.fromkeys(values)
    if not any(known[digest] != _UNSET for digest in known):
        raise LeaderboardError(
            f"'{name}' is set nowhere in these results; there is {', '.join(spelled) or 'none'}"
        )
    pairs = zip(methods, rows["setup"].tolist(), strict=True)
    return [
        known.get(setup, _UNSET) if not label or method == label else "" for method, setup in pairs
    ]


_UNSET = "unset"


def _method_and_key(rest: str, methods: Sequence[str]) -> tuple[str, str]:
    """The label and the key in ``LABEL.KEY``; a label may have dots in it."""
    for label in sorted(set(methods), key=len, reverse=True):
        if rest.startswith(f"{label}."):
            return label, rest[len(label) + 1 :]
    known = ", ".join(dict.fromkeys(methods))
    raise LeaderboardError(f"'{METHOD}{rest}' names no method of these results; there is {known}")


def _value(values: Mapping[str, Any], key: str) -> Label:
    """What is set under ``key``, which leads into nested settings by dots."""
    found: Any = values
    if key in values:
        found = values[key]
    else:
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                return _UNSET
            found = found[part]
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return json.dumps(found, separators=(",", ":"), sort_keys=True)
    return found


def splitting(by: Iterable[str]) -> list[str]:
    """Those of ``by`` whose labels split problems, seeds or noise."""
    views = {view.name for view in VIEWS if view.splits}
    return [name for name in by if name in views]


def in_order(values: Sequence[Label]) -> tuple[NDArray[np.intp], list[Label]]:
    """Numbers for labels, and the labels that they stand for: numbers first, in their order."""
    words = sorted(set(values), key=lambda one: (isinstance(one, str), one))
    place = {word: code for code, word in enumerate(words)}
    return np.array([place[value] for value in values], dtype=np.intp), words


def views_markdown() -> str:
    """The views as a Markdown table, as the docs show it."""
    rows = [f"| `{view.name}` | {view.meaning} |" for view in VIEWS]
    rows += [
        f"| `{METHOD}NAME.SETTING` | a setting of one method: `method.operon.population` |",
        f"| `{BUDGET}LIMIT` | a limit of the budget: `budget.cpu_seconds` |",
        f"| `{RUN}` | a row for each run: prediction, truth, verdicts, witness, what it used |",
    ]
    return "\n".join(["| `--by` | a line for each |", "|---|---|", *rows]) + "\n"
