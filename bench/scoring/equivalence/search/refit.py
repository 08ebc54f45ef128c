"""Move a prediction's free constants until it is the law, or until they cannot bring it closer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from bench.expression import replace_numbers
from bench.expression.compiled.fit import Fit, Fitter
from bench.expression.compiled.program import compile_program
from bench.scoring.equivalence.forms.variants import Variant, values_of
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.search.linear import with_best_factors
from bench.scoring.equivalence.search.nearest import typical
from bench.scoring.equivalence.thresholds import NEAR

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_STEPS_AT_A_TIME = 12
_STEPS_AT_A_TIME_IF_MANY = 3
_MANY_CONSTANTS = 24
_MOST_STEPS = 240
_SLOW_ALLOWED = 4
_MOST_CONSTANTS_TO_RESTART = 8
_RESTARTS = 6
_SAME_ENDS = 4
_SAME = 1e-9
_MUCH = 0.1


@dataclass(frozen=True, eq=False)
class Refit:
    """Where the constants ended: ``residual`` is ``typical`` of (p - t) / scale.

    ``finished`` is False where the time ran out while the residual still fell.
    """

    constants: Array
    residual: float
    iterations: int
    finished: bool


def refit(variant: Variant, law: LawOnDomain, usable: Mask, deadline: float) -> Refit:
    """Least squares on the points of the domain, residuals relative to the truth.

    It begins with the factors of terms at their best, where that is much better than what is
    written. Steps are taken a few at a time. The true structure is approached ever faster; a
    descent in which ``_SLOW_ALLOWED`` batches did not gain a factor of two has come to its end.
    """
    program = compile_program(variant.expression, law.names, variant.free)
    fitter = _fitter(law, usable)
    many = len(variant.free) > _MANY_CONSTANTS
    steps = _STEPS_AT_A_TIME_IF_MANY if many else _STEPS_AT_A_TIME
    fit = fitter.fit(program, _start(variant, law, usable), max_iterations=steps)
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
    return Refit(fit.constants, _residual(fit, law, usable), iterations, finished)


def _start(variant: Variant, law: LawOnDomain, usable: Mask) -> Array | None:
    """The constants with the best factors where they are much closer; None: as written."""
    best = with_best_factors(variant, law, usable)
    there = replace_numbers(variant.expression, dict(zip(sorted(variant.free), best, strict=True)))
    residuals = [
        typical((compiled(one, law.names)(law.X[usable]) - law.y[usable]) / law.scale[usable])
        for one in (variant.expression, there)
    ]
    return best if residuals[1] < _MUCH * residuals[0] else None


def refit_matched(
    variant: Variant, law: LawOnDomain, usable: Mask, deadline: float
) -> Refit | None:
    """The better of the descents from the truth's constants (``_matched``).

    For a prediction of which some constants are right and others far off. None where there is no
    other start.
    """
    program = compile_program(variant.expression, law.names, variant.free)
    fitter = _fitter(law, usable)
    best: Fit | None = None
    for start in _matched(variant, law):
        if thread_time() > deadline or (best is not None and best.residual < NEAR):
            break
        fit = fitter.fit(program, start, max_iterations=40)
        best = fit if best is None or fit.residual < best.residual else best
    return None if best is None else _as_refit(best, law, usable)


def refit_from_afar(
    variant: Variant, law: LawOnDomain, usable: Mask, deadline: float
) -> Refit | None:
    """The best of descents from other starts: the truth's own constants, and random departures.

    For a prediction whose constants are nowhere near, as the 5 in ``sin(5*x)`` for ``sin(2*x)``.
    All starts have the signs that are written. None where there are too many constants for that.
    """
    if not 0 < len(variant.free) <= _MOST_CONSTANTS_TO_RESTART:
        return None
    program = compile_program(variant.expression, law.names, variant.free)
    fitter = _fitter(law, usable)
    best: Fit | None = None
    ends: list[float] = []
    for start in _starts(variant, law):
        if thread_time() > deadline or _one_end(ends):
            break
        fit = fitter.fit(program, start, max_iterations=40)
        ends.append(fit.residual)
        if best is None or _better(fit, best, variant):
            best = fit
        if best.residual < NEAR and _own_signs(best.constants, variant):
            break
    return None if best is None else _as_refit(best, law, usable)


def refit_with_own_signs(
    variant: Variant, law: LawOnDomain, usable: Mask, deadline: float, known: Array
) -> Refit | None:
    """Constants of the signs that are written, where ``known`` are some of other signs.

    First those with other signs negated, all and one by one: ``cos(-2*x)`` is ``cos(2*x)``.
    """
    program = compile_program(variant.expression, law.names, variant.free)
    fitter = _fitter(law, usable)
    for start in _negated(variant.constants, known):
        fit = fitter.fit(program, start, max_iterations=20)
        if fit.residual < NEAR and _own_signs(fit.constants, variant):
            return _as_refit(fit, law, usable)
    found = refit_from_afar(variant, law, usable, deadline)
    return found if found is not None and _own_signs(found.constants, variant) else None


def _one_end(ends: list[float]) -> bool:
    """Whether all descents so far, and several, have come to one end: so will the next."""
    return len(ends) >= _SAME_ENDS and max(ends) < 1.001 * min(ends)


def _negated(written: Array, known: Array) -> Iterator[Array]:
    wrong = np.flatnonzero(written * known < 0.0)
    yield np.copysign(known, written)
    for index in wrong[:4]:
        start = known.copy()
        start[index] = -start[index]
        yield start


def _better(fit: Fit, best: Fit, variant: Variant) -> bool:
    """Whether a fit is closer; of two that fit, whether it has the signs that are written."""
    if best.residual < NEAR and fit.residual < NEAR:
        return _own_signs(fit.constants, variant)
    return fit.residual < best.residual


def _own_signs(constants: Array, variant: Variant) -> bool:
    return bool(np.all(constants * variant.constants > 0.0))


def _starts(variant: Variant, law: LawOnDomain) -> Iterator[Array]:
    random = np.random.default_rng(0)
    known = [abs(value) for value in values_of(law.expression)]
    written = variant.constants
    pool = np.array([*known, 1.0, *np.abs(written).tolist()])
    for _ in range(_RESTARTS):
        yield np.copysign(random.choice(pool, len(written)), written)
    for _ in range(_RESTARTS):
        yield written * 10.0 ** random.normal(0.0, 0.5, len(written))


def _matched(variant: Variant, law: LawOnDomain) -> Iterator[Array]:
    """The constants with those that the truth has not as the nearest of the truth's.

    First each of the truth's in one place; then in any number of them, as where a product of the
    truth is multiplied out.
    """
    written = variant.constants
    known = [abs(value) for value in values_of(law.expression)]
    left, others = list(known), []
    for at, value in enumerate(np.abs(written).tolist()):
        same = next((one for one in left if abs(one - value) <= _SAME * value), None)
        if same is None:
            others.append(at)
        else:
            left.remove(same)
    once, often = written.copy(), written.copy()
    for at in others:
        for start, pool in ((once, left), (often, known)):
            if pool:
                nearest = min(pool, key=lambda one: abs(np.log(one / abs(written[at]))))
                start[at] = np.copysign(nearest, written[at])
        if left:
            left.remove(abs(float(once[at])))
    if not np.array_equal(once, written):
        yield once
    if not np.array_equal(often, written) and not np.array_equal(often, once):
        yield often


def _as_refit(fit: Fit, law: LawOnDomain, usable: Mask) -> Refit:
    return Refit(fit.constants, _residual(fit, law, usable), fit.iterations, True)


def _residual(fit: Fit, law: LawOnDomain, usable: Mask) -> float:
    values = compiled(fit.expression, law.names)(law.X[usable])
    return typical((values - law.y[usable]) / law.scale[usable])


def _fitter(law: LawOnDomain, usable: Mask) -> Fitter:
    return Fitter(law.X[usable], law.y[usable], 1.0 / law.scale[usable])
