"""Held out: a problem of its training rows alone, on which settings are chosen.

Neither the test rows nor the law are part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.kinds.kind import Conditions, held_out_name
from bench.kinds.table.noise import noisy_target
from bench.problems.data import Data, Table
from bench.problems.problem import Problem
from bench.problems.sources.shuffle import shuffled

SHARE = 0.25
"""The share of the training rows that a method is not shown, and judged by."""
FEWEST = 8
"""Training rows of which that can be done."""


class TooFewRows(ValueError):
    """A problem whose training rows cannot be parted."""


@dataclass(frozen=True)
class HeldOut:
    """Of the training rows of ``problem`` one part for training, the other in the test's place.

    The targets of both have noise of the level ``noise``: a held-out row is as good as a row that
    was measured, and no better.
    """

    problem: Problem
    noise: float

    def data(self, problem: Problem, seed: int) -> Data:
        train = self.problem.data(seed).train
        if len(train) < FEWEST:
            raise TooFewRows(
                f"{self.problem.id} has {len(train)} training rows; settings are chosen on "
                f"{FEWEST} or more"
            )
        conditions = Conditions(noise=self.noise, data_seed=seed)
        noisy = Table(train.X, noisy_target(self.problem, conditions, train.y))
        rows = shuffled(noisy, problem, seed)
        cut = len(rows) - max(1, round(SHARE * len(rows)))
        return Data({"train": _rows(rows, 0, cut), "test": _rows(rows, cut, len(rows))})

    def check(self, problem: Problem) -> None:
        """Look through the data where they lie in files."""
        self.problem.check()


def held_out(problem: Problem, noise: float) -> Problem:
    """``problem`` as far as settings may be chosen on it: its training rows, without the law."""
    dataset, version = held_out_name(problem.dataset, problem.version, noise)
    targets = tuple(replace(target, truth=None) for target in problem.targets)
    source = HeldOut(problem, noise)
    return replace(
        problem, dataset=dataset, version=version, targets=targets, formula="", source=source
    )


def _rows(table: Table, start: int, end: int) -> Table:
    return Table(table.X[start:end], table.y[start:end])
