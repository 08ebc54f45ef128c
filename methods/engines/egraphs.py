"""eggp and SymRegg (de Franca and Kronberger, GECCO 2025): equality graphs that forget nothing.

Both keep every expression they have visited in one e-graph, so that none is tried twice. They are
written in Haskell; an e-graph can be written down and gone on with, which is how they are asked
several times. They take no seed, and no two runs are the same.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import Budget, Discovery, Task
from methods import warm
from methods.engines.found import Found

_OPERATORS = (
    "add", "sub", "mul", "div", "power", "aq", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "asin", "acos", "atan", "asinh", "acosh", "atanh", "sqrt", "cbrt", "square", "log", "exp",
    "recip", "cube",
)  # fmt: skip
"""Those that say what they compute: the protected ones are not among them."""


Floats: TypeAlias = NDArray[np.float64]

_FEWEST = 20
"""Rows that an engine is given at least."""
_SHARE = 0.75
_PART = 0.35
"""Of what is left for a call: both may take longer than they were asked to, and go on where they
were."""


def _check(operators: tuple[str, ...], generations: int) -> None:
    unknown = sorted(set(operators) - set(_OPERATORS))
    if unknown:
        raise ValueError(
            f"there is no operator '{unknown[0]}'; choose from {', '.join(_OPERATORS)}"
        )
    if generations < 1:
        raise ValueError(f"generations is {generations}; the first call needs 1 or more")


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


def _searched(task: Task, settings: EGGP | SymRegg, engine: Callable[..., Any]) -> Discovery:
    """Ask the engine again and again, for as many generations as a part of the time left allows.

    ``engine`` makes its regressor; it is given the generations and where the e-graph is.
    """
    found = Found(task, settings.rows, scale=settings.scale)
    X, y = _repeated(found.X, found.y)
    generations = settings.generations
    with tempfile.TemporaryDirectory() as folder:
        graph = _Graph(folder)
        for seconds in found.slices(_SHARE, _PART):
            begun = time.monotonic()
            regressor = engine(gen=generations, **graph.arguments())
            regressor.fit(X, y)
            found.take(str(text) for text in regressor.results["Expression"])
            pace = (time.monotonic() - begun) / generations
            generations = max(1, min(2 * generations, int(0.5 * seconds / max(pace, 1e-6))))
    return found.discovery()


def _repeated(X: Floats, y: Floats) -> tuple[Floats, Floats]:
    """All rows as often as it takes: of two rows, eggp ends its process more often than not."""
    times = -(-_FEWEST // len(y))
    return np.tile(X, (times, 1)), np.tile(y, times)


@dataclass(frozen=True)
class EGGP:
    """Genetic programming over an e-graph (de Franca and Kronberger, GECCO 2025).

    Its own limit of time keeps seconds back, and so it is asked for ``generations``: as many as
    this at first, and then as many as the time left allows.
    """

    requires: ClassVar[tuple[str, ...]] = ("eggp",)

    operators: tuple[str, ...] = ("add", "sub", "mul", "div", "square", "sqrt", "exp", "log",
                                  "sin", "cos")  # fmt: skip
    population: int = 100
    max_size: int = 15
    tournament: int = 3
    local_iterations: int = 50
    generations: int = 2
    rows: int = 1000
    scale: bool = True

    def __post_init__(self) -> None:
        _check(self.operators, self.generations)

    def warm_up(self, budget: Budget) -> None:
        """Hold its runtime to the budget's threads, which it reads when it is loaded."""
        os.environ["GHCRTS"] = f"-N{budget.threads}"
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Evolve until the budget is spent, going on with the same e-graph."""
        from eggp import EGGP as Regressor

        engine = partial(
            Regressor, nPop=self.population, maxSize=self.max_size, nTournament=self.tournament,
            nonterminals=",".join(self.operators), optIter=self.local_iterations,
        )  # fmt: skip
        return _searched(task, self, engine)


@dataclass(frozen=True)
class SymRegg:
    """Best-first search in an e-graph: what is promising is put together in every way.

    It has no limit of time: it is asked for ``generations``, as many as this at first, and then as
    many as the time left allows.
    """

    requires: ClassVar[tuple[str, ...]] = ("symregg",)

    operators: tuple[str, ...] = ("add", "sub", "mul", "div", "square", "sqrt", "exp", "log",
                                  "sin", "cos")  # fmt: skip
    max_size: int = 15
    local_iterations: int = 50
    generations: int = 50
    rows: int = 1000
    scale: bool = True

    def __post_init__(self) -> None:
        _check(self.operators, self.generations)

    def warm_up(self, budget: Budget) -> None:
        """Load what fits constants."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Search until the budget is spent, going on with the same e-graph."""
        from symregg import SymRegg as Regressor

        engine = partial(
            Regressor, maxSize=self.max_size, nonterminals=",".join(self.operators),
            optIter=self.local_iterations,
        )  # fmt: skip
        return _searched(task, self, engine)
