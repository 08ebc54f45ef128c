"""What "constants within a relative tolerance" means, and how it is measured.

Constants of a prediction cannot be compared with the truth's one by one: ``0.5*x*y`` may come as
``0.413*x*(1.2106538*y)``, and a superfluous ``+ 0.0002`` has moved by 100 % when it becomes 0 and
has changed nothing. What counts is their effect. A prediction that some constants make the law is
within the tolerance ``tol`` if, at 95 % of the points of the domain, it is no further from the
truth than a change of ``tol`` in one of the truth's own constants brings about
(``LawOnDomain.reach``), if no constant of the truth has to move further than ``tol`` to make them
one (what its vanishing would make equal is another law), and if one of these holds:

(A) at 95 % of the points |p - t| <= tol * scale, with ``scale`` = |t|, or the 10 % quantile of |t|
    over the domain where t is smaller (near its zeros); and those changes of the truth's own
    constants that explain p - t best are within ``tol`` each: however they are spelled, the factors
    1 that are not written, and a factor of the whole (``LawOnDomain.own_changes``);
(B) every constant, of either side, that makes them equal is within ``tol``, relatively, of the
    one that is written, but for decimals that become 0 and are dispensable
    (``forms/dispensable.py``).

An exponent taken for a whole one or a simple fraction has to be within ``tol`` of it either way.

A is for constants that work together. Its second half is for terms that matter little on the
domain: with a ten thousandth of ``x + 1e-4*x**2`` in its second term, ``x + 2e-4*x**2`` is close,
but its constant is off by a factor of two. B is for constants inside a fast function: with x up to
100, ``exp(0.5001*x)`` is 1 % from ``exp(0.5*x)``, though the constant is right to 2e-4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Number, numbers, replace_numbers
from bench.scoring.equivalence.forms.dispensable import change, is_whole
from bench.scoring.equivalence.forms.literals import is_plain
from bench.scoring.equivalence.forms.variants import with_plain_exponents
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.search.identity import Identity
from bench.scoring.equivalence.thresholds import EXPONENT_SLACK, LITERAL, SHARE

if TYPE_CHECKING:
    from bench.scoring.equivalence.case import Case

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


_LAW_MOVED = "constants of the law would have to move further than the tolerance"


def excess(value: Array, law: LawOnDomain, tolerance: float, unit: Array) -> Array:
    """|p - t| in units of ``tolerance * unit``: at most 1 where a point is within it, shape (n,).

    Points at which ``value`` is not finite are infinitely far.
    """
    with np.errstate(all="ignore"):
        distance = np.abs(value - law.y) / (tolerance * unit)
    return np.where(np.isfinite(distance), distance, np.inf)


def mostly_within(distances: Array) -> bool:
    """Whether all but 5 % of the points are within the tolerance."""
    return bool(np.mean(distances <= 1.0) >= SHARE)


def beyond_tolerance(case: Case, identity: Identity, values: Array, tolerance: float) -> str:
    """Why the constants of ``identity`` are not within ``tolerance``; empty where they are.

    ``values`` are those of the prediction, with the constant that is given.
    """
    start, end, variant = identity.start, identity.end, identity.variant
    far: Mask = np.abs(end - start) > tolerance * np.abs(end)
    far &= np.array([at != variant.given for at in variant.movable], np.bool_)
    vanished = far & identity.vanished
    gone = vanished & _may_vanish(identity)
    if (vanished & ~gone).any():
        return _through_zero(identity, vanished & ~gone)
    why = _indispensable(case, identity, gone)
    if why:
        return why
    held = np.array([at in variant.held for at in variant.movable], np.bool_)
    if (held & far).any():
        return _further(identity, held & far, tolerance)
    if not _truth_within(identity, tolerance):
        return _LAW_MOVED
    for was, now in variant.snapped:
        if abs(was - now) > tolerance * abs(now):
            return f"an exponent of {was:.6g} would have to become {now:.6g}"
    if not (far & ~gone).any():
        return ""
    if _work_together(case, values):
        return ""
    return _further(identity, far & ~gone, tolerance)


def on_other_side(case: Case, identity: Identity) -> str:
    """Why ``skeleton`` does not allow the constants of ``identity``; empty where it does."""
    start, end, variant = identity.start, identity.end, identity.variant
    tolerance = case.limits.tolerance
    held = np.array([at in variant.held for at in variant.movable], dtype=np.bool_)
    far = held & (np.abs(end - start) > tolerance * np.abs(end))
    if far.any():
        return _further(identity, far, tolerance)
    if not _truth_within(identity, tolerance):
        return _LAW_MOVED
    either = np.array([at in variant.either for at in variant.movable], dtype=np.bool_)
    wrong = (identity.flipped | identity.vanished) & ~either
    gone = wrong & _may_vanish(identity)
    if (wrong & ~gone).any():
        return _through_zero(identity, wrong & ~gone)
    why = _indispensable(case, identity, gone)
    if why:
        return _through_zero(identity, gone) + f": {why}" if identity.flipped.any() else why
    for at, before, after in zip(variant.movable, start, end, strict=True):
        structure = at in variant.exponents and is_plain(after)
        if structure and abs(after - before) > EXPONENT_SLACK:
            return f"an exponent of {before:.6g} would have to become {after:.6g}"
    return ""


def _may_vanish(identity: Identity) -> Mask:
    """Which constants became 0 or went through it, and are decimals that are no whole numbers."""
    written = numbers(identity.variant.expression)
    decimal = np.array(
        [
            isinstance(written[at], float) and not is_whole(written[at])
            for at in identity.variant.free
        ]
    )
    free = np.array([at in identity.variant.free for at in identity.variant.movable], np.bool_)
    may = np.zeros_like(free)
    may[free] = decimal
    found: Mask = may & (identity.flipped | identity.vanished)
    return found


def _indispensable(case: Case, identity: Identity, gone: Mask) -> str:
    """Why what has to vanish, together with what was left out, matters; empty where it does not."""
    if not gone.any():
        return ""
    variant = identity.variant
    zeros = {at: 0.0 for at, vanishes in zip(variant.movable, gone, strict=True) if vanishes}
    part = variant.expression
    left = replace_numbers(part, zeros)
    whole = part
    if variant.dropped:  # with what was left out before
        whole = with_plain_exponents(case.prediction).expression
        if variant.given is not None and isinstance(part, Call):
            whole = Call(part.op, (whole, Number(numbers(part)[variant.given])))
    share = change(case.law, whole, part, left)
    if share <= case.limits.tolerance:
        return ""
    what = ", ".join(f"{value:.6g}" for value in identity.start[gone][:4].tolist())
    return f"{what} would have to vanish, which changes the value by up to {share:.2g} of it"


def _truth_within(identity: Identity, tolerance: float) -> bool:
    """Whether the truth's decimals are still the numbers that were written, so far relatively."""
    return bool(np.all(identity.truths <= max(tolerance, LITERAL)))


def _work_together(case: Case, values: Array) -> bool:
    """(A): the values, and the truth's own constants that explain them, are close enough."""
    tolerance, usable = case.limits.tolerance, case.usable
    unit = case.law.scale + 1e-14 * np.abs(case.values) / tolerance
    if not mostly_within(excess(values, case.law, tolerance, unit)[usable]):
        return False
    return bool(np.all(np.abs(case.law.own_changes(values, usable)) <= tolerance))


def _further(identity: Identity, far: Mask, tolerance: float) -> str:
    if not far.any():
        return f"constants would have to move further than the tolerance of {tolerance:g}"
    moves = np.where(far, np.abs(identity.end - identity.start) / np.abs(identity.start), 0.0)
    worst = int(np.argmax(moves))
    return (
        f"a constant of {identity.start[worst]:.6g} would have to become "
        f"{identity.end[worst]:.6g}, further than the tolerance of {tolerance:g}"
    )


def _through_zero(identity: Identity, wrong: Mask) -> str:
    at = int(np.argmax(wrong))
    return (
        f"a constant of {identity.start[at]:.6g} would have to become {identity.end[at]:.6g}, "
        "to 0 or through it"
    )
