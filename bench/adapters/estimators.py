"""What all contracts do with an estimator: seed, time limit, fit, predict."""

from __future__ import annotations

import contextlib
import inspect
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bench.basics.installation import ENGINES
from bench.kinds.table.task import Task
from bench.method import Budget
from bench.running.load import load_class

Values = NDArray[np.float64]
Predict = Callable[[Values], Values]

TIME_LIMITS = ("max_time", "timeout_in_seconds", "timeout", "stop_time", "time_limit")
"""What estimators call the seconds they may take, in the order in which SRBench looks."""

SEEDS = ("random_state", "seed", "random_seed")
"""What estimators call their seed: scikit-learn's word, and others' words."""

SHARE = 0.95
"""The part of a budget that goes into ``fit``; the rest is for the formula."""

_SEEDS = 2**32
_LOOK_SECONDS = 0.02


def warm_up_engines(modules: Iterable[str], budget: Budget) -> None:
    """Make those of ``modules`` ready that need more than to be imported, and before that."""
    for target in (ENGINES.get(one.partition(".")[0]) for one in modules):
        if target is not None:
            load_class(target)().warm_up(budget)


def check_arguments(made: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Raises TypeError where ``made`` cannot be called with ``given``, with the way out."""
    try:
        signature = inspect.signature(made)
    except ValueError:  # one of C code, which does not tell
        return
    try:
        signature.bind(**given)
    except TypeError as error:
        taken = ", ".join(map(str, signature.parameters.values())) or "nothing"
        raise TypeError(
            f"{getattr(made, '__name__', made)}: {error}; params are its arguments, and it takes "
            f"{taken}"
        ) from None


def set_seed(estimator: Any, seed: int) -> None:
    """Give ``estimator`` the seed, and every step of it that takes one, by the names for it."""
    for name in SEEDS:
        for place in _where(estimator, name):
            _set(estimator, place, seed % _SEEDS)


def set_time_limit(estimator: Any, budget: Budget) -> None:
    """Tell ``estimator`` how long it may take, under the first name by which it can be told.

    That is less than what it gets: many end the step they are in, and then simplify.
    """
    whole = budget.likely_seconds
    seconds = whole - min(max(0.1 * whole, 2.0), 0.4 * whole, 10.0)
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


class OutOfTime(KeyboardInterrupt):
    """The budget is spent, but for what the formula needs.

    It is an interruption, as those who catch every Exception go on after any other.
    """


class Alarm:
    """While inside, raise OutOfTime when all but the rest of the budget of ``task`` is spent.

    Estimators that know no time limit are stopped by it, as soon as Python code runs. One that
    goes on is stopped again, each time half of what was left is spent.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._rest = 1.0 - SHARE
        self._held = False
        self._here = threading.current_thread() is threading.main_thread()
        self._before: Any = None

    def __enter__(self) -> Self:
        if self._here:
            self._before = signal.signal(signal.SIGALRM, self._ring)
            signal.siginterrupt(signal.SIGALRM, False)
            self._set()
        return self

    def __exit__(self, *_: object) -> None:
        self._held = True
        if self._here:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before or signal.SIG_DFL)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let what is inside end first, as what is said to the harness."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def _ring(self, number: int, frame: object) -> None:
        over = not self._held and self._task.remaining().share <= self._rest
        if over:
            self._rest /= 2
        self._set()
        if over:
            raise OutOfTime("the budget is spent")

    def _set(self) -> None:
        """Ring when the budget may be spent, if it is used at full speed; not at every instant."""
        left = self._task.remaining().share - self._rest
        seconds = left * self._task.budget.likely_seconds
        signal.setitimer(signal.ITIMER_REAL, max(_LOOK_SECONDS, seconds))


def fit(estimator: Any, X: Any, y: Values, task: Task) -> bool:
    """Fit ``estimator`` within the budget of ``task``; False where it had to be stopped."""
    try:
        with Alarm(task):
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
        values = np.asarray(estimator.predict(table(X, names)), dtype=np.float64)
        if values.shape not in ((len(X),), (len(X), 1)):
            raise ValueError(f"predict gave values of shape {values.shape} for X of {X.shape}")
        return values.reshape(-1)

    return predict


def table(X: Values, names: Sequence[str] | None) -> Any:
    """``X`` as an estimator takes it: a data frame where there are ``names``, else a copy."""
    if names is None:
        return np.array(X)
    import pandas as pd

    return pd.DataFrame(np.array(X), columns=list(names))
