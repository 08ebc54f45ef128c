"""Polynomials by least squares, sound for columns of any magnitude."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, Symbol, Task
from methods.tidy import Term, total

Powers = tuple[int, ...]
"""The exponents of one monomial, a non-negative integer for every variable."""

_DEPENDENT = 1e-11
"""A column that the columns before it explain but for this share of its norm is left out."""
_DUST = 1e-13
"""A term whose norm is this share of the target's is rounding error and is left out."""


def monomials(variables: int, degree: int, most: int) -> list[Powers]:
    """All monomials in ``variables`` variables, by rising degree, constant first.

    The degree is at most ``degree``, and lower where there would be more than ``most`` monomials.
    """
    terms: list[Powers] = []
    for order in range(degree + 1):
        layer = math.comb(variables + order - 1, order) if variables else int(order == 0)
        if terms and len(terms) + layer > most:
            break
        for chosen in itertools.combinations_with_replacement(range(variables), order):
            terms.append(tuple(chosen.count(j) for j in range(variables)))
    return terms


def fit_polynomial(task: Task, terms: Sequence[Powers]) -> Expression:
    """The least-squares polynomial of ``task`` in ``terms``, in raw units.

    Columns and target are divided by powers of two, which is exact, and the columns of the design
    matrix brought to norm 1. Of columns that depend on each other the first ones stay.
    """
    scales = [_power_of_two(column) for column in task.X.T]
    target = _power_of_two(task.y)
    y = np.ldexp(task.y, -target)
    design = _design(task.X, scales, terms)
    norms = np.linalg.norm(design, axis=0)
    norms[norms == 0] = 1.0
    design /= norms
    kept = _independent(design)
    while True:
        solution = np.linalg.lstsq(design[:, kept], y, rcond=None)[0]
        solid = np.abs(solution) > _DUST * np.linalg.norm(y)
        if solid.all():
            break
        kept = kept[solid]
    parts = [
        _term(float(c / norms[k]), terms[k], task.names, scales, target)
        for k, c in zip(kept, solution, strict=True)
    ]
    return total(parts) if parts else Number(0.0)


def _design(
    X: NDArray[np.float64], scales: Sequence[int], terms: Sequence[Powers]
) -> NDArray[np.float64]:
    scaled = np.ldexp(X, -np.asarray(scales, dtype=int))
    columns = [np.prod(scaled ** np.asarray(powers), axis=1) for powers in terms]
    return np.column_stack(columns)


def _independent(design: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of the columns (norm 1) that do not depend on those before them.

    In a QR factorisation the diagonal entry of R is the norm of what the columns before leave of
    a column.
    """
    diagonal = np.abs(np.diagonal(np.linalg.qr(design, mode="r")))
    return np.flatnonzero(diagonal > _DEPENDENT)


def _power_of_two(values: NDArray[np.float64]) -> int:
    largest = float(np.max(np.abs(values), initial=0.0))
    return math.frexp(largest)[1] if largest > 0 else 0


def _term(
    c: float, powers: Powers, names: Sequence[str], scales: Sequence[int], target: int
) -> Term:
    """``c`` times a monomial of the scaled columns, written in the raw ones."""
    used = [(Symbol(name), k, s) for name, k, s in zip(names, powers, scales, strict=True) if k]
    shift = target - sum(k * s for _, k, s in used)
    if all(abs(k * s) < 1000 for _, k, s in used) and abs(shift + math.frexp(c)[1]) < 1000:
        return math.ldexp(c, shift), {symbol: k for symbol, k, _ in used}
    # 1e27**12 has no double: keep the columns scaled.
    return math.ldexp(c, target), {Call("div", (x, Number(2.0**s))): k for x, k, s in used}
