"""Catalogues of systems: those whose YAML says ``kind: system``, read strictly.

    kind: system
    duration: 10
    points: 150
    problems:
      - name: logistic
        meaning: logistic growth
        truth: {x0: 0.79*x0*(1 - x0/74.3)}
        starts: [[7.3], [21.0]]

Or ``families`` in the place of problems (``bench.problems.systems.families``), whose parameters and
starts are drawn:

    families:
      - name: logistic
        parameters: {r: 0.79, k: 74.3}
        rates: {x0: r*x0*(1 - x0/k)}

The states are called as in ``truth``, in its order. A problem may say ``duration`` and ``points``
of its own, ``tier``, ``flaws``, ``lyapunov`` and ``law``: see ``SystemProblem``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from bench.expression import ParseError, parse
from bench.problems.catalogue import CatalogueError
from bench.problems.dataset import Dataset
from bench.problems.systems.families import SystemFamily, dataset_of_families
from bench.problems.systems.problem import SystemProblem
from bench.problems.systems.solved import SolvedTrajectories
from bench.problems.variable import Variable

_TEXTS = ("name", "version", "source", "licence")
_DATASET = {*_TEXTS, "title", "kind", "duration", "points", "problems"}
_FAMILIES = {*_TEXTS, "title", "kind", "duration", "points", "horizon", "later_points", "families"}
_FAMILY = {"name", "meaning", "tier", "flaws", "largest", "parameters", "rates"}
_PROBLEM = {
    "name", "meaning", "tier", "truth", "starts", "duration", "points", "flaws", "lyapunov", "law",
}  # fmt: skip


def systems_from(top: Mapping[str, Any], path: Path | str, **drawing: Any) -> Dataset:
    """The dataset that a catalogue of the kind ``system`` describes. Raises CatalogueError.

    ``drawing`` says how problems are drawn from families: see ``dataset_of_families``.
    """
    _known(top, _FAMILIES if "families" in top else _DATASET, f"{path}: the dataset")
    for key in _TEXTS:
        if not isinstance(top.get(key), str):
            raise CatalogueError(f"{path}: {key} is {top.get(key)!r}; needed: text")
    if "families" in top:
        families = [_family(entry, path) for entry in top["families"]]
        return dataset_of_families(top, families, **drawing)
    problems = [_problem(entry, top, path) for entry in top.get("problems", ())]
    names = [problem.name for problem in problems]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CatalogueError(f"{path}: two problems are called '{twice[0]}'")
    return Dataset(
        top["name"], top["version"], cast(Any, tuple(problems)),
        top.get("title", ""), top["source"], top["licence"],
    )  # fmt: skip


def _problem(entry: Any, top: Mapping[str, Any], path: Path | str) -> SystemProblem:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise CatalogueError(f"{path}: a problem without a name: {entry!r:.60}")
    where = f"{path}: problem '{entry['name']}'"
    _known(entry, _PROBLEM, where)
    truth = entry.get("truth")
    if not isinstance(truth, dict) or not truth:
        raise CatalogueError(f"{where}: truth is {truth!r:.60}; needed: a rate for each state")
    names = {name: name for name in truth}
    try:
        for text in truth.values():
            parse(text, names)
        source = _solved({**top, **entry}, len(truth))
        lyapunov = entry.get("lyapunov")
        lyapunov = None if lyapunov is None else float(lyapunov)
    except (ParseError, KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"{where}: {type(error).__name__}: {error}") from None
    return SystemProblem(
        dataset=top["name"],
        version=top["version"],
        name=entry["name"],
        states=tuple(Variable(name) for name in truth),
        truth=truth,
        source=source,
        meaning=entry.get("meaning", ""),
        tier=entry.get("tier", ""),
        flaws=dict(entry.get("flaws", {})),
        lyapunov=lyapunov,
        law=entry.get("law", ""),
    )


def _family(entry: Any, path: Path | str) -> SystemFamily:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise CatalogueError(f"{path}: a family without a name: {entry!r:.60}")
    where = f"{path}: family '{entry['name']}'"
    _known(entry, _FAMILY, where)
    try:
        means = {name: float(mean) for name, mean in entry.get("parameters", {}).items()}
        return SystemFamily(**{**entry, "parameters": means})
    except (ParseError, TypeError, ValueError, AttributeError) as error:
        raise CatalogueError(f"{where}: {type(error).__name__}: {error}") from None


def _solved(entry: Mapping[str, Any], states: int) -> SolvedTrajectories:
    starts = tuple(tuple(float(value) for value in start) for start in entry["starts"])
    if not starts or any(len(start) != states for start in starts):
        raise ValueError(f"starts are {entry['starts']!r:.60}; each must have {states} states")
    return SolvedTrajectories(starts, float(entry["duration"]), int(entry["points"]))


def _known(entry: Mapping[str, Any], fields: set[str], where: str) -> None:
    for key in entry:
        if key not in fields:
            known = ", ".join(sorted(fields))
            raise CatalogueError(f"{where} has an unknown field '{key}'; known are {known}")
