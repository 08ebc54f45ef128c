"""Functions as the small transformer was trained on, but new, as problems of datasets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bench import Variable
from bench.cli.verbs.author.train import withheld_laws
from bench.problems import Data, Dataset, Problem, Table, Target
from methods.transformer.search import to_expression
from methods.transformer.skeletons.fingerprints import banned_fingerprints
from methods.transformer.skeletons.generator import Batch, draw_batch
from methods.transformer.skeletons.vocabulary import C
from methods.transformer.training.evaluation import LENGTHS

_SHOWN = 64
_SEED = 7


@dataclass(frozen=True, eq=False)
class ValuesAtHand:
    """Values that are at hand: the first half trains, the second tests."""

    X: NDArray[np.float64]
    y: NDArray[np.float64]

    def data(self, problem: Problem, seed: int) -> Data:
        half = len(self.y) // 2
        return Data(
            {
                "train": Table(self.X[:half], self.y[:half]),
                "test": Table(self.X[half:], self.y[half:]),
            }
        )


@cache
def banned() -> NDArray[np.int64]:
    """The fingerprints of the laws that are kept out of training, and of these functions."""
    return banned_fingerprints(withheld_laws())


def fresh_functions(count: int) -> dict[str, Dataset]:
    """``count`` functions for each bucket of lengths: 64 rows to learn from, 64 to be tested on."""
    batch = draw_batch(60 * count, _SEED, banned(), 2 * _SHOWN)
    found = {}
    for low, high in LENGTHS:
        rows = np.flatnonzero((batch.lengths >= low) & (batch.lengths <= high))[:count]
        name = f"fresh_{low}_{high}"
        problems = tuple(_problem(name, batch, int(row)) for row in rows)
        found[name] = Dataset(name, "1", problems)
    return found


def _problem(dataset: str, batch: Batch, row: int) -> Problem:
    skeleton = tuple(batch.tokens[row, : batch.lengths[row]].tolist())
    variables = tuple(Variable(f"x{j}") for j in range(batch.columns[row]))
    constants = batch.constants[row, : skeleton.count(C)].tolist()
    truth = str(to_expression(skeleton, tuple(one.name for one in variables), constants))
    source = ValuesAtHand(batch.X[row][:, : len(variables)], batch.y[row])
    return Problem(dataset, "1", f"f{row}", variables, (Target(truth=truth),), source)
