"""Constants made simple fractions where the data cannot tell them from these.

Under noise a fitted ``0.4994`` may be a half. What to write is a question of description length
(Rissanen, Automatica 14, 1978): a constant that is known to 1 in sqrt(n) costs ``log(n)/2``, a
fraction p/q ``log((|p| + 1)*q)`` (as in AI Feynman 2.0: Udrescu et al., NeurIPS 2020), and misfit
``n*log(mse)/2``. What is shortest is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from bench import Expression, numbers
from bench.expression import replace_numbers
from methods.refine import Fitted, Refiner
from methods.tidy import gather

_REACH = 0.05
"""Share of a constant by which a fraction may lie off: a cost, as each that is tried is a fit."""


def with_simple_constants(refine: Refiner, fitted: Fitted) -> Fitted:
    """``fitted`` with those constants made fractions that are as good on the rows of ``refine``.

    One after the other, the best first; the others are fitted anew. Exact formulas stay.
    """
    if fitted.exact:
        return fitted
    best, held = fitted.expression, dict[int, Fraction]()
    free = [k for k, value in enumerate(numbers(best)) if isinstance(value, float)]
    least = _length(refine, best, held, len(free))
    while tried := list(_tried(refine, best, held, free)):
        length, expression, k, fraction = min(tried, key=lambda one: one[0])
        if length >= least:
            break
        best, least, held = expression, length, {**held, k: fraction}
        free.remove(k)
    return refine.judged(gather(best)) if held else fitted


def _tried(
    refine: Refiner, expression: Expression, held: Mapping[int, Fraction], free: Sequence[int]
) -> Iterator[tuple[float, Expression, int, Fraction]]:
    """What one more constant made a fraction leads to, and its length."""
    from bench import fit_constants  # compiled code: only the worker needs it

    for k, fraction in _candidates(numbers(expression), free, len(refine.y)):
        if refine.late():
            return
        placed, moving = (
            replace_numbers(expression, {k: float(fraction)}),
            [j for j in free if j != k],
        )
        if moving:
            placed = fit_constants(placed, refine.names, refine.X, refine.y, free=moving).expression
        yield _length(refine, placed, {**held, k: fraction}, len(moving)), placed, k, fraction


def _candidates(
    values: Sequence[float], places: Sequence[int], rows: int
) -> Iterator[tuple[int, Fraction]]:
    """For each constant, the fractions near it that are cheaper than it is."""
    for k in places:
        near = {Fraction(round(values[k] * q), q) for q in range(1, math.isqrt(rows))}
        for fraction in near:
            off = abs(float(fraction) - values[k])
            if fraction and off < _REACH * abs(values[k]) and 2 * _bits(fraction) < math.log(rows):
                yield k, fraction


def _bits(fraction: Fraction) -> float:
    return math.log((abs(fraction.numerator) + 1) * fraction.denominator)


def _length(
    refine: Refiner, expression: Expression, held: Mapping[int, Fraction], free: int
) -> float:
    """Twice the description length: the criterion, and what constants cost beside their nodes."""
    fit = refine.judged(gather(expression)).criterion
    return fit + free * math.log(len(refine.y)) + 2 * sum(map(_bits, held.values()))
