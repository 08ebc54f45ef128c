"""The method PySR: the setting that SRSD published, and any other, under a budget of time."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import Budget, Discovery, ParseError, Task, Variable, parse
from methods import warm
from methods.answering import Answering
from methods.pysr import julia
from methods.pysr.following import followed
from methods.pysr.table import SELECTIONS, Row, discovery_of, fitted_of, read_table, select
from methods.pysr.units import units_of
from methods.rows import ENOUGH

Scalar = bool | int | float | str

_RUN = "search"
_OURS = (
    "niterations", "timeout_in_seconds", "max_evals", "parallelism", "deterministic",
    "random_state", "procs", "progress", "verbosity", "output_directory", "run_id",
    "temp_equation_file", "warm_start", "update", "binary_operators", "unary_operators",
    "operators", "nested_constraints", "populations", "population_size", "maxsize", "precision",
    "model_selection",
)  # fmt: skip
"""Arguments of PySR that the harness or another setting decides."""


def _published() -> dict[str, Scalar]:
    """What SRSD's runs had beside their operators and sizes.

    ``weight_randomize`` and ``ncycles_per_iteration`` are in SRSD's file; all else it left to the
    defaults of PySR as it was then (0.16.3, October 2023; the last two in its backend, 0.22.4).
    """
    return {
        "ncycles_per_iteration": 500, "weight_randomize": 0.1,
        "parsimony": 0.0032, "adaptive_parsimony_scaling": 20.0, "alpha": 0.1, "annealing": False,
        "batching": False, "crossover_probability": 0.066, "fraction_replaced": 0.000364,
        "fraction_replaced_hof": 0.035, "topn": 12, "tournament_selection_n": 10,
        "tournament_selection_p": 0.86, "optimize_probability": 0.14, "optimizer_iterations": 8,
        "optimizer_nrestarts": 2, "perturbation_factor": 0.076, "weight_add_node": 0.79,
        "weight_insert_node": 5.1, "weight_delete_node": 1.7, "weight_do_nothing": 0.21,
        "weight_mutate_constant": 0.048, "weight_mutate_operator": 0.47,
        "weight_simplify": 0.002, "weight_optimize": 0.0, "weight_swap_operands": 0.0,
        "weight_rotate_tree": 0.0, "weight_mutate_feature": 0.0, "weight_backsolve": 0.0,
        "probability_negate_constant": 0.01,
    }  # fmt: skip


def _apart() -> dict[str, list[str]]:
    return {"sin": ["sin", "cos"], "cos": ["sin", "cos"], "exp": ["exp"], "log": ["log"]}


@dataclass(frozen=True)
class PySR:
    """PySR's regressor with the setting SRSD published for it.

    The setting is that of SRSD's file (Matsubara et al., DMLR 2024; ``external/pysr/config.yaml``)
    and, for what it leaves open, of PySR as it was then. It differs from it in ``turbo``, which
    changes speed alone and would have to be fetched, and in the time, which is the budget's.
    ``nested`` says which functions may not stand within a function. ``options`` are further
    arguments of ``PySRRegressor``; what is not named there is PySR's own default.

    On one thread the course of the search is fixed by the seed; on several it is not. Julia
    compiles once in a process, before the clock: ``worker.start=keep`` lets the runs share one.
    """

    requires: ClassVar[tuple[str, ...]] = ("pysr",)

    binary: tuple[str, ...] = ("+", "-", "*", "/")
    unary: tuple[str, ...] = ("sin", "cos", "exp", "log")
    nested: dict[str, list[str]] = field(default_factory=_apart)
    populations: int = 10
    population_size: int = 40
    maxsize: int = 50
    precision: int = 32
    model_selection: str = "score"
    options: dict[str, Scalar] = field(default_factory=_published)
    units: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        if self.precision not in (16, 32, 64):
            raise ValueError(f"precision is {self.precision}; choose 16, 32 or 64")
        if self.model_selection not in SELECTIONS:
            known = ", ".join(SELECTIONS)
            raise ValueError(f"model_selection is '{self.model_selection}'; choose from {known}")
        if self.maxsize < 7:
            raise ValueError(f"maxsize is {self.maxsize}; PySR needs 7 or more")
        for name in self.binary:
            _check_readable(name, f"{name}(x0, x1)" if name.isidentifier() else f"x0 {name} x1")
        for name in self.unary:
            _check_readable(name, f"{name}(x0)")
        decided = sorted(set(self.options) & set(_OURS))
        if decided:
            raise ValueError(f"options names '{decided[0]}', which a setting or the budget decides")

    @classmethod
    def missing(cls) -> str | None:
        """What PySR lacks on this machine, told without starting it or asking the net."""
        return julia.missing() if util.find_spec("pysr") else None

    def warm_up(self, budget: Budget) -> None:
        """Start Julia and have it compile the search: same operators, precision and threads."""
        warm.fitting()
        julia.prepare(os.environ, budget)
        rng = np.random.default_rng(0)
        X, y = rng.uniform(1.0, 2.0, (20, 2)), rng.uniform(1.0, 2.0, 20)
        few = {"niterations": 1, "populations": 2, "max_evals": 2000}
        for units in ({}, {"X_units": ["m", "s"], "y_units": "m"})[: 1 + self.units]:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                _fitted(self.arguments(budget, 0) | few, folder, X, y, units)

    def discover(self, task: Task) -> Discovery:
        """Search for as long as leaves time to fit constants in float64 to what is found."""
        return _PySRRun(self, task).discovery()

    def arguments(self, budget: Budget, seed: int) -> dict[str, Any]:
        """What ``PySRRegressor`` is called with."""
        apart = {outer: dict.fromkeys(inner, 0) for outer, inner in self.nested.items()}
        return {
            **self.options,
            "binary_operators": list(self.binary),
            "unary_operators": list(self.unary),
            "nested_constraints": apart or None,
            "populations": self.populations,
            "population_size": self.population_size,
            "maxsize": self.maxsize,
            "precision": self.precision,
            "model_selection": self.model_selection,
            "niterations": 10_000_000,
            "timeout_in_seconds": search_seconds(budget.likely_seconds),
            "max_evals": budget.evaluations,
            "parallelism": "serial" if budget.threads == 1 else "multithreading",
            "deterministic": budget.threads == 1,
            "random_state": seed % 2**32,
            "progress": False,
            "verbosity": 0,
        }


def search_seconds(seconds: float) -> float:
    """How much of a budget the search is given.

    The rest is for what comes after it: PySR exports its table (a second of processor time for 50
    long expressions), and constants are fitted.
    """
    return seconds - min(max(0.1 * seconds, 2.0), 0.4 * seconds, 10.0)


class _PySRRun:
    """One run: its search, followed, and what is made of its table."""

    def __init__(self, settings: PySR, task: Task) -> None:
        self.settings, self.task = settings, task
        self.answer = Answering(task, ENOUGH, scale=settings.scale)
        whole = task.budget.likely_seconds
        self.share = search_seconds(whole) / whole
        self.stand_ins = {f"x{j}": name for j, name in enumerate(task.names)}  # PySR's own names
        self.reported = ""

    def discovery(self) -> Discovery:
        if self.answer.constant:
            return self.answer.of_mean()
        X, y = self.answer.on_all.X, self.answer.on_all.y
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            arguments = self.settings.arguments(self.task.budget, self.task.seed)
            place = Path(folder, _RUN)
            with followed(lambda: self._look(place), self._late):
                regressor = _fitted(arguments, folder, X, y, self._units())
        if regressor is None:
            return self.answer.of_mean()
        rows = [Row.of(row) for row in regressor.equations_.to_dict("records")]
        chosen = str(regressor.get_best()["equation"])
        found = discovery_of(rows, chosen, self.stand_ins, self.answer)
        self.task.report(found.best.expression, found.best.loss)
        return found

    def _late(self) -> bool:
        return self.answer.spent(self.share)

    def _look(self, folder: Path) -> None:
        """Report what PySR would choose now, where that has changed."""
        row = select(read_table(folder), self.settings.model_selection)
        if row is None or row.equation == self.reported:
            return
        self.reported = row.equation
        fitted = fitted_of(row.equation, self.stand_ins, self.answer)
        if fitted is not None:
            self.answer.keep(fitted)

    def _units(self) -> dict[str, Any]:
        if not self.settings.units:
            return {}
        return units_of(self.task.variables, self.task.target)


def _fitted(
    arguments: Mapping[str, Any],
    folder: str,
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    units: Mapping[str, Any],
) -> Any:
    """A regressor after its search; None where that ended before it had found anything."""
    with _quiet():
        from pysr import PySRRegressor

        regressor = PySRRegressor(**arguments, output_directory=folder, run_id=_RUN)
        try:
            regressor.fit(X, y, **units)
        except RuntimeError:
            if read_table(Path(folder, _RUN)):
                raise
            return None
    return regressor


@contextmanager
def _quiet() -> Iterator[None]:
    """What PySR warns of is as it is meant to be: large expressions, threads, partial results."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check_readable(name: str, text: str) -> None:
    """ValueError where an operator's expressions could not be read."""
    try:
        parse(text, (Variable("x0"), Variable("x1")))
    except ParseError as error:
        raise ValueError(f"operator '{name}' has no reading here: {error}") from None
