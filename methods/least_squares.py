"""Polynomials by least squares, sound for columns of any magnitude and any number.

It is the floor that other methods are compared with, so it has an answer whatever the data are:
the target's mean is reported first, what is large is solved as far as time allows, and what would
leave the range of doubles is kept in the columns' own scale.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Symbol, Task, evaluate
from methods.rows import choose_rows
from methods.tidy import Term, total

Array = NDArray[np.float64]
Monomial = tuple[int, ...]
"""The variables whose product it is, by position, each as often as its power says."""

_DEPENDENT = 1e-11
"""A column that the columns before it explain but for this share of its norm is left out."""
_DUST = 1e-13
"""A term whose norm is this share of the target's is rounding error and is left out."""
_NOTHING = 1e-100
"""A column of the design matrix whose norm is below has no part: its constant could overflow."""
_FAR = 900
"""Powers of two beyond which a constant might leave the range of doubles."""
_MOST_TERMS = 2000
"""Terms of an answer: text of some 60,000 characters."""
MOST_CELLS = 20_000_000
"""Of a design matrix that is held in memory: 160 MB."""
_BLOCK_CELLS = 2_000_000
_OPERATIONS_A_SECOND = 5e8
"""Of linear algebra, on a slow and busy machine."""
_SHARE = 0.5
"""Of the budget, for solving."""


def monomials(variables: int, degree: int, most: int) -> list[Monomial]:
    """All monomials in ``variables`` variables, by rising degree, constant first.

    The degree is at most ``degree``, and lower where there would be more than ``most`` monomials.
    """
    terms: list[Monomial] = []
    for order in range(degree + 1):
        layer = math.comb(variables + order - 1, order) if variables else int(order == 0)
        if terms and len(terms) + layer > most:
            break
        terms += itertools.combinations_with_replacement(range(variables), order)
    return terms


