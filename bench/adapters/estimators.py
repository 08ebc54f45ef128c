"""What all contracts do with an estimator: seed, time limit, fit, predict."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Predict = Callable[[Values], Values]

TIME_LIMITS = ("max_time", "timeout_in_seconds", "timeout", "stop_time", "time_limit")
"""What estimators call the seconds they may take, in the order in which SRBench looks."""

SHARE = 0.95
"""The part of a budget that goes into ``fit``; the rest is for the formula."""

_SEEDS = 2**32


def set_seed(estimator: Any, seed: int) -> None:
    """Give ``estimator`` the seed, and every step of it that takes one."""
    for name in _where(estimator, "random_state"):
        _set(estimator, name, seed % _SEEDS)


def set_time_limit(estimator: Any, seconds: float) -> None:
    """Tell ``estimator`` how long it may take, under the first name by which it can be told."""
    for name in TIME_LIMITS:
        if places := _where(estimator, name):
            for place in places:
                # Whole seconds, as SRBench gives them: some take no others.
                _set(estimator, place, int(seconds) if seconds >= 1 else seconds)
            return


def _where(estimator: Any, name: str) -> list[str]:
    """The parameter ``name``: its own, or those of its steps."""
    if hasattr(estimator, name):
        return [name]
    try:
        parameters = estimator.get_params(deep=True)
    except Exception:
        return []
    return [one for one in parameters if one.endswith(f"__{name}")]


def _set(estimator: Any, place: str, value: object) -> None:
    if "__" in place:
        estimator.set_params(**{place: value})
    else:
        setattr(estimator, place, value)


class OutOfTime(Exception):
    """The time for ``fit`` is over."""


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise OutOfTime inside after so many seconds, as soon as Python code runs.

    Estimators that know no time limit are stopped by it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def fit(estimator: Any, X: Any, y: Values, seconds: float) -> bool:
    """Fit ``estimator`` for at most ``seconds``; False where that had to be stopped."""
    try:
        with alarm(seconds):
            estimator.fit(X, y)
    except OutOfTime:
        _take_stock(estimator)
        return False
    return True


def _take_stock(estimator: Any) -> None:
    """Have gplearn's kind stand by its last generation; it does so by itself after all of them."""
    engine = _last_step(estimator)
    last = (getattr(engine, "_programs", None) or [[]])[-1]
    programs = [one for one in last if one is not None]
    if programs and not hasattr(engine, "_program"):
        greater = getattr(getattr(engine, "_metric", None), "greater_is_better", False)
        sign = -1.0 if greater else 1.0
        with contextlib.suppress(AttributeError, TypeError):
            engine._program = min(programs, key=lambda one: sign * float(one.raw_fitness_))


def _last_step(estimator: Any) -> Any:
    steps = getattr(estimator, "steps", None)
    return steps[-1][1] if isinstance(steps, list) and steps else estimator


def predictor(estimator: Any, names: Sequence[str] | None) -> Predict:
    """The values ``estimator`` gives to rows of raw data, shape (n, d): shape (n,).

    ``names`` are those of the columns of the data frames it takes; None where it takes arrays.
    """

    def predict(X: Values) -> Values:
        values = np.asarray(estimator.predict(table(X, names)), dtype=np.float64).reshape(-1)
        if len(values) != len(X):
            raise ValueError(f"predict gave {len(values)} values for {len(X)} rows")
        return values

    return predict


def table(X: Values, names: Sequence[str] | None) -> Any:
    """``X`` as an estimator takes it: a data frame where there are ``names``, else a copy."""
    if names is None:
        return np.array(X)
    import pandas as pd

    return pd.DataFrame(np.array(X), columns=list(names))
