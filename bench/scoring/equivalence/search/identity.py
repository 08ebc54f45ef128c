"""Forms of a prediction and constants that make them the law, one after the other.

Near the constants that are written, for rules that hold a prediction to them; anywhere, for the
rule that asks for the structure alone. Whether constants went further than a rule allows is the
rule's to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.scoring.equivalence.forms.dispensable import without_dispensable
from bench.scoring.equivalence.forms.variants import (
    Variant,
    collected,
    variant_of,
    with_everything,
    with_given,
    with_plain_exponents,
)
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.search.confirm import Confirmation, Status, confirm
from bench.scoring.equivalence.search.nearest import nearest
from bench.scoring.equivalence.search.refit import (
    refit,
    refit_from_afar,
    refit_matched,
    refit_with_own_signs,
)
from bench.scoring.equivalence.search.two_sides import TwoSides
from bench.scoring.equivalence.thresholds import IDENTICAL, MOST_CONSTANTS, NEAR, SLACK, ZERO
from bench.scoring.equivalence.verdict import Witness

if TYPE_CHECKING:
    from bench.scoring.equivalence.case import Case
    from bench.scoring.equivalence.law import LawOnDomain

Array = NDArray[np.float64]
Stage = Literal["written", "nearest", "all", "refit", "matched", "afar", "own signs"]

_GUARD = 20
"""Digits carried beyond those that are compared; more where values cancel."""
_GUARD_IF_NEEDED = 70
_MOST_GUARD = 500
_CLOSER = 0.01
"""How much closer constants must be than some that were refuted, to be looked at again."""
_ROUNDING = 1e-11
_MANY_CONSTANTS = 24


@dataclass(frozen=True, eq=False)
class Identity:
    """Whether constants exist that make a form of the prediction the law, as far as was looked.

    ``start`` and ``end`` are the movable constants of ``variant`` as written and as they make it
    the law; ``truths`` are the relative moves of the truth's decimals.
    """

    status: Status
    reason: str
    variant: Variant
    start: Array
    end: Array
    truths: Array
    residual: float
    evidence: Mapping[str, Any]
    witness: Witness | None = None

    @property
    def flipped(self) -> NDArray[np.bool_]:
        """Which constants went through 0."""
        found: NDArray[np.bool_] = self.start * self.end < 0.0
        return found

    @property
    def vanished(self) -> NDArray[np.bool_]:
        """Which constants became 0."""
        gone: NDArray[np.bool_] = np.abs(self.end) <= ZERO * np.abs(self.start)
        return gone


def as_it_is(case: Case) -> Identity | None:
    """The identity of the prediction as it is written, if it is the law so."""
    found = next(_staged(case, with_plain_exponents(case.prediction), "written"), None)
    if found is None or found.status != "confirmed":
        return None
    moved = np.any(found.start != found.end) or np.any(found.truths != 0.0)
    return None if moved or found.variant.snapped else found


def near(case: Case, op: str = "", constant: float = 0.0) -> Iterator[Identity]:
    """Identities near the constants that are written; ``op``: with a constant more."""
    for form in case.forms():
        variant = with_given(form, op, constant) if op else form
        yield from _in_time(case, variant, ("written", "nearest", "all", "refit"))


def anywhere(case: Case) -> Iterator[Identity]:
    """Identities for any constants: from those that are written, with whole factors, from afar."""
    # What other rules have found, with no constant given, is as good here.
    yield from [
        one
        for one in list(case.found.values())
        if one is not None and one.status == "confirmed" and one.variant.given is None
    ]
    for variant in chain(case.forms(), _with_factors(case)):
        stages: tuple[Stage, ...] = ("written", "refit", "all", "matched", "afar", "own signs")
        yield from _in_time(case, variant, stages)


def _in_time(case: Case, variant: Variant, stages: tuple[Stage, ...]) -> Iterator[Identity]:
    """What the stages find, one after the other, and that the time has ended when it has."""
    for stage in stages:
        if case.late:
            yield Identity(
                "open", "the time ended before all forms were tried", variant, variant.constants,
                variant.constants, np.zeros(0), np.inf, {},
            )  # fmt: skip
            return
        yield from _staged(case, variant, stage)


def _with_factors(case: Case) -> Iterator[Variant]:
    """The prediction with its whole factors free as well, if it has any."""
    plain = with_plain_exponents(case.prediction)
    variant = replace(variant_of(plain.expression, factors=True), snapped=plain.snapped)
    if variant.free != plain.free and len(variant.free) <= MOST_CONSTANTS:
        yield variant


def forms_of(case: Case) -> Iterator[Variant]:
    """The forms to try, the likeliest first, each once, none with too many constants."""
    seen = set()
    for variant in _likeliest_first(case):
        if variant.expression not in seen and len(variant.free) <= MOST_CONSTANTS:
            seen.add(variant.expression)
            yield variant


def _likeliest_first(case: Case) -> Iterator[Variant]:
    plain = with_plain_exponents(case.prediction)
    short = collected(plain)
    tidied = plain if short is None else short
    if len(tidied.free) <= _MANY_CONSTANTS:
        yield tidied
    tolerance = case.limits.tolerance
    for rest, dropped in without_dispensable(case.law, tidied.expression, tolerance):
        less = variant_of(rest)
        either = frozenset(less.free) if tidied.either else frozenset()
        yield replace(less, snapped=plain.snapped, dropped=dropped, either=either)
    yield tidied
    yield plain
    if plain.snapped:
        yield variant_of(case.prediction)


def _staged(case: Case, variant: Variant, stage: Stage) -> Iterator[Identity]:
    """What one stage finds for one form; found once, whichever rules ask."""
    key = variant, stage
    if key not in case.found:
        case.found[key] = _STAGES[stage](case, variant)
    found = case.found[key]
    if found is not None:
        yield found


def _as_written(case: Case, variant: Variant) -> Identity | None:
    """At the constants that are written, if the values are the law's to all appearance."""
    residual = case.residual(variant.expression)
    if residual >= IDENTICAL and not case.needs_precision:
        return None
    return _confirmed(case, variant, variant, variant.constants, None, residual)


