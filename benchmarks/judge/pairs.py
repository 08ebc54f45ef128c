"""Labelled pairs of a prediction and a truth, and the file they are kept in."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from bench.problems import Domain, Problem, Sampling, Variable, load_dataset

PATH = Path(__file__).parents[2] / "tests" / "data" / "judge_suite.csv.gz"


@dataclass(frozen=True)
class Labels:
    """What the making of a pair says under each rule: an answer, or nothing.

    ``srbench`` is what SRBench's own arithmetic says where the making does not
    (``published.py``).
    """

    srbench_relative: str
    exact: str
    skeleton: str
    srbench: str = "?"


LAW = Labels("yes", "yes", "yes")
OTHER = Labels("no", "no", "no")


@dataclass(frozen=True)
class OwnPair:
    """A pair that brings its own truth and domain."""

    prediction: str
    truth: str
    domain: Domain
    labels: Labels


@dataclass(frozen=True)
class LabelledPair:
    """One row of the suite. ``problem`` has truth and domain where the row has none."""

    id: str
    half: str
    problem: str
    truth: str
    domain: str
    made: str
    prediction: str
    srbench_relative: str
    exact: str
    skeleton: str
    srbench: str

    def label(self, rule: str) -> str:
        """The answer that ``rule`` must give; empty where any may be right."""
        return str(getattr(self, rule, ""))

    def law(self) -> tuple[str, Domain]:
        """The truth and the domain."""
        if self.domain:
            return self.truth, domain_of(self.domain)
        problem = _problem(self.problem)
        return problem.truth or "", problem.domain


@cache
def _problem(name: str) -> Problem:
    dataset, _, problem = name.partition("/")
    return load_dataset(dataset)[problem]


def domain_text(domain: Domain) -> str:
    """A domain as JSON."""
    variables = [
        {"name": variable.name, **asdict(variable.sampling)}
        for variable in domain.variables
        if variable.sampling is not None
    ]
    return json.dumps({"variables": variables, "constraints": domain.constraints})


@cache
def domain_of(text: str) -> Domain:
    """Inverse of ``domain_text``."""
    plain: dict[str, Any] = json.loads(text)
    variables = []
    for row in plain["variables"]:
        name = row.pop("name")
        variables.append(Variable(name, sampling=Sampling(**row)))
    return Domain(tuple(variables), tuple(plain["constraints"]))


def read(path: Path = PATH) -> list[LabelledPair]:
    """The suite as it is shipped."""
    with gzip.open(path, "rt", newline="") as file:
        return [LabelledPair(**row) for row in csv.DictReader(file)]


def write(pairs: list[LabelledPair], path: Path = PATH) -> None:
    """Write the suite: no time stamp, so that the same pairs are the same bytes."""
    text = io.StringIO()
    names = [field.name for field in fields(LabelledPair)]
    table = csv.DictWriter(text, names, lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(pair) for pair in pairs)
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
