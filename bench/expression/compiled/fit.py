"""The one least-squares optimiser: an expression's numbers fitted to data.

A ``Fitter`` holds data and work arrays, for those who fit many expressions to the same rows;
``fit_constants`` fits one. The algorithm is in ``least_squares.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from bench.expression.compiled.kernel import forward
from bench.expression.compiled.least_squares import levenberg_marquardt
from bench.expression.compiled.program import Program, compile_program
from bench.expression.operators import Array
from bench.expression.tree import Expression

TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Fit:
    """What a fit found.

    ``constants`` are the free numbers of ``expression`` in the order of the text, ``parameters``
    those of them that have names; ``residual`` is
    the root of the mean square of ``weights * (f(X) - y)``, inf where the best start has values
    that are not finite, or leads to a constant that is not (it is then left as it was);
    ``iterations`` are those of all starts together; ``converged`` says that the best start ended
    by itself, not at its limit of iterations.
    """

    expression: Expression
    constants: Array
    residual: float
    iterations: int
    converged: bool
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _End:
    cost: float
    numbers: Array
    converged: bool


class Fitter:
    """Data to which the numbers of many expressions are fitted.

    ``X`` has shape (n, d), ``y`` and ``weights`` shape (n,). Rows in which one of them is not
    finite are left out. Raises ValueError for shapes that do not match.
    """

    def __init__(self, X: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> None:
        table = np.asarray(X, dtype=np.float64)
        target = np.asarray(y, dtype=np.float64)
        weight = np.ones_like(target) if weights is None else np.asarray(weights, dtype=np.float64)
        if table.ndim != 2 or target.shape != table.shape[:1] or weight.shape != target.shape:
            raise ValueError(
                f"X, y and weights have shapes {table.shape}, {target.shape} and {weight.shape}; "
                "(n, d), (n,) and (n,) are needed"
            )
        rows = np.isfinite(target) & np.isfinite(weight) & np.isfinite(table).all(axis=1)
        self.X = np.ascontiguousarray(table[rows].T)
        self.y = np.ascontiguousarray(target[rows])
        # Residuals near one, so that no square of 1e-200 is lost; by a power of two, so exactly.
        with np.errstate(all="ignore"):
            largest = np.max(np.abs(self.y * weight[rows]), initial=0.0)
        self.unit = math.ldexp(1.0, math.frexp(largest)[1] - 1) if math.isfinite(largest) else 1.0
        self.weights = np.ascontiguousarray(weight[rows] / self.unit)
        self._work = np.empty((0, len(self.y)))

    def __len__(self) -> int:
        return len(self.y)

    def fit(
        self,
        program: Program,
        start: ArrayLike | None = None,
        *,
        restarts: int = 0,
        max_iterations: int = 100,
        tolerance: float = TOLERANCE,
        seed: int = 0,
    ) -> Fit:
        """The best of ``1 + restarts`` descents: from ``start`` (the program's own numbers unless
        given), then from seeded random departures from it. See ``fit_constants``.
        """
        first = program.constants if start is None else np.array(start, dtype=np.float64)
        if first.shape != program.free.shape:
            raise ValueError(f"{len(program.free)} numbers are free, the start has {first.size}")
        random = np.random.default_rng(seed)
        best: _End | None = None
        iterations = 0
        for attempt in range(1 + restarts):
            point = first if attempt == 0 else _departure(first, random)
            end, steps = self._descend(program, point, max_iterations, tolerance)
            iterations += steps
            if best is None or end.cost < best.cost:
                best = end
            if best.cost <= len(self) * 1e-30 or not len(program.free):
                break
        assert best is not None
        constants = best.numbers[program.free]
        residual = self.unit * float(np.sqrt(best.cost / max(len(self), 1)))
        pairs = zip(program.places, constants.tolist(), strict=True)
        named = {place: value for place, value in pairs if isinstance(place, str)}
        expression = program.expression(constants)
        return Fit(expression, constants, residual, iterations, best.converged, named)

    def values(self, program: Program, constants: ArrayLike) -> Array:
        """The expression's values, shape (n,), on the rows that are kept."""
        numbers = _placed(program, constants)
        V = self._arrays(len(program.tokens), 0, 0)[0]
        forward(program.tokens, len(program.tokens), program.right, self.X, numbers, V)
        values: Array = V[0].copy()
        return values

    def _descend(
        self, program: Program, start: Array, max_iterations: int, tolerance: float
    ) -> tuple[_End, int]:
        numbers = _placed(program, start)
        length, k = len(program.tokens), len(program.free)
        V, G, J = self._arrays(length, length, len(numbers))
        cost, iterations, converged = levenberg_marquardt(
            program.tokens, length, program.right, self.X, self.y, self.weights, numbers,
            program.free, program.tied, max_iterations, tolerance,
            V, G, J, np.empty((k + 1, len(self) + k)),
        )  # fmt: skip
        if not np.isfinite(numbers).all():  # as of exp(-c*x) before 0: there is no best constant
            numbers = _placed(program, start)
            return _End(math.inf, numbers, True), iterations
        return _End(cost, numbers, converged), iterations

    def _arrays(self, *rows: int) -> list[Array]:
        """Work arrays of so many rows each, kept from one call to the next."""
        if len(self._work) < sum(rows):
            self._work = np.empty((sum(rows), len(self.y)))
        ends = np.cumsum(rows)
        return [self._work[end - count : end] for count, end in zip(rows, ends, strict=True)]


def fit_constants(
    expression: Expression,
    names: Sequence[str],
    X: ArrayLike,
    y: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    start: ArrayLike | None = None,
    free: Sequence[int] | None = None,
    parameters: Mapping[str, float] | None = None,
    restarts: int = 0,
    max_iterations: int = 100,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> Fit:
    """Fit the numbers of ``expression`` to ``y`` by least squares, to rounding error.

    ``X`` has shape (n, d) and column j ``names[j]``; ``y`` and ``weights`` (which multiply the
    residuals: ``1/abs(y)`` makes them relative) have shape (n,). ``free`` are the positions,
    among ``numbers(expression)``, of the numbers that may move; by default those written as
    floats. ``parameters`` are symbols that are free numbers too, one wherever they stand, and
    where they start. ``start`` are the first values of all; by default those they have. Each of
    ``restarts`` descents more begins at a random departure from it, fixed by ``seed``. A descent
    ends when a step lowers the sum of squares by less than ``tolerance`` of it.

    Raises ValueError for a symbol that is neither name nor parameter, the imaginary unit, or
    shapes that do not match.
    """
    program = compile_program(expression, names, free, parameters)
    return Fitter(X, y, weights).fit(
        program,
        start,
        restarts=restarts,
        max_iterations=max_iterations,
        tolerance=tolerance,
        seed=seed,
    )


def _placed(program: Program, constants: ArrayLike) -> Array:
    """The program's numbers with the free ones, and those tied to them, set to ``constants``."""
    numbers: Array = program.numbers.copy()
    numbers[program.free] = constants
    numbers[program.tied[:, 0]] = numbers[program.tied[:, 1]]
    return numbers


def _departure(start: Array, random: np.random.Generator) -> Array:
    """Every number times a factor that spans a decade or two and sometimes has the other sign."""
    factor = 10.0 ** random.normal(0.0, 0.7, start.shape)
    sign = np.where(random.random(start.shape) < 0.3, -1.0, 1.0)
    return np.where(start == 0.0, random.normal(0.0, 1.0, start.shape), start * factor * sign)
