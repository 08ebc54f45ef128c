"""A dataset and methods that cost next to nothing: what is left is the harness."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import Discovery, Task, Variable
from bench.problems import Data, Dataset, Problem, Table, Target


@dataclass(frozen=True)
class Short:
    """Writes into ``diary`` which run it is, and answers after ``seconds``."""

    diary: str
    seconds: float

    def discover(self, task: Task) -> Discovery:
        descriptor = os.open(self.diary, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.write(descriptor, f"{task.seed}\n".encode())
        os.close(descriptor)
        time.sleep(self.seconds)
        return Discovery.of("x0*x1")


@dataclass(frozen=True)
class Endless:
    """Never answers, and keeps a processor busy."""

    def discover(self, task: Task) -> Discovery:
        while True:
            pass


class Product:
    """1000 points of x0 * x1."""

    def data(self, problem: Problem, seed: int) -> Data:
        X = np.linspace(1.0, 2.0, 2000).reshape(1000, 2)
        table = Table(X, X[:, 0] * X[:, 1])
        return Data({"train": table, "test": table})


def dataset(problems: int) -> Dataset:
    """``problems`` equal problems."""
    variables = (Variable("x0"), Variable("x1"))
    target = Target(truth="x0*x1")
    return Dataset(
        "short",
        "1",
        tuple(
            Problem("short", "1", f"p{k}", variables, (target,), Product()) for k in range(problems)
        ),
    )


HERE = Path(__file__)
