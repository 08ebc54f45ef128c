"""Dataset: a named, versioned set of problems."""

from __future__ import annotations

from dataclasses import dataclass

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

    def __getitem__(self, name: str) -> Problem:
        for problem in self.problems:
            if problem.name == name:
                return problem
        raise KeyError(name)
