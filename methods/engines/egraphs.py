"""eggp and SymRegg (de Franca and Kronberger, GECCO 2025): equality graphs that forget nothing.

Both keep every expression they have visited in one e-graph, so that none is tried twice. They are
written in Haskell; an e-graph can be written down and gone on with, which is how they are asked
several times. They have no seed: runs that differ by it alone find the same.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bench import Budget, Discovery, Task
from methods import warm
from methods.engines.found import Found

_OPERATORS = (
    "add", "sub", "mul", "div", "power", "aq", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "asin", "acos", "atan", "asinh", "acosh", "atanh", "sqrt", "cbrt", "square", "log", "exp",
    "recip", "cube",
)  # fmt: skip
"""Those that say what they compute: the protected ones are not among them."""


def _check(operators: tuple[str, ...]) -> None:
    unknown = sorted(set(operators) - set(_OPERATORS))
    if unknown:
        raise ValueError(
            f"there is no operator '{unknown[0]}'; choose from {', '.join(_OPERATORS)}"
        )


class _Graph:
    """Where an e-graph is written down between two calls.

    The engine leaves its file locked, so that it goes on with a copy.
    """

    def __init__(self, folder: str) -> None:
        self._dumped, self._loaded = Path(folder, "dumped"), Path(folder, "loaded")

    def arguments(self) -> dict[str, str]:
        """What the engine's constructor is told of it."""
        known = self._dumped.exists()
        if known:
            self._loaded.unlink(missing_ok=True)
            shutil.copyfile(self._dumped, self._loaded)
            self._dumped.unlink()
        return {"dumpTo": str(self._dumped), "loadFrom": str(self._loaded) if known else ""}


def _formulas(regressor: Any) -> list[str]:
    return [str(text) for text in regressor.results["Expression"]]


@dataclass(frozen=True)
class EGGP:
    """Genetic programming over an e-graph (de Franca and Kronberger, GECCO 2025)."""

    version: ClassVar[str] = "1"
    requires: ClassVar[tuple[str, ...]] = ("eggp",)

    operators: tuple[str, ...] = ("add", "sub", "mul", "div", "square", "sqrt", "exp", "log",
                                  "sin", "cos")  # fmt: skip
    population: int = 100
    max_size: int = 25
    tournament: int = 3
    local_iterations: int = 50
    rows: int = 1000
    scale: bool = True

    def __post_init__(self) -> None:
        _check(self.operators)

    def warm_up(self, budget: Budget) -> None:
        """Hold its runtime to the budget's threads, which it reads when it is loaded."""
        os.environ["GHCRTS"] = f"-N{budget.threads}"
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Evolve until the budget is spent, going on with the same e-graph."""
        from eggp import EGGP as Regressor

        found = Found(task, self.rows, scale=self.scale)
        with tempfile.TemporaryDirectory() as folder:
            graph = _Graph(folder)
            for seconds in found.slices():
                regressor = Regressor(
                    gen=1_000_000, nPop=self.population, maxSize=self.max_size,
                    nTournament=self.tournament, nonterminals=",".join(self.operators),
                    optIter=self.local_iterations, max_time=max(1, math.floor(seconds)),
                    **graph.arguments(),
                )  # fmt: skip
                regressor.fit(found.X, found.y)
                found.take(_formulas(regressor))
        return found.discovery()


@dataclass(frozen=True)
class SymRegg:
    """Best-first search in an e-graph: what is promising is put together in every way.

    It has no limit of time: it is asked for as many rounds as the time left allows.
    """

    version: ClassVar[str] = "1"
    requires: ClassVar[tuple[str, ...]] = ("symregg",)

    operators: tuple[str, ...] = ("add", "sub", "mul", "div", "square", "sqrt", "exp", "log",
                                  "sin", "cos")  # fmt: skip
    max_size: int = 20
    local_iterations: int = 50
    rounds: int = 50
    rows: int = 1000
    scale: bool = True

    def __post_init__(self) -> None:
        _check(self.operators)
        if self.rounds < 1:
            raise ValueError(f"rounds is {self.rounds}; the first call needs 1 or more")

    def warm_up(self, budget: Budget) -> None:
        """Load what fits constants."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Search until the budget is spent, going on with the same e-graph."""
        from symregg import SymRegg as Regressor

        found = Found(task, self.rows, scale=self.scale)
        rounds = self.rounds
        with tempfile.TemporaryDirectory() as folder:
            graph = _Graph(folder)
            for seconds in found.slices():
                begun = time.monotonic()
                regressor = Regressor(
                    gen=rounds, maxSize=self.max_size, nonterminals=",".join(self.operators),
                    optIter=self.local_iterations, **graph.arguments(),
                )  # fmt: skip
                regressor.fit(found.X, found.y)
                found.take(_formulas(regressor))
                pace = (time.monotonic() - begun) / rounds
                rounds = max(1, min(4 * rounds, int(0.25 * seconds / max(pace, 1e-6))))
        return found.discovery()
