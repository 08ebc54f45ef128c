"""Data that are at hand: nothing is drawn, made or read."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.problems.data import Data
from bench.problems.problem import Problem


@dataclass(frozen=True)
class Given:
    """``splits`` as they are, whatever the data seed."""

    splits: Data = field(repr=False)

    def data(self, problem: Problem, seed: int) -> Data:
        return self.splits
