"""Dataset: a named, versioned set of problems."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench.problems.data import Data
from bench.problems.problem import Problem


@dataclass(frozen=True)
class Dataset:
    """A named, versioned set of problems, with where it comes from."""

    name: str
    version: str
    problems: tuple[Problem, ...]
    title: str = ""
    source: str = ""
    licence: str = ""

    def __len__(self) -> int:
        return len(self.problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)

    def __getitem__(self, name: str) -> Problem:
        for problem in self.problems:
            if problem.name == name:
                return problem
        near = difflib.get_close_matches(name, [problem.name for problem in self.problems], 1)
        hint = f"did you mean '{near[0]}'?" if near else f"it has {len(self)}"
        raise KeyError(f"dataset '{self.name}' has no problem '{name}'; {hint}")


@dataclass(frozen=True)
class DataOf:
    """The data of ``problem``, whatever it is called now."""

    problem: Problem

    def data(self, problem: Problem, seed: int) -> Data:
        return self.problem.data(seed)

    def check(self, problem: Problem) -> None:
        self.problem.check()


def renamed(dataset: Dataset, name: str) -> Dataset:
    """The same problems, with the same data, in a dataset called ``name``.

    Those that ``dataset`` includes from others stay theirs.
    """
    problems = (
        _renamed(problem, name) if problem.dataset == dataset.name else problem
        for problem in dataset.problems
    )
    return replace(dataset, name=name, problems=tuple(problems))


def _renamed(problem: Problem, name: str) -> Problem:
    if not hasattr(problem, "source"):  # its data follow from what it is, and not from its name
        return replace(problem, dataset=name)
    return replace(problem, dataset=name, source=DataOf(problem))
