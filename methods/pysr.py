"""PySR (Cranmer, 2023, arXiv:2305.01582): evolution of expressions in Julia.

``import pysr`` starts Julia, and fetches it from the net where there is none. So it is imported
by the worker only, and whether there is a Julia is asked beforehand without importing anything.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bench import Budget, Candidate, Discovery, Expression, ParseError, Task, parse
from methods.answering import Answering
from methods.rows import ENOUGH

_SEARCH_SHARE = 0.85
"""Share of the time that Julia is given; it is seen to be late by a few seconds at most."""


@dataclass(frozen=True)
class PySR:
    """PySR's regressor with the setting SRSD published for it.

    Operators + - * / and sin, cos, exp, log, none within one of its own kind; 10 populations of
    40, expressions of 50 nodes at most, ``weight_randomize`` 0.1 (Matsubara et al., DMLR 2024).
    On one thread the course of the search is fixed by the seed; on several it is not.

    Julia compiles at its first search in a process: ``worker.start=keep`` lets the runs share one.
    It cannot be asked while it searches, so that there is one report, before the budget ends.
    """

    version: ClassVar[str] = "1"
    requires: ClassVar[tuple[str, ...]] = ("pysr", "methods.warm")

    binary: tuple[str, ...] = ("+", "-", "*", "/")
    unary: tuple[str, ...] = ("sin", "cos", "exp", "log")
    populations: int = 10
    population_size: int = 40
    maxsize: int = 50
    weight_randomize: float = 0.1
    parsimony: float = 0.0
    precision: int = 32
    model_selection: str = "best"
    scale: bool = True

    def __post_init__(self) -> None:
        if self.precision not in (16, 32, 64):
            raise ValueError(f"precision is {self.precision}; choose 16, 32 or 64")
        if self.model_selection not in ("best", "accuracy", "score"):
            raise ValueError(
                f"model_selection is '{self.model_selection}'; choose best, accuracy or score"
            )

    @classmethod
    def missing(cls) -> str | None:
        """What PySR lacks on this machine, told without importing it or asking the net."""
        if julia_executable() is not None:
            return None
        return (
            "PySR needs Julia, and there is none here; with a network, "
            f"`{sys.executable} -c 'import pysr'` fetches it once (or install julia 1.10.3 to 1.11 "
            "and put it on the PATH)"
        )

    def discover(self, task: Task) -> Discovery:
        """Search until 85 % of the time are spent; constants are then fitted in float64."""
        from pysr import PySRRegressor

        answer = Answering(task, ENOUGH, scale=self.scale)
        X, y = answer.scaling.X(task.X), answer.scaling.y(task.y)
        stand_ins = {f"x{j}": name for j, name in enumerate(task.names)}  # PySR's own names
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            arguments = self.arguments(task.budget, task.seed)
            regressor = PySRRegressor(**arguments, output_directory=folder)
            regressor.fit(X, y)
            rows = regressor.equations_.to_dict("records")
            chosen = regressor.get_best()["equation"]
        discovery = discovery_of(rows, chosen, stand_ins, answer)
        task.report(discovery.best.expression, discovery.best.loss)
        return discovery

    def arguments(self, budget: Budget, seed: int) -> dict[str, Any]:
        """What ``PySRRegressor`` is called with."""
        return {
            "binary_operators": list(self.binary),
            "unary_operators": list(self.unary),
            "nested_constraints": {name: {name: 0} for name in self.unary},
            "populations": self.populations,
            "population_size": self.population_size,
            "maxsize": self.maxsize,
            "weight_randomize": self.weight_randomize,
            "parsimony": self.parsimony,
            "precision": self.precision,
            "model_selection": self.model_selection,
            "niterations": 10_000_000,
            "timeout_in_seconds": _SEARCH_SHARE * budget.seconds,
            "max_evals": budget.evaluations,
            "parallelism": "serial" if budget.threads == 1 else "multithreading",
            "deterministic": budget.threads == 1,
            "random_state": seed % 2**32,
            "progress": False,
            "verbosity": 0,
        }


def discovery_of(
    rows: Iterable[Mapping[str, Any]],
    chosen: str,
    stand_ins: Mapping[str, str],
    answer: Answering,
) -> Discovery:
    """PySR's table as a Discovery, in raw units.

    ``rows`` have ``equation``, ``complexity`` and ``loss``; ``chosen`` is the equation that
    PySR selected; ``stand_ins`` maps the names in the equations to the task's. An equation that
    is no finite expression (``Inf`` or ``NaN`` for a constant) is left out; raises ValueError
    where the chosen one is.
    """
    front = []
    for row in rows:
        expression = _parsed(str(row["equation"]), stand_ins)
        if expression is not None:
            raw = answer.raw(answer.on_all.fitted(expression).expression)
            front.append(Candidate(str(raw), float(row["complexity"]), float(row["loss"])))
    best = _parsed(chosen, stand_ins)
    if best is None:
        raise ValueError(f"PySR selected what is no expression: {chosen!r:.200}")
    raw = answer.raw(answer.on_all.fitted(best).expression)
    for candidate in front:
        if candidate.expression == str(raw):
            return Discovery(candidate, tuple(front))
    return Discovery(Candidate(str(raw)), tuple(front))


def _parsed(equation: str, stand_ins: Mapping[str, str]) -> Expression | None:
    try:
        return parse(equation, stand_ins)
    except ParseError:
        return None


def julia_executable() -> str | None:
    """The Julia that juliacall would use, or None.

    The places are juliapkg's (0.1.28, ``find_julia.py`` and ``state.py``): what the environment
    names, then the project's own installation, then the PATH.
    """
    for variable in ("PYTHON_JULIACALL_EXE", "PYTHON_JULIAPKG_EXE"):
        if os.environ.get(variable):
            return shutil.which(os.environ[variable])
    installed = _julia_project() / "pyjuliapkg" / "install" / "bin" / "julia"
    return shutil.which(str(installed)) or shutil.which("juliaup") or shutil.which("julia")


def _julia_project() -> Path:
    if os.environ.get("PYTHON_JULIAPKG_PROJECT"):
        return Path(os.environ["PYTHON_JULIAPKG_PROJECT"])
    prefix = sys.prefix if sys.prefix != sys.base_prefix else os.environ.get("CONDA_PREFIX")
    if prefix:
        return Path(prefix) / "julia_env"
    depot = os.environ.get("JULIA_DEPOT_PATH") or str(Path.home() / ".julia")
    return Path(depot.split(os.pathsep)[0]) / "environments" / "pyjuliapkg"
