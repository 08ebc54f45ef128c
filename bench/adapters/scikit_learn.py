"""Any estimator of scikit-learn's kind, named by settings."""

from __future__ import annotations

import copy
import difflib
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.adapters import estimators, formulas
from bench.adapters.imports import imported_packages
from bench.basics.classes import ClassFile
from bench.kinds.table.task import Task
from bench.method import Budget, Discovery
from bench.running.load import colon_target, load_file


@dataclass(frozen=True)
class SKLearn:
    """Fits ``estimator`` and answers with its formula, or with its predictions alone.

    ``estimator`` is a class, ``package.module:Class`` or ``/path/file.py:Class``, and ``params``
    are its arguments; or it is a function that makes an estimator, or one that is made, such as a
    pipeline, on which ``params`` are set. ``expression`` names the attribute or function of the
    fitted estimator that gives the formula; where it is empty, those of
    ``bench.adapters.formulas.CONVENTIONS`` are tried, and an estimator that has none is a black
    box. ``dataframe`` is for those that take data frames, with the columns' names.
    """

    estimator: str
    params: dict[str, Any] | None = None
    expression: str = ""
    dataframe: bool = False

    def __post_init__(self) -> None:
        if not colon_target(self.estimator).rpartition(":")[0]:
            raise ValueError(
                f"estimator is '{self.estimator}'; write package.module:Class or file.py:Class"
            )
        place, _, name = colon_target(self.estimator).rpartition(":")
        if place.endswith(".py") and Path(place).is_file():
            names = ClassFile.at(Path(place)).names
            if names is not None and name not in names:
                raise ValueError(f"estimator is '{self.estimator}': {_there_is_no(name, names)}")

    @property
    def requires(self) -> tuple[str, ...]:
        """The estimator's module, or what its file imports, and what fits constants."""
        place = colon_target(self.estimator).rpartition(":")[0]
        modules = imported_packages(Path(place)) if place.endswith(".py") else (place,)
        return (*modules, *formulas.REQUIRES)

    def warm_up(self, budget: Budget) -> None:
        """Import the estimator's module, its engine warm where that is known."""
        estimators.warm_up_engines(self.requires, budget)
        self._named()
        formulas.fitting()

    def _named(self) -> Any:
        place, _, name = colon_target(self.estimator).rpartition(":")
        module = load_file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
        try:
            return getattr(module, name)
        except AttributeError:
            raise ImportError(f"in '{place}' {_there_is_no(name, dir(module))}") from None

    def _made(self) -> Any:
        named, params = self._named(), self.params or {}
        if not callable(named) and not hasattr(named, "fit"):
            raise TypeError(f"{self.estimator} is {named!r:.80}: no class, function or estimator")
        if isinstance(named, type) or not hasattr(named, "fit"):
            estimators.check_arguments(named, params)
            estimator = named(**params)
        else:
            estimator = copy.deepcopy(named)
            estimator = estimator.set_params(**params) if params else estimator
        for function in ("fit", "predict"):
            if not callable(getattr(estimator, function, None)):
                raise TypeError(
                    f"{self.estimator} gives {estimator!r:.80}, which has no function {function}"
                )
        return estimator

    def discover(self, task: Task) -> Discovery:
        """Fit the estimator; its formula, where it has one, comes with its predictions."""
        estimator = self._made()
        estimators.set_seed(estimator, task.seed)
        estimators.set_time_limit(estimator, task.budget)
        names = task.names if self.dataframe else None
        X = estimators.table(task.X, names)
        estimators.fit(estimator, X, task.y.copy(), task)
        predict = estimators.predictor(estimator, names)
        predict(task.X[:1])  # one that was stopped before it was fitted says so here
        found = formulas.candidates(estimator, task.variables, task.X, self.expression)
        if self.expression and not found:
            raise ValueError(f"what '{self.expression}' gives cannot be read as a formula")
        formula = formulas.agreeing(found, task.names, task.X, predict)
        return Discovery.of("" if formula is None else formula, predict=predict)


def _there_is_no(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    return f"there is no '{name}'{f'; did you mean {near[0]!r}?' if near else ''}"
