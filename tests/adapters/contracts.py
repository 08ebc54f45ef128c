"""Small files in other benchmarks' contracts, as their authors write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bench import Budget, Discovery, Task, Variable
from bench.plugins import find_method, spec_of
from bench.running.load import build

SRBENCH = '''
"""Least squares, as a method of SRBench."""
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

SEEN = []


class Linear(BaseEstimator, RegressorMixin):
    def __init__(self, random_state=None, {limit}=3600, ridge=0.0):
        self.random_state = random_state
        self.{limit} = {limit}
        self.ridge = ridge

    def fit(self, X, y):
        SEEN.append((self.random_state, self.{limit}, self.ridge, X, y))
        values = np.column_stack([np.ones(len(y)), np.asarray(X)])
        self.weights_ = np.linalg.lstsq(values, y, rcond=None)[0]
        return self

    def predict(self, X):
        return self.weights_[0] + np.asarray(X) @ self.weights_[1:]


est: RegressorMixin = Linear()
eval_kwargs = dict({kwargs})


def model(est, X=None):
    names = X.columns if {names!r} == "columns" else [{names!r} % (j + {first}) for j in range(9)]
    terms = ["%r*%s" % (float(w), name) for w, name in zip(est.weights_[1:], names)]
    return " + ".join([repr(float(est.weights_[0])), *terms])
'''


def regressor(
    folder: Path,
    kwargs: str = "",
    names: str = "columns",
    first: int = 0,
    limit: str = "max_time",
    more: str = "",
) -> Path:
    """A folder ``mine`` with a ``regressor.py``; ``more`` comes at its end."""
    place = folder / "mine"
    place.mkdir()
    text = SRBENCH.format(kwargs=kwargs, names=names, first=first, limit=limit)
    (place / "regressor.py").write_text(text + more)
    return place


def data(columns: int = 3, rows: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Columns of many sizes, one of them constant, and a target that is linear in them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(rng.uniform(-5, 5, columns), rng.uniform(0.1, 9, columns), (rows, columns))
    X[:, -1] = 7.5
    return X, 1e3 + X @ rng.normal(size=columns)


def discovered(
    place: Path | str,
    X: np.ndarray,
    y: np.ndarray,
    variables: tuple[Variable, ...] = (),
    seconds: float = 20.0,
    seed: int = 0,
    **settings: Any,
) -> Discovery:
    """What the method at ``place`` answers, in this process."""
    spec = spec_of(find_method(str(place)), **settings)
    names = variables or tuple(Variable(f"x{j}") for j in range(X.shape[1]))
    X.flags.writeable = y.flags.writeable = False
    method = build(spec.target, spec.settings)
    return method.discover(Task(X, y, names, seed=seed, budget=Budget(seconds=seconds)))
