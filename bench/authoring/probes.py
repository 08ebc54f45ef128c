"""The small problems that a method is checked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.expression import evaluate, read
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem, Target
from bench.problems.variable import Variable

Array = NDArray[np.float64]

PLAIN = "plain"
SAME_AS_PLAIN = "plain_again"


@dataclass(frozen=True)
class Probe:
    """Data to discover something in: ``X`` (n, d), ``y`` (n,), and what they are in words."""

    words: str
    X: Array
    y: Array

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(Variable(f"x{j}") for j in range(self.X.shape[1]))

    def values(self, text: str) -> Array:
        """The values of the expression ``text`` on ``X``, shape (n,)."""
        names = [variable.name for variable in self.variables]
        return evaluate(read(text, self.variables).expression, names, self.X)

    def data(self, problem: Problem, seed: int) -> Data:
        """The same table to train and to test on."""
        table = Table(self.X, self.y)
        return Data({"train": table, "test": table})


def _probes() -> Mapping[str, Probe]:
    rng = np.random.default_rng(20240601)
    X = rng.uniform(1.0, 3.0, (200, 2))
    wide = rng.uniform(1.0, 3.0, (200, 10))
    law = 2.0 * X[:, 0] * X[:, 1] + 1.0
    units = X * [1e27, 1e-27]
    return {
        PLAIN: Probe("a simple law in two variables", X, law),
        SAME_AS_PLAIN: Probe("the same once more", X, law),
        "one_variable": Probe("one variable", X[:, :1], 3.0 * X[:, 0] - 1.0),
        "one_row": Probe("a single row", X[:1], law[:1]),
        "constant": Probe("a constant target", X, np.full(len(X), 4.25)),
        "ten_columns": Probe("ten columns", wide, wide[:, 2] * wide[:, 7]),
        "units": Probe(
            "columns of 1e27 and 1e-27", units, 6.5e-11 * units[:, 0] * units[:, 1] * 1e-20
        ),
    }


PROBES: Mapping[str, Probe] = _probes()


def probe_dataset() -> Dataset:
    """The probes as a dataset."""
    problems = tuple(
        Problem(
            dataset="check",
            version="1",
            name=name,
            variables=probe.variables,
            targets=(Target(),),
            source=probe,
        )
        for name, probe in PROBES.items()
    )
    return Dataset("check", "1", problems)
