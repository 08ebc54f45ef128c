"""Inputs that are functions of each other: no data of such a table tell them apart.

Looked for are x_j = a + b*g(x_i) with g the identity, a power or the logarithm, and x_j = c*x_i**p
and +-exp(a + k*x_i): what another unit, scale or reference makes of a column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.problems.identifiable.rounding import Rounding

Floats = NDArray[np.float64]

ROWS = 1000
"""Rows that are looked at: what holds on so many to six digits holds by rule."""
_FIRST_ROWS = 24
"""Rows by which most pairs of columns are told apart, before all rows are looked at."""
_MOST_COLUMNS = 2000
"""A wider table is not looked at: its pairs of columns are too many."""
_LEAST_ROWS = 5
"""Two constants are fitted: three rows more make chance 1e-18."""
_EXACT = 1e-6
"""Root mean square of residuals over the column's deviation, rounding apart."""
_UNRESOLVED = 1e-3
"""A column whose rounding is a larger share of its deviation than this says nothing."""
_POWERS = (2.0, 3.0, 0.5, -1.0, -2.0, -0.5)


@dataclass(frozen=True)
class Dependence:
    """That column ``of`` is ``expression``, text in the column ``on``; both by their names."""

    of: str
    on: str
    expression: str
    affine: bool

    @property
    def flaw(self) -> tuple[str, str]:
        """The word and the sentence by which a problem says so."""
        word = "inputs_on_a_line" if self.affine else "inputs_on_a_curve"
        return word, f"{self.of} = {self.expression} on every row: no data tell the two apart"


def dependences(X: Floats, names: Sequence[str]) -> list[Dependence]:
    """All ordered pairs of columns of ``X`` (n, d) of which one is a simple function of the other.

    A column that is constant is a function of none. Fewer than five rows show nothing, and more
    than 2,000 columns are not looked at.
    """
    X = X[:ROWS]
    if len(X) < _LEAST_ROWS or not 2 <= X.shape[1] <= _MOST_COLUMNS:
        return []
    single = np.sqrt(np.mean(Rounding.of(X, X[:, 0]).X ** 2, axis=0))
    steps = np.maximum(single, [_decimal_step(column) for column in X.T])
    slack = 4 * steps + _EXACT * np.ptp(X, axis=0)
    found = []
    for i, j in _moving_together(X, slack):
        if i != j:
            tolerance = _tolerance(X, steps, i, j)
            one = tolerance and _function(X[:, i], X[:, j], names[i], tolerance)
            if one:
                found.append(Dependence(names[j], names[i], *one))
    return found


def flaws(X: Floats, names: Sequence[str]) -> dict[str, str]:
    """The flaws that a table has by them: a word and a sentence each, the first of each word."""
    found: dict[str, str] = {}
    for one in dependences(X, names):
        found.setdefault(*one.flaw)
    return found


def _decimal_step(values: Floats) -> float:
    """The step of a column that is written with a few decimals; 0 where it has more than six."""
    for decimals in range(7):
        scaled = values * 10.0**decimals
        digits = 4 * np.spacing(np.max(np.abs(scaled)))
        if digits < 0.01 and np.all(np.abs(scaled - np.round(scaled)) <= digits):
            return float(10.0**-decimals)
    return 0.0


def _moving_together(X: Floats, slack: Floats) -> Iterator[tuple[int, int]]:
    """Pairs of columns of which the second only rises or only falls with the first."""
    few = X[:_FIRST_ROWS]
    for i in range(X.shape[1]):
        some = few[np.argsort(few[:, i], kind="stable")]
        near = np.flatnonzero(_monotone(some, slack))
        order = np.argsort(X[:, i], kind="stable")
        for j in near[_monotone(X[np.ix_(order, near)], slack[near])].tolist():
            yield i, j


def _monotone(columns: Floats, slack: Floats) -> NDArray[np.bool_]:
    """Which of ``columns`` (n, d) rise or fall from row to row, but for their ``slack``."""
    rises = np.diff(columns, axis=0)
    found: NDArray[np.bool_] = np.all(rises >= -slack, axis=0) | np.all(rises <= slack, axis=0)
    return found


def _tolerance(X: Floats, steps: Floats, i: int, j: int) -> float:
    """How far the columns may be apart, root mean square; 0 where they cannot be told."""
    spread_i, spread_j = np.std(X[:, i]), np.std(X[:, j])
    if not (spread_i > 0 and spread_j > 0):
        return 0.0
    rounding = steps[j] + steps[i] * spread_j / spread_i
    return float(_EXACT * spread_j + rounding) if rounding <= _UNRESOLVED * spread_j else 0.0


def _function(x: Floats, y: Floats, name: str, tolerance: float) -> tuple[str, bool] | None:
    """The text of a function of ``x`` that ``y`` is within ``tolerance``, and whether affine."""
    for form in _forms(x, y, name):
        a, b = form.fitted()
        if form.misfit(a, b) > tolerance:
            continue
        for digits in range(2, 17):
            c, d = float(f"{a:.{digits}g}"), float(f"{b:.{digits}g}")
            if form.misfit(c, d) <= tolerance * 1e-2 + form.misfit(a, b) * 1.001:
                return form.text(c, d), form.affine
        return form.text(a, b), form.affine
    return None


@dataclass(frozen=True)
class _Form:
    """``target`` = a + b*``basis``; ``value`` makes of it the column ``y``, ``text`` its words."""

    basis: Floats
    target: Floats
    y: Floats
    value: Callable[[Floats], Floats]
    text: Callable[[float, float], str]
    affine: bool = False

    def fitted(self) -> tuple[float, float]:
        centre, middle = np.mean(self.basis), np.mean(self.target)
        away = self.basis - centre
        slope = float(away @ (self.target - middle) / max(away @ away, np.finfo(float).tiny))
        return float(middle - slope * centre), slope

    def misfit(self, a: float, b: float) -> float:
        with np.errstate(all="ignore"):
            found = float(np.sqrt(np.mean((self.value(a + b * self.basis) - self.y) ** 2)))
        return found if np.isfinite(found) else np.inf


def _forms(x: Floats, y: Floats, name: str) -> Iterator[_Form]:
    def plain(basis: Floats, word: str, affine: bool = False) -> _Form:
        return _Form(basis, y, y, lambda v: v, lambda a, b: f"{a!r} + {b!r}*{word}", affine)

    yield plain(x, name, affine=True)
    positive = bool(np.all(x > 0))
    if positive:
        yield plain(np.log(x), f"log({name})")
    sign = 1.0 if np.all(y > 0) else -1.0 if np.all(y < 0) else 0.0
    if sign:
        logs = np.log(np.abs(y))
        yield _Form(
            x, logs, y, lambda v: sign * np.exp(v),
            lambda a, b: f"{'-' * (sign < 0)}exp({a!r} + {b!r}*{name})",
        )  # fmt: skip
        if positive:
            yield _Form(
                np.log(x), logs, y, lambda v: sign * np.exp(v),
                lambda a, b: f"{float(sign * np.exp(a))!r}*{name}**({b!r})",
            )  # fmt: skip
    if positive:
        for power in _POWERS:
            yield plain(x**power, f"{name}**({power!r})")
