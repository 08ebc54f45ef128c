"""SRBench's contract: a ``regressor.py`` with ``est``, ``model(est, X=None)`` and ``eval_kwargs``.

What SRBench's own driver (``experiment/evaluate_model.py`` of github.com/cavalab/srbench) does
around ``fit`` is done: the random state, a subsample of the rows, scaling of columns and target,
``pre_train``, data frames, the time limit by its several names. What it leaves undone is added:
the formula is brought back to raw units, and the estimator's own predictions come with it.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from bench.adapters import estimators, formulas
from bench.adapters.estimators import Predict, Values
from bench.adapters.formulas import Standardising
from bench.adapters.imports import imported_packages
from bench.expression import Expression
from bench.kinds.table.task import Task
from bench.method import Budget, Discovery
from bench.problems.variable import Variable
from bench.running.load import load_file

_KNOWN = {
    "pre_train", "scale_x", "scale_y", "max_train_samples", "use_dataframe", "test_params",
}  # fmt: skip
_NUMBERED = re.compile(r"[xX]_?\d+")


class NothingFitted(Exception):
    """There is nothing that could be called the estimator's answer; the message says why."""


@dataclass(frozen=True)
class SRBench:
    """A method of SRBench, as its ``regressor.py`` has it.

    ``params`` are set on the estimator before each run, over those the file gives it.
    """

    file: str
    params: dict[str, Any] | None = None

    @property
    def requires(self) -> tuple[str, ...]:
        """The modules that the file imports whatever happens, but for those it finds in folders,
        and what fits constants."""
        return (*imported_packages(Path(self.file)), *formulas.REQUIRES)

    def warm_up(self, budget: Budget) -> None:
        """Import the file, and with it its engine, which is warmed up where that is known."""
        estimators.warm_up_engines(self.requires, budget)
        self._module()
        formulas.fitting()

    def _module(self) -> ModuleType:
        module = load_file(Path(self.file))
        if not hasattr(getattr(module, "est", None), "fit"):
            raise NothingFitted(f"'{self.file}' has no estimator 'est' with fit and predict")
        return module

    def discover(self, task: Task) -> Discovery:
        """Fit ``est`` as SRBench would, and give its formula and its predictions."""
        return _SRBenchRun(self, self._module(), task).discovery()


class _SRBenchRun:
    """One fit: the estimator, the data as it sees them, and the way back."""

    def __init__(self, settings: SRBench, module: ModuleType, task: Task) -> None:
        self.task = task
        self.module = module
        self.folder = Path(settings.file).resolve().parent.name
        self.estimator = copy.deepcopy(module.est)
        self.asked: Mapping[str, Any] = getattr(module, "eval_kwargs", None) or {}
        self.columns = column_names(task.variables)
        self.frames = bool(self.asked.get("use_dataframe", True))
        estimators.set_seed(self.estimator, task.seed)
        X, y = self._subsample(task.X, task.y)
        self.scaling = self._scaling(X, y)
        self.X, self.y = self._seen(X), (y - self.scaling.target_mean) / self.scaling.target_size
        if settings.params:
            self.estimator.set_params(**settings.params)

    def discovery(self) -> Discovery:
        for name in sorted(self.asked.keys() - _KNOWN):
            print(f"eval_kwargs has '{name}', which does nothing")
        names = self.columns if self.frames else None
        X = estimators.table(self.X, names)
        if pre_train := self.asked.get("pre_train"):
            pre_train(self.estimator, X, self.y)
        estimators.set_time_limit(self.estimator, self.task.budget)
        in_time = estimators.fit(self.estimator, X, self.y, self.task)
        if "geneticengine" in self.folder:  # as the driver does for methods that are called so
            self.estimator._is_fitted = True
        inner = estimators.predictor(self.estimator, names)
        try:
            inner(self.X[:1])
        except Exception as error:
            if in_time:
                raise
            seconds = estimators.SHARE * self.task.budget.likely_seconds
            raise NothingFitted(
                f"fit had to be stopped after {seconds:.1f} s, and left nothing fitted: {error}"
            ) from error
        formula = formulas.agreeing(self._formulas(), self.task.names, self.X, inner)
        predict = self._in_raw_units(inner)
        if formula is None:
            return Discovery.of("", predict=predict)
        return Discovery.of(formulas.raw(formula, self.scaling, self.task.names), predict=predict)

    def _subsample(self, X: Values, y: Values) -> tuple[Values, Values]:
        most = int(self.asked.get("max_train_samples") or 0)
        if not 0 < most < len(y):
            return X, y
        rows = np.random.default_rng(self.task.seed).choice(len(y), size=most, replace=False)
        return X[rows], y[rows]

    def _scaling(self, X: Values, y: Values) -> Standardising:
        """As scikit-learn's StandardScaler: a column that does not vary is not divided."""
        mean, size = np.zeros(X.shape[1]), np.ones(X.shape[1])
        if self.asked.get("scale_x", True):
            mean, size = np.mean(X, axis=0), np.std(X, axis=0)
        if not self.asked.get("scale_y", True):
            return Standardising(mean, _or_one(size))
        target = _or_one(np.std(y, keepdims=True))
        return Standardising(mean, _or_one(size), float(np.mean(y)), float(target[0]))

    def _seen(self, X: Values) -> Values:
        seen: Values = (X - self.scaling.mean) / self.scaling.size
        return seen

    def _in_raw_units(self, inner: Predict) -> Predict:
        scaling = self.scaling

        def predict(X: Values) -> Values:
            return scaling.target_mean + scaling.target_size * inner(self._seen(X))

        return predict

    def _formulas(self) -> list[Expression]:
        """What the file's ``model`` says, in the units that it was fitted in; of pipelines, in all
        its readings."""
        model = getattr(self.module, "model", None)
        if not callable(model):
            return []
        frame = estimators.table(self.X, self.columns)
        takes = inspect.signature(model).parameters
        text = model(self.estimator, frame) if "X" in takes else model(self.estimator)
        print(f"model: {text}"[:2000])
        found = formulas.readings(str(text), self.columns, self.task.variables)
        with contextlib.suppress(Exception):  # its last step's convention, where it has one
            found += formulas.candidates(self.estimator, self.task.variables, self.X)
        return found


def column_names(variables: Sequence[Variable]) -> tuple[str, ...]:
    """What the columns of data frames are called: by the symbols that are disclosed, where these
    can be names and no engine numbers its columns like that; else by name."""
    found = tuple(one.symbol or one.name for one in variables)
    usable = all(one.isidentifier() and not _NUMBERED.fullmatch(one) for one in found)
    if usable and len(set(found)) == len(found):
        return found
    return tuple(one.name for one in variables)


def _or_one(size: Values) -> Values:
    return np.where(size > 0, size, 1.0)
