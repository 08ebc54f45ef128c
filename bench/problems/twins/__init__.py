"""Twins: problems made from published ones, which nobody can have memorised.

A method that knows a law by heart solves the published problem and not its twin; what it solves
less of the twins than of what they were made from is its memorisation gap. There are three kinds:

* ``names``: the same law and the same data; inputs and target have no names that say anything, and
  nothing is told of what they mean.
* ``constants``: the constants and exponents of the law are others, of the same family.
* ``form``: the law is solved for one of its inputs.

Laws of the last two are never equal to one that ships. A twin is the same to the bit everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from bench.problems.cache import cached_json
from bench.problems.catalogue import dataset_from, shipped_catalogue
from bench.problems.dataset import DataOf, Dataset
from bench.problems.fresh import KNOWN
from bench.problems.fresh.law import Law
from bench.problems.problem import Problem
from bench.problems.sources.sampling import Drawn
from bench.problems.twins.published import Published
from bench.problems.variable import Variable

KINDS = ("names", "constants", "form")
VERSION = "1"
"""Changed whenever a problem comes to have other twins."""

_MOST_TRIES = 60
_SUFFIX = "_twins"
_SPLITS = ("train", "validation", "test")


class UnknownTwin(ValueError):
    """There is no such kind of twin."""


def with_twins(dataset: Dataset, kinds: Sequence[str]) -> Dataset:
    """The dataset, and behind its problems their twins of these ``kinds``.

    The twin of a problem ``NAME`` of ``SET`` is ``NAME-KIND`` of ``SET_twins``. A problem has none
    where its law is not known, or where what can be made of it is no fair problem or is published.
    Raises UnknownTwin.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownTwin(f"twins has '{kind}'; choose from {', '.join(KINDS)}")
    found = [twin(problem, kind) for kind in kinds for problem in dataset.problems]
    made = tuple(one for one in found if one is not None)
    return replace(dataset, problems=(*dataset.problems, *made))


def twin(problem: Problem, kind: str) -> Problem | None:
    """The twin of one problem, None where there is none."""
    if problem.kind != "table" or len(problem.targets) != 1 or problem.truth is None:
        return None
    if kind == "names":
        return _anonymous(problem)
    owner = f"{problem.dataset}{_SUFFIX}"
    catalogue = {
        "name": owner,
        "version": f"{problem.version}-{VERSION}",
        "source": f"made by Rediscover from {problem.id}",
        "licence": "CC0-1.0",
    }

    def entries() -> list[dict[str, Any]]:
        law = _other_law(problem, kind)
        if law is None:
            return []
        return [{**law.entry(_name(problem, kind)), "tier": problem.tier}]

    parts = [problem.id, kind, catalogue["version"], repr(problem)]
    made = cached_json("twins", parts, entries)
    return dataset_from({**catalogue, "problems": made}, owner).problems[0] if made else None


def of_twin(dataset: str, problem: str) -> tuple[str, str, str] | None:
    """The dataset and name of the problem that a twin was made from, and its kind.

    None for what is no twin.
    """
    name, dash, kind = problem.rpartition("-")
    if not (dash and kind in KINDS and dataset.endswith(_SUFFIX)):
        return None
    return dataset.removesuffix(_SUFFIX), name, kind


def _name(problem: Problem, kind: str) -> str:
    return f"{problem.name}-{kind}"


def _anonymous(problem: Problem) -> Problem:
    """The same law, about nothing."""
    variables = tuple(
        Variable(one.name, one.name, "", None, one.sampling) for one in problem.variables
    )
    target = Variable(problem.target.variable.name, problem.target.variable.name)
    return replace(
        problem,
        dataset=f"{problem.dataset}{_SUFFIX}",
        version=f"{problem.version}-{VERSION}",
        name=_name(problem, "names"),
        variables=variables,
        targets=(replace(problem.target, variable=target),),
        source=DataOf(problem),
        formula="",
        meaning="",
    )


def _other_law(problem: Problem, kind: str) -> Law | None:
    """Another law of the kind, the first that is fair and new."""
    from bench.problems.twins.redrawn import redrawn
    from bench.problems.twins.turned import turned

    make = redrawn if kind == "constants" else turned
    for attempt in range(_MOST_TRIES):
        # A stream for each attempt: whatever becomes of one, it moves no other.
        random = Random(f"twin {VERSION} {problem.id} {problem.version} {kind} {attempt}")
        law = make(problem, random, _samples(problem))
        if law is not None and not _published().has(law.expression, law.domain):
            return law
    return None


def _samples(problem: Problem) -> dict[str, int]:
    """As many rows of each split as the problem has."""
    source = problem.source
    if isinstance(source, Drawn) and source.samples:
        return {split: count for split, count in source.samples.items() if split in _SPLITS}
    splits = problem.data().splits
    return {split: len(table) for split, table in splits.items() if split in _SPLITS}


@cache
def _published() -> Published:
    """What ships, by name: a catalogue that a user adds must not change what a twin is."""
    return Published(
        problem for name in KNOWN for problem in shipped_catalogue(name).problems if problem.truth
    )