def _where_they_differ(case: Case, variant: Variant) -> tuple[LawOnDomain, NDArray[np.bool_]]:
    """The law on the domain; beyond it where the constants as written are told from it there alone.

    A term of the law may be too small on the domain for its constants to be found there.
    """
    written = case.found.get((variant, "written"))
    if written is None or written.status != "beyond" or case.law.region.ties:
        return case.law, case.trusted
    far = case.law.beyond
    values = compiled(variant.expression, far.names)(far.X)
    with np.errstate(all="ignore"):
        return far, np.abs(values - far.y) > _ROUNDING * np.abs(far.y)


def _nearest(case: Case, variant: Variant) -> Identity | None:
    """At the nearest constants, the free ones alone."""
    if not variant.free or case.needs_precision or _settled(case, variant):
        return None
    law, usable = _where_they_differ(case, variant)
    found = nearest(variant, law, usable, variant.constants, truth_moves=False)
    if found.residual >= NEAR:
        return None
    return _confirmed(case, variant, variant, found.constants, None, found.residual)


def _with_all(case: Case, variant: Variant) -> Identity | None:
    """At the nearest constants of all: those that may move within the tolerance, and the truth's.

    From where a refit of the free ones ended, if there was one.
    """
    if case.needs_precision or _settled(case, variant):
        return None
    fitted = case.found.get((variant, "refit"))
    if fitted is not None and not case.within_reach(fitted.residual):
        return None
    full = with_everything(variant)
    if len(full.movable) > MOST_CONSTANTS:
        return None
    start = full.constants.copy()
    if fitted is not None:
        start[[at in full.free for at in full.movable]] = fitted.end
    law, usable = _where_they_differ(case, variant)
    found = nearest(full, law, usable, start, truth_moves=True)
    if found.residual >= NEAR:
        return None
    return _confirmed(case, variant, full, found.constants, found.truths, found.residual)


def _refitted(case: Case, variant: Variant) -> Identity | None:
    """At the constants of a least-squares fit; refuted or open where it leaves a residual."""
    if case.needs_precision or _settled(case, variant):
        return None
    found = refit(variant, case.law, case.trusted, case.deadline)
    if found.residual < NEAR:
        return _confirmed(
            case, variant, variant, found.constants, None, found.residual, found.iterations
        )
    evidence = {"residual": found.residual, "iterations": found.iterations}
    words = "refitted constants leave" if found.finished else "the time ended at"
    return Identity(
        "refuted" if found.finished else "open",
        f"{words} a relative residual of {found.residual:.2g}",
        variant, variant.constants, found.constants, np.zeros(0), found.residual, evidence,
    )  # fmt: skip