def fit_polynomial(task: Task, terms: Sequence[Monomial]) -> Expression:
    """The least-squares polynomial of ``task`` in ``terms``, in raw units.

    Columns and target are divided by powers of two, which is exact. Of columns of the design matrix
    that depend on each other the first ones stay. Rows come in until time runs out; where there are
    too many terms for that, the system is solved by conjugate gradients, as far as time allows.
    Where the mean is nearer, or the polynomial is not finite on the training rows, it is the mean.
    """

    def late() -> bool:
        return task.remaining().share <= 1.0 - _SHARE

    scales = _Scales.of(task)
    mean = scales.formula([float(np.mean(scales.y(task.y)))], [()], task.names)
    task.report(mean)
    X, y = scales.X(task.X), scales.y(task.y)
    terms = _strongest(X, y, terms)
    if 4 * len(terms) * min(X.shape[0], len(terms)) ** 2 <= (
        _OPERATIONS_A_SECOND * task.budget.likely_seconds
    ):
        constants = _solved(_triangle(X, y, terms, late), len(terms))
    else:
        constants = _solved_stepwise(X, y, terms, late)
    fitted = scales.formula(constants, terms, task.names)
    rows = choose_rows(len(y), max(1, MOST_CELLS // len(terms)), seed=0)
    misfits = [_misfit(one, task, scales, rows) for one in (fitted, mean)]
    return fitted if misfits[0] <= misfits[1] else mean


def _misfit(formula: Expression, task: Task, scales: _Scales, rows: NDArray[np.intp]) -> float:
    """The squared error of ``formula`` on ``rows``, in the target's scale; inf if not finite."""
    with np.errstate(all="ignore"):
        values = scales.y(evaluate(formula, task.names, task.X[rows]))
        error = float(np.sum((values - scales.y(task.y[rows])) ** 2))
    return error if math.isfinite(error) else math.inf


def _strongest(X: Array, y: Array, terms: Sequence[Monomial]) -> Sequence[Monomial]:
    """``terms``; of too many, those whose columns are nearest to the target on some rows."""
    if len(terms) <= _MOST_TERMS:
        return terms
    rows = choose_rows(len(y), max(1, MOST_CELLS // len(terms)), seed=0)
    design, centred = _design(X[rows], terms), y[rows] - y[rows].mean()
    nearness = np.abs(centred @ design) / np.maximum(np.linalg.norm(design, axis=0), _NOTHING)
    nearness[0] = math.inf  # the constant
    return [terms[j] for j in np.sort(np.argsort(-nearness, kind="stable")[:_MOST_TERMS])]


def _design(X: Array, terms: Sequence[Monomial]) -> Array:
    return np.column_stack([_column(X, term) for term in terms])


def _column(X: Array, term: Monomial) -> Array:
    column = np.ones(len(X))
    for j, repeated in itertools.groupby(term):
        column *= X[:, j] ** len(list(repeated))
    return column


def _triangle(X: Array, y: Array, terms: Sequence[Monomial], late: Callable[[], bool]) -> Array:
    """R of the QR factorisation of the design matrix with the target beside it, block by block.

    Rows come in a drawn order where they are more than one block; those that come when it is
    ``late`` are left out.
    """
    size = max(2 * len(terms), _BLOCK_CELLS // len(terms))
    order = np.arange(len(y))
    if len(y) > size:
        order = np.random.default_rng(0).permutation(order)
    R = np.empty((0, len(terms) + 1))
    for start in range(0, len(y), size):
        if start and late():
            break
        rows = order[start : start + size]
        block = np.column_stack([_design(X[rows], terms), y[rows]])
        R = np.asarray(np.linalg.qr(np.concatenate([R, block]), mode="r"))
    return R


def _solved(R: Array, terms: int) -> Array:
    """The constants of all terms, 0 of those that depend on others or are rounding error.

    R has the norms and products of the columns that it was made from. With these of norm 1, its
    diagonal is what the columns before leave of a column.
    """
    norms = np.linalg.norm(R[:, :terms], axis=0)
    norms[norms <= _NOTHING] = math.inf
    design, y = R[:, :terms] / norms, R[:, terms]
    kept = np.flatnonzero(np.abs(np.diagonal(design)) > _DEPENDENT)
    solution = np.zeros(terms)
    while len(kept):
        found = np.linalg.lstsq(design[:, kept], y, rcond=None)[0]
        solid = np.abs(found) > _DUST * np.linalg.norm(y)
        if solid.all():
            solution[kept] = found / norms[kept]
            break
        kept = kept[solid]
    return solution


def _solved_stepwise(
    X: Array, y: Array, terms: Sequence[Monomial], late: Callable[[], bool]
) -> Array:
    """The constants by conjugate gradients on the normal equations (Hestenes and Stiefel 1952).

    They end when nothing is left to gain, or it is ``late``.
    """
    rows = choose_rows(len(y), max(1, MOST_CELLS // len(terms)), seed=0)
    design, residual = _design(X[rows], terms), y[rows]
    norms = np.linalg.norm(design, axis=0)
    norms[norms <= _NOTHING] = math.inf
    design /= norms
    solution = np.zeros(len(terms))
    gradient = design.T @ residual
    direction = gradient.copy()
    size = first = float(gradient @ gradient)
    for _ in range(2 * len(terms)):
        if size <= _DUST**2 * first or late():
            break
        image = design @ direction
        step = size / float(image @ image)
        solution += step * direction
        residual = residual - step * image
        gradient = design.T @ residual
        size, before = float(gradient @ gradient), size
        direction = gradient + (size / before) * direction
    solution[np.abs(solution) <= _DUST * np.linalg.norm(y[rows])] = 0.0
    scaled: Array = solution / norms
    return scaled


@dataclass(frozen=True, slots=True)
class _Scales:
    """Powers of two that bring columns and target near 1, and their undoing in a formula.

    ``outer`` is what of the target's power stays a factor of the whole formula: all but a few
    hundred, of targets such as 1e308.
    """

    columns: tuple[int, ...]
    target: int
    outer: int

    @classmethod
    def of(cls, task: Task) -> _Scales:
        columns = (max(-1000, min(_power_of_two(column), 1000)) for column in task.X.T)
        target = _power_of_two(task.y)
        return cls(tuple(columns), target, int(math.copysign(1000, target)) * (abs(target) > _FAR))

    def X(self, X: Array) -> Array:
        scaled: Array = np.ldexp(X, -np.asarray(self.columns, dtype=int))
        return scaled

    def y(self, y: Array) -> Array:
        return np.ldexp(y, -self.target)

    def formula(
        self, constants: Iterable[float], terms: Sequence[Monomial], names: Sequence[str]
    ) -> Expression:
        """The sum of ``terms`` of the scaled columns times ``constants``, in the raw ones."""
        pairs = zip(map(float, constants), terms, strict=True)
        parts = [self._term(c, term, names) for c, term in pairs if c]
        if not parts:
            return Number(0.0)
        whole = total(parts)
        return Call("mul", (Number(2.0**self.outer), whole)) if self.outer else whole

    def _term(self, c: float, term: Monomial, names: Sequence[str]) -> Term:
        used = [(j, len(list(same))) for j, same in itertools.groupby(term)]
        target = self.target - self.outer
        shift = target - sum(k * self.columns[j] for j, k in used)
        small = all(abs(k * self.columns[j]) < 1000 for j, k in used)
        if small and abs(shift + math.frexp(c)[1]) < 1000:
            return math.ldexp(c, shift), {Symbol(names[j]): k for j, k in used}
        # 1e27**12 has no double: keep the columns scaled.
        return math.ldexp(c, target), {
            Call("div", (Symbol(names[j]), Number(2.0 ** self.columns[j]))): k for j, k in used
        }


def _power_of_two(values: Array) -> int:
    largest = float(np.max(np.abs(values), initial=0.0))
    return math.frexp(largest)[1] if largest > 0 else 0
