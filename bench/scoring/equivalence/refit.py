"""Move a prediction's constants until it is the law, or until they cannot bring it closer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from bench.expression import compile_expression, numbers
from bench.expression.compiled.fit import Fit, Fitter
from bench.expression.compiled.program import Program, compile_program
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.variants import Variant

Array = NDArray[np.float64]

NEAR = 1e-6
"""Relative residual below which a refit may be rounding error: ``confirm`` then decides."""
_STEPS_AT_A_TIME = 12
_STEPS_AT_A_TIME_IF_MANY = 3
_MANY_CONSTANTS = 24
_MOST_STEPS = 240
_SLOW_ALLOWED = 4
_MOST_CONSTANTS_TO_RESTART = 8
_RESTARTS = 6


@dataclass(frozen=True, eq=False)
class Refit:
    """Where the constants ended: ``residual`` is ``typical`` of (p - t) / scale.

    ``finished`` is False where the time ran out while the residual still fell.
    """

    constants: Array
    residual: float
    iterations: int
    finished: bool


def typical(misfit: Array) -> float:
    """The median size of the misfits: float64 may cancel at some points, but not at most."""
    size = float(np.median(np.abs(misfit)))
    return size if np.isfinite(size) else np.inf


def refit(variant: Variant, law: LawOnDomain, usable: NDArray[np.bool_], deadline: float) -> Refit:
    """Least squares on the points of the domain, residuals relative to the truth.

    Steps are taken a few at a time. The true structure is approached ever faster; a descent in
    which ``_SLOW_ALLOWED`` batches did not gain a factor of two has come to its end.
    """
    program = compile_program(variant.expression, law.names, variant.free)
    fitter = _fitter(law, usable)
    many = len(variant.free) > _MANY_CONSTANTS
    steps = _STEPS_AT_A_TIME_IF_MANY if many else _STEPS_AT_A_TIME
    fit = fitter.fit(program, max_iterations=steps)
    iterations, finished, slow = fit.iterations, True, 0
    while not fit.converged and iterations < _MOST_STEPS and fit.residual > 1e-14:
        if thread_time() > deadline:
            finished = False
            break
        further = fitter.fit(program, fit.constants, max_iterations=steps)
        iterations += further.iterations
        slow += further.residual > 0.5 * fit.residual
        fit = further if further.residual <= fit.residual else fit
        if slow >= _SLOW_ALLOWED:
            break
    residual = _residual(fit, law, usable)
    return Refit(fit.constants, residual, iterations, finished)


def refit_from_afar(
    variant: Variant, law: LawOnDomain, usable: NDArray[np.bool_], deadline: float
) -> Refit | None:
    """The best of descents from other starts: the truth's own constants, and random departures.

    For a prediction whose constants are nowhere near, as the 5 in ``sin(5*x)`` for ``sin(2*x)``.
    None where it has too many constants for that to make sense.
    """
    if not 0 < len(variant.free) <= _MOST_CONSTANTS_TO_RESTART:
        return None
    program = compile_program(variant.expression, law.names, variant.free)
    fitter = _fitter(law, usable)
    best: Fit | None = None
    for start in _starts(variant, law, program):
        if thread_time() > deadline:
            break
        fit = fitter.fit(program, start, max_iterations=40)
        if best is None or fit.residual < best.residual:
            best = fit
        if best.residual < NEAR:
            break
    if best is None:
        return None
    return Refit(best.constants, _residual(best, law, usable), best.iterations, True)


def _starts(variant: Variant, law: LawOnDomain, program: Program) -> Iterator[Array]:
    random = np.random.default_rng(0)
    written = variant.constants
    known = [float(value) for value in numbers(law.expression) if value != 0]
    pool = np.array([*known, *(-value for value in known), 1.0, *written.tolist()])
    for _ in range(_RESTARTS):
        yield random.choice(pool, len(written))
    for _ in range(_RESTARTS):
        yield written * 10.0 ** random.normal(0.0, 0.5, len(written))


def _residual(fit: Fit, law: LawOnDomain, usable: NDArray[np.bool_]) -> float:
    values = compile_expression(fit.expression, law.names)(law.X[usable])
    return typical((values - law.y[usable]) / law.scale[usable])


def _fitter(law: LawOnDomain, usable: NDArray[np.bool_]) -> Fitter:
    return Fitter(law.X[usable], law.y[usable], 1.0 / law.scale[usable])