def _from_matched(case: Case, variant: Variant) -> Identity | None:
    """At constants found from the truth's own."""
    if not variant.free or case.late or case.needs_precision or _settled(case, variant):
        return None
    found = refit_matched(variant, case.law, case.trusted, case.deadline)
    if found is None or found.residual >= NEAR:
        return None
    return _confirmed(
        case, variant, variant, found.constants, None, found.residual, found.iterations
    )


def _from_afar(case: Case, variant: Variant) -> Identity | None:
    """At constants found from other starts, where those that are written are not fitted at all."""
    if not case.far or case.late or case.needs_precision or _settled(case, variant):
        return None
    found = refit_from_afar(variant, case.law, case.trusted, case.deadline)
    if found is None or found.residual >= NEAR:
        return None
    return _confirmed(
        case, variant, variant, found.constants, None, found.residual, found.iterations
    )


def _with_own_signs(case: Case, variant: Variant) -> Identity | None:
    """At constants of the signs that are written, where those that were found have others."""
    earlier = next((one for one in _confirmed_so_far(case, variant) if one.flipped.any()), None)
    if earlier is None or earlier.variant != variant or case.late:
        return None
    found = refit_with_own_signs(variant, case.law, case.trusted, case.deadline, earlier.end)
    if found is None or found.residual >= NEAR:
        return None
    return _confirmed(
        case, variant, variant, found.constants, None, found.residual, found.iterations
    )


_STAGES = {
    "written": _as_written,
    "nearest": _nearest,
    "all": _with_all,
    "refit": _refitted,
    "matched": _from_matched,
    "afar": _from_afar,
    "own signs": _with_own_signs,
}


def _confirmed_so_far(case: Case, variant: Variant) -> list[Identity]:
    found = (case.found.get((variant, stage)) for stage in _STAGES)
    return [one for one in found if one is not None and one.status == "confirmed"]


def _settled(case: Case, variant: Variant) -> bool:
    """Whether the constants as they are written settle it: none has to move, or there is none."""
    found = case.found.get((variant, "written"))
    if found is None:
        return False
    return found.status == "confirmed" or (found.status == "beyond" and not variant.free)


def _confirmed(
    case: Case,
    form: Variant,
    variant: Variant,
    constants: Array,
    truths: Array | None,
    residual: float,
    iterations: int = 0,
) -> Identity:
    """The identity at these constants, improved and looked at to many digits.

    Where such constants of the same ``form``, no further from the law, were refuted before, what
    was said then; but where float64 sees next to nothing, more constants may tell more.
    """
    known = case.refuted.get(form)
    if known is not None and residual > _CLOSER * known.evidence["residual in float64"]:
        as_many = len(variant.movable) <= len(known.variant.movable)
        if as_many or residual > _ROUNDING:
            return known
    lost = -(-case.lost_digits // _GUARD) * _GUARD  # in steps: functions to new digits cost time
    guard = max(_GUARD, _GUARD_IF_NEEDED if case.needs_precision else 0, lost + _GUARD)
    while True:
        sides = TwoSides(variant, constants, case.law, case.limits, guard, truths)
        outcome = confirm(sides, case.fresh, case.deadline, tied=bool(case.law.region.ties))
        if outcome.status != "refuted" or outcome.witness is not None or guard > _MOST_GUARD:
            break
        guard *= 3  # the difference that is left is a lack of digits
    evidence = {
        "residual": outcome.residual, "residual in float64": residual, "iterations": iterations,
        "digits": outcome.digits, "points": outcome.points,
    }  # fmt: skip
    written = sides.given_truths
    moves = np.abs(outcome.truths - written) / np.where(written == 0.0, 1.0, np.abs(written))
    found = Identity(
        outcome.status, _reason(outcome), variant, variant.constants, outcome.constants, moves,
        outcome.residual, evidence, outcome.witness,
    )  # fmt: skip
    if outcome.status == "refuted":
        case.refuted[form] = found
    return found


def _reason(outcome: Confirmation) -> str:
    match outcome.status:
        case "refuted":
            return (
                f"the best constants leave a relative difference of {outcome.residual:.2g} "
                f"to {outcome.digits} digits"
            )
        case "open":
            return f"the time ended at a relative difference of {outcome.residual:.2g}"
        case "beyond":
            return (
                f"equal to {outcome.digits - SLACK} digits on the domain, which cannot tell them "
                "apart, and another function beyond it"
            )
    return f"equal to {outcome.digits - SLACK} digits at {outcome.points} points"
