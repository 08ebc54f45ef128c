"""A file format of a package from outside: ``x y`` on each line of a file ``*.pts``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import Data, Dataset, Problem, Table, Target, Variable

OPTIONS = ()


def recognises(path: Path) -> bool:
    return path.suffix == ".pts"


@dataclass(frozen=True)
class _Points:
    path: str

    def data(self, problem: Problem, seed: int) -> Data:
        values = np.loadtxt(self.path, ndmin=2)
        table = Table(values[:, :1], values[:, 1])
        return Data({"train": table, "test": table})


def read(path: Path) -> Dataset:
    source = _Points(str(path.absolute()))
    problem = Problem(path.stem, "1", path.stem, (Variable("x0"),), (Target(),), source)
    return Dataset(path.stem, "1", (problem,))
