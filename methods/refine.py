"""From a formula that an engine found to the one that the data bear out.

An engine's constants have float32's seven digits, and its trees carry terms and factors that do
nothing. Here the constants are fitted in float64, and whatever can go without loss goes.

The criterion is the Bayesian information criterion with one parameter for every node,
``n*log(mse) + log(n)*nodes`` (Schwarz, Annals of Statistics 6, 1978; nodes stand for parameters as
in Operon's ``length``): on data without noise accuracy decides until rounding error is reached,
and then length; on noisy data a node must earn its keep. On few rows log(n) is little, and a
search among thousands of formulas finds one that fits the noise: there a node costs what it takes
to say which of a dozen symbols it is (Rissanen's description length, Automatica 14, 1978).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Rounding, complexity, evaluate, substitute
from bench.expression import changed_once
from methods.tidy import gather

EXACT = 1e-13
"""Errors below this share of the target's spread are rounding error: formulas are equal there."""

_COARSE = 1e-3
"""No data are written so coarsely that an error above it is one of rounding."""
_ITERATIONS = 50
_CHOICE = 2 * math.log(12)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A formula with its constants fitted: ``error`` is RMSE over the target's spread.

    It is ``exact`` where nothing in the data speaks against it: its error is rounding error.
    ``parameters`` are the values of those of its constants that have a name.
    """

    expression: Expression
    error: float
    nodes: int
    criterion: float
    exact: bool
    parameters: Mapping[str, float] = field(default_factory=dict)


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Refiner:
    """Fits and shortens formulas on ``X`` (n, d) and ``y`` (n,) until it is late.

    ``late`` says when; from then on, formulas are returned as they are. ``rounding`` is that of
    the data: formulas that fit to rounding differ by their length alone.
    """

    names: tuple[str, ...]
    X: NDArray[np.float64]
    y: NDArray[np.float64]
    late: Callable[[], bool] = _never
    rounding: Rounding | None = None

    def on(self, rows: NDArray[np.intp]) -> Refiner:
        """The same on some of the rows."""
        rounding = None if self.rounding is None else self.rounding.at(rows)
        return replace(self, X=self.X[rows], y=self.y[rows], rounding=rounding)

    def scaled(self, expression: Expression) -> Fitted:
        """``a + b*expression`` with the best a and b; the constants inside stay."""
        f = evaluate(expression, self.names, self.X)
        usable = np.isfinite(f)
        a, b = line(f[usable], self.y[usable]) if usable.any() else (float(self.y.mean()), 0.0)
        scaled = Call("add", (Number(a), Call("mul", (Number(b), expression))))
        return self.judged(gather(scaled))

    def fitted(
        self,
        expression: Expression,
        restarts: int = 0,
        seed: int = 0,
        parameters: Mapping[str, float] | None = None,
    ) -> Fitted:
        """``expression`` with its float constants fitted; never worse than it came.

        ``parameters`` are symbols that are constants too, each one wherever it stands, and where
        they start. ``restarts`` more descents begin at random departures from what all start at.
        """
        from bench import fit_constants  # compiled code: only the worker needs it

        given = dict(parameters or {})
        filled = {name: Number(value) for name, value in given.items()}
        before = replace(self.judged(substitute(expression, filled)), parameters=given)
        if self.late() or before.exact:
            return before
        fit = fit_constants(
            expression, self.names, self.X, self.y, parameters=given,
            restarts=restarts, seed=seed, max_iterations=_ITERATIONS,
        )  # fmt: skip
        after = replace(self.judged(fit.expression), parameters=fit.parameters)
        return min(before, after, key=lambda one: one.criterion)

    def shortened(self, fitted: Fitted) -> Fitted:
        """The best by the criterion that leaving out parts, one after the other, leads to."""
        best = fitted
        while True:
            tried = [self.fitted(gather(shorter)) for shorter in self._until_late(best.expression)]
            better = min(tried, key=lambda one: one.criterion, default=best)
            if better.criterion >= best.criterion:
                return best
            best = better

    def _until_late(self, expression: Expression) -> Iterator[Expression]:
        for shorter in simpler(expression):
            if self.late():
                return
            yield shorter

    def judged(self, expression: Expression) -> Fitted:
        """``expression`` as it is, with its error and criterion."""
        with np.errstate(all="ignore"):
            residual = evaluate(expression, self.names, self.X) - self.y
            error = float(np.sqrt(np.mean(residual**2))) / self._spread()
        if not math.isfinite(error):
            error = math.inf
        nodes = complexity(expression)
        exact = error <= 10 * EXACT or self._reached(expression, error, residual)
        price = criterion(len(self.y), EXACT if exact else error, nodes)
        return Fitted(expression, error, nodes, price, exact)

    def _reached(self, expression: Expression, error: float, residual: NDArray[np.float64]) -> bool:
        if self.rounding is None or error > _COARSE:
            return False
        return self.rounding.reached(expression, self.names, self.X, residual)

    def _spread(self) -> float:
        spread = float(np.std(self.y))
        return spread if spread > 0 else max(float(np.max(np.abs(self.y))), 1.0)


def criterion(rows: int, error: float, nodes: float) -> float:
    """``rows*log(mse)`` and a price for every node; the least is the best."""
    return 2 * rows * math.log(max(error, EXACT)) + max(math.log(rows + 1), _CHOICE) * nodes


def line(f: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """The least-squares a and b of ``y = a + b*f``; (mean of y, 0) where f is of no use."""
    with np.errstate(all="ignore"):
        middle, mean = float(np.mean(f)), float(np.mean(y))
        deviation = f - middle
        square = float(deviation @ deviation)
        if not 0 < square < math.inf:
            return mean, 0.0
        b = float(deviation @ (y - mean)) / square
        a = mean - b * middle
    if abs(a) < 1e-12 * max(abs(mean), float(np.std(y))):
        a = 0.0
    return (a, b) if math.isfinite(a) and math.isfinite(b) else (mean, 0.0)


def simpler(expression: Expression) -> list[Expression]:
    """Every formula that is ``expression`` with one part left out or one constant made whole.

    Left out are terms of sums and factors of products, and functions around their argument;
    constants are replaced by the integer or half-integer they are within a hundredth of.
    """

    return changed_once(expression, _replacements)


def _replacements(node: Expression) -> Iterator[Expression]:
    match node:
        case Number(value=float(value)):
            yield from _whole(value)
        case Call(op="add" | "mul" as op, args=args):
            for left_out in range(len(args)):
                rest = args[:left_out] + args[left_out + 1 :]
                yield rest[0] if len(rest) == 1 else Call(op, rest)
        case Call(op="sub" | "div" | "pow" | "aq" | "min" | "max", args=args):
            yield args[0]
        case Call(args=(only,)):
            yield only


def _whole(value: float) -> Iterator[Expression]:
    doubled = round(2 * value)
    near = doubled / 2
    if 0 < abs(near) < 100 and abs(value - near) < 0.01 * abs(near):
        yield Number(doubled // 2 if doubled % 2 == 0 else near)
