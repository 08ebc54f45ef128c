"""Small problems whose data are given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.expression import evaluate, parse
from bench.problems import Data, Problem, Sampling, Table, Target, Variable

VARIABLES = tuple(
    Variable(name, symbol=symbol, sampling=Sampling("uniform", 1.0, 3.0))
    for name, symbol in (("x0", "m"), ("x1", "c"), ("x2", "t"))
)


@dataclass(frozen=True)
class Drawn:
    """Uniform draws; the out-of-domain split is twice as wide."""

    truth: str

    def data(self, problem: Problem, seed: int) -> Data:
        rng = np.random.default_rng(seed)
        splits = {}
        for name, high in (("train", 3.0), ("test", 3.0), ("ood", 5.0)):
            X = rng.uniform(1.0, high, (60, 3))
            splits[name] = Table(X, evaluate(parse(self.truth), problem.names, X))
        return Data(splits)


def problem(truth: str | None = "x0*x1**2", name: str = "energy") -> Problem:
    return Problem("toy", "1", name, VARIABLES, (Target(truth=truth),), Drawn(truth or "x0"))
