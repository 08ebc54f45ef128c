"""A smooth surface through the data, for its slopes: how a target depends on each variable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.polynomial.legendre import legder, legval
from numpy.typing import NDArray

from methods.mcts.language.tokens import Floats

_COLUMNS = 130
"""Of the polynomial that is the surface: its fit takes some 10 ms on 1,000 rows."""
_ROWS_A_COLUMN = 5
_HIGHEST = 6
"""Beyond it, slopes show the ends of the range more than the law."""
_RIDGE = 1e-10
"""Of the mean column: what tells columns apart that are one on the data."""
_DECADE = 5.0
"""Largest over smallest value, from which a positive variable is seen on a logarithmic scale."""

Exponents = NDArray[np.int64]


@dataclass(frozen=True)
class Surface:
    """Values and slopes of a surface on the rows it was fitted to.

    ``slopes`` (d, n) are those of ``values`` (n,), which are of log|y| if ``logarithmic``. ``left``
    is the share of it that rows that were left out have beside the surface.
    """

    values: Floats
    slopes: Floats
    left: float
    logarithmic: bool


def fitted_surface(X: Floats, y: Floats, *, logarithms: bool = True) -> Surface:
    """That of y, or with ``logarithms`` the better one of y and log|y|, on rows ``X`` (n, d)."""
    surfaces = [_fitted(X, y, logarithmic=False)]
    if logarithms and (y != 0).all():
        surfaces.append(_fitted(X, np.log(np.abs(y)), logarithmic=True))
    return min(surfaces, key=lambda one: one.left)


def scaled_columns(X: Floats) -> Floats:
    """The columns as a surface has them: each from -1 to 1, straight or logarithmic."""
    return np.column_stack([_scaled(column)[0] for column in X.T])


def _fitted(X: Floats, y: Floats, *, logarithmic: bool) -> Surface:
    scaled = [_scaled(column) for column in X.T]
    exponents = _exponents(X.shape[1], min(_COLUMNS, len(y) // _ROWS_A_COLUMN))
    degree = int(exponents.max(initial=0))
    powers = [_legendre(u, degree) for u, _ in scaled]
    design = _products(powers, exponents)
    half = np.arange(len(y)) % 2 == 0
    weights = _least_squares(design[:, half], y[half])
    left = float(np.linalg.norm((y - weights @ design)[~half]))
    left /= max(float(np.linalg.norm((y - y.mean())[~half])), 1e-300)
    weights = _least_squares(design, y)
    slopes = []
    for j, (u, stretch) in enumerate(scaled):
        bent = [*powers]
        bent[j] = _legendre(u, degree, slope=True)
        slopes.append((weights @ _products(bent, exponents)) * stretch)
    return Surface(weights @ design, np.array(slopes), left, logarithmic)


def _least_squares(design: Floats, y: Floats) -> Floats:
    """Weights of the rows of ``design``: polynomials at right angles, nearly, so this is sound."""
    normal = design @ design.T
    normal += _RIDGE * np.trace(normal) / len(normal) * np.eye(len(normal))
    return np.asarray(np.linalg.solve(normal, design @ y))


def _scaled(column: Floats) -> tuple[Floats, Floats]:
    """A variable from -1 to 1, straight or logarithmic, and its slope by the variable."""
    values, slope = column, np.ones(len(column))
    if column.min() > 0 and column.max() > _DECADE * column.min():
        values, slope = np.log(column), 1 / column
    low, span = float(values.min()), max(float(np.ptp(values)), 1e-300)
    return 2 * (values - low) / span - 1, slope * 2 / span


def _exponents(variables: int, most: int) -> Exponents:
    """The exponents of all monomials up to the highest degree of which there are no more."""
    found = layer = np.zeros((1, variables), dtype=np.int64)
    for _ in range(_HIGHEST):
        raised = [layer + one for one in np.eye(variables, dtype=np.int64)]
        layer = np.unique(np.concatenate(raised), axis=0)
        if len(found) + len(layer) > most:
            break
        found = np.concatenate([found, layer])
    return found


def _legendre(u: Floats, degree: int, *, slope: bool = False) -> Floats:
    """Legendre's polynomials up to ``degree``, or their slopes: (degree + 1, n)."""
    rows = np.eye(degree + 1)
    return np.array([legval(u, legder(one) if slope else one) for one in rows])


def _products(powers: list[Floats], exponents: Exponents) -> Floats:
    parts = (power[exponents[:, j]] for j, power in enumerate(powers))
    return reduce(np.multiply, parts)
