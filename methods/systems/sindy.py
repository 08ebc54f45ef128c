"""SINDy: sparse rates by sequentially thresholded least squares, with pysindy.

Brunton, Proctor and Kutz 2016, doi:10.1073/pnas.1517384113; pysindy 2.1, the extra ``sindy``. The
threshold is chosen by integrating what it leads to again.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from bench import Candidate, Discovery, SystemTask
from methods.systems.integrating import integrated_error

Array = NDArray[np.float64]

_ALIKE = 1.1
_EXACT = 1e-6
_KNOWN = 0.5
"""The share of rows that must have well known rates of all states for others to be left out."""


@dataclass(frozen=True)
class Sindy:
    """Monomials up to ``degree``, and ``frequencies`` of sines and cosines of every column.

    ``thresholds`` are the coefficients below which a term is dropped, each tried in turn;
    ``ensemble`` (0: none) is the number of fits on resampled rows whose median coefficient counts.
    ``estimate`` is how rates are estimated from the states: differences, smoothed or weak.
    """

    kinds: ClassVar[tuple[str, ...]] = ("system",)
    requires: ClassVar[tuple[str, ...]] = ("pysindy",)

    degree: int = 3
    frequencies: int = 0
    thresholds: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3)
    ensemble: int = 0
    estimate: Literal["differences", "smoothed", "weak"] = "smoothed"

    def discover(self, task: SystemTask) -> Discovery:
        """The sparsest rates among those that lead nearest to the trajectories."""
        given = task.rates(self.estimate)
        sure = given.sure.all(axis=1)
        rows = sure if sure.mean() >= _KNOWN else slice(None)
        X, rates = given.X[rows], given.values[rows]
        found: list[tuple[float, int, dict[str, str]]] = []
        for terms, answer in self._answers(task, X, rates):
            found.append((integrated_error(task, answer), terms, answer))
            best = _chosen(found)
            task.report(best, found[-1][0])
            if task.remaining().share < 0.1:
                break
        front = [Candidate(answer, terms, error) for error, terms, answer in found]
        return Discovery.of(_chosen(found), front)

    def _answers(
        self, task: SystemTask, X: Array, rates: Array
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """For each degree and threshold the number of terms and the rates."""
        states = len(task.states)
        names = [variable.name for variable in task.variables]
        for degree in range(min(2, self.degree), self.degree + 1):
            for threshold in self.thresholds:
                model = self._model(degree, threshold, task.seed)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of terms that are all dropped
                    u = X[:, states:] if X.shape[1] > states else None
                    model.fit(X[:, :states], t=1.0, x_dot=rates, u=u, feature_names=names)
                coefficients = model.coefficients()
                if np.isfinite(coefficients).all():
                    features = [_written(one) for one in model.get_feature_names()]
                    yield int(np.count_nonzero(coefficients)), _rates(task, coefficients, features)

    def _model(self, degree: int, threshold: float, seed: int) -> Any:
        import pysindy

        library = pysindy.PolynomialLibrary(degree=degree)
        if self.frequencies:
            library = library + pysindy.FourierLibrary(n_frequencies=self.frequencies)
        optimizer = pysindy.STLSQ(threshold=threshold)
        if self.ensemble:
            np.random.seed(seed % 2**32)  # noqa: NPY002  (it draws from the global generator)
            optimizer = pysindy.EnsembleOptimizer(optimizer, bagging=True, n_models=self.ensemble)
        return pysindy.SINDy(optimizer=optimizer, feature_library=library)


def _rates(task: SystemTask, coefficients: Array, features: list[str]) -> dict[str, str]:
    rates = {}
    for name, row in zip(task.names, coefficients.tolist(), strict=True):
        terms = [f"({value!r})*{one}" for value, one in zip(row, features, strict=True) if value]
        rates[name] = " + ".join(terms) or "0"
    return rates


def _written(feature: str) -> str:
    """A feature as pysindy prints it, ``x0^2 x1`` or ``sin(2 x0)``, as others read it."""
    return re.sub(r"\s+", "*", feature.strip()).replace("^", "**")


def _chosen(found: list[tuple[float, int, dict[str, str]]]) -> dict[str, str]:
    """The sparsest of those that are as near as the nearest, but for a tenth."""
    least = min(error for error, _, _ in found)
    near = [one for one in found if one[0] <= _ALIKE * least + _EXACT]
    return min(near, key=lambda one: (one[1], one[0]))[2]
