"""How the rules ``exact``, ``skeleton`` and ``srbench_relative`` decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.scoring.equivalence.case import Case
from bench.scoring.equivalence.closeness import (
    beyond_tolerance,
    excess,
    mostly_within,
    on_other_side,
)
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.numerics.quantiles import median
from bench.scoring.equivalence.search.identity import Identity, anywhere, as_it_is, near
from bench.scoring.equivalence.thresholds import LEAST_R2, MOST_CONSTANTS, THREE_DIGITS
from bench.scoring.equivalence.verdict import Ruling

Array = NDArray[np.float64]
Allowed = Callable[[Identity], str]
"""Why constants went further than a rule allows; empty where they did not."""

_ROUNDING = 1e-14
_ONE_POINT = 0.5
"""Share of the squared misfits that one point makes where it alone decides R2."""
_SAMPLES = 8


def exact(case: Case) -> Ruling:
    """Is it the law, constants included, to the tolerance of ``closeness``?"""
    ruling = _within_tolerance(case, case.limits.tolerance)
    assert ruling is not None
    return ruling


def skeleton(case: Case) -> Ruling:
    """Do constants exist that make it the law?

    Decimals of the prediction may move, and its whole factors, to anywhere on their side of 0; all
    other constants within the tolerance. An exponent that is whole in the law, or a simple
    fraction as in a root, must be within ``EXPONENT_SLACK`` of it. LLM-SRBench's question (Shojaee
    et al. 2025, appendix B), with structure taken strictly.
    """
    return _settled(
        case,
        anywhere(case),
        lambda identity: on_other_side(case, identity),
    )


def srbench_relative(case: Case, r2: float | None) -> Ruling:
    """Is it the law up to an added or a multiplied constant, other constants to three digits?

    SRBench's rule (La Cava et al. 2021, definition 4.1) with its rounding to three decimals
    read as a relative tolerance on constants, ``THREE_DIGITS``, so that 6.67e-11 is not 0, and
    with R2 > 0.5. Terms that must vanish are held to the tolerance of ``exact``, as in
    the published rule, where they vanish only if they are rounded to 0.
    """
    tolerance = max(case.limits.tolerance, THREE_DIGITS)
    accuracy = accuracy_of(case, tolerance) if r2 is None else r2
    if not accuracy > LEAST_R2:
        reason = f"R2 is {accuracy:.3g}; the rule asks for more than {LEAST_R2}"
        return Ruling("no", "accuracy", reason, {"r2": accuracy})
    rulings = []
    for op in ("", "mul", "add"):
        ruling = _within_tolerance(case, tolerance, op)
        if ruling is not None:
            rulings.append(ruling)
        if ruling is not None and ruling.answer == "yes":
            return ruling
    undecided = (ruling for ruling in rulings if ruling.answer == "undecided")
    return next(undecided, rulings[0])


def accuracy_of(case: Case, tolerance: float) -> float:
    """R2 on many points of the domain; 1 where nearly all of them agree.

    Next to a pole a few points make it anything; many are needed to have it. Where the domain
    holds the pole there is none: each sample has another. It is that of the median sample then.
    """
    law, usable = case.law, case.usable
    if mostly_within(excess(case.values, law, tolerance, law.scale)[usable]):
        return 1.0
    truth, values = law.y, case.values
    if not case.needs_precision and len(law.many[1]) >= len(law.y):
        X, truth = law.many
        values = compiled(case.prediction, law.names)(X)
    usable = np.isfinite(values)
    unit = np.max(np.abs(truth[usable]), initial=0.0) or 1.0
    truth, values = truth[usable] / unit, values[usable] / unit
    missed = (truth - values) ** 2
    if np.max(missed, initial=0.0) <= _ONE_POINT * np.sum(missed):
        return _r2(truth, values)
    parts = (slice(at, None, _SAMPLES) for at in range(_SAMPLES))
    return float(np.median([_r2(truth[part], values[part]) for part in parts]))


def _r2(truth: Array, values: Array) -> float:
    """R2 of one sample, 0 where the truth does not vary in it."""
    spread = np.sum((truth - truth.mean()) ** 2) if len(truth) else 0.0
    return float(1.0 - np.sum((truth - values) ** 2) / spread) if spread > 0 else 0.0


def _constant(case: Case, op: str) -> float:
    """The factor or addend that brings the prediction closest."""
    truth, values = case.law.y[case.usable], case.values[case.usable]
    with np.errstate(all="ignore"):
        needed = truth / values if op == "mul" else truth - values
    finite = needed[np.isfinite(needed)]
    return median(finite) if len(finite) else 0.0


def _within_tolerance(case: Case, tolerance: float, op: str = "") -> Ruling | None:
    """Whether the two are identical for constants that are within ``tolerance``.

    ``op``: but for a factor or an addend. None where the values are too far apart for that, which
    no point refutes, and where that is no other question.
    """
    law, values = case.law, case.values
    constant = _constant(case, op) if op else 0.0
    if op and (constant == 0.0 or (op == "mul" and constant == 1.0)):
        return None
    if not op:
        settled = as_it_is(case)
        if settled is not None:
            return _yes(settled, "")
        case.complete()
    values = values * constant if op == "mul" else values + constant
    # What is added to a value, or taken, is lost in its rounding.
    unit = law.reach + _ROUNDING * np.abs(case.values) / tolerance
    distances = excess(values, law, tolerance, unit)
    if not mostly_within(distances[case.usable]):
        return None if op else _difference(case, distances, tolerance * unit)
    return _settled(
        case,
        near(case, op, constant),
        lambda identity: beyond_tolerance(case, identity, values, tolerance),
        up_to={"mul": "factor", "add": "addend"}.get(op, ""),
    )


def _settled(
    case: Case, identities: Iterator[Identity], allowed: Allowed, up_to: str = ""
) -> Ruling:
    """Yes by the first identity whose constants are where the rule allows them to be."""
    best: Identity | None = None
    refused: Ruling | None = None
    for identity in identities:
        why = allowed(identity) if identity.status == "confirmed" else ""
        if identity.status == "confirmed" and not why:
            return _yes(identity, up_to)
        if identity.status in ("confirmed", "beyond"):
            refused = refused or _refused(identity, why)
        elif best is None or _closer(identity, best):
            best = identity
    if refused is not None:
        return refused
    if best is None:
        reason = f"more than {MOST_CONSTANTS} constants matter; so many are not refitted"
        return Ruling("undecided", "refit", reason)
    answer, step = ("undecided", "time") if best.status == "open" else ("no", "refit")
    return Ruling(answer, step, best.reason, _evidence(best), best.witness)  # type: ignore[arg-type]


def _closer(identity: Identity, best: Identity) -> bool:
    """Whether it says more: what is open keeps a no from being said."""
    if (identity.status == "open") != (best.status == "open"):
        return identity.status == "open"
    return identity.residual < best.residual


def _yes(identity: Identity, up_to: str) -> Ruling:
    reason = identity.reason
    gone = identity.vanished
    moved = bool(np.any((identity.start != identity.end) & ~gone)) or bool(identity.variant.snapped)
    if moved:
        reason += ", its constants moved"
    dropped = [*identity.variant.dropped, *map(repr, identity.start[gone].tolist())]
    if dropped:
        reason += f", without {', '.join(dropped)[:120]}, which is dispensable"
    evidence = {**_evidence(identity), "dropped": dropped}
    return Ruling("yes", "confirmed", reason, {**evidence, "up to": up_to} if up_to else evidence)


def _refused(identity: Identity, why: str) -> Ruling:
    if identity.status == "beyond":
        return Ruling("no", "beyond", identity.reason, _evidence(identity), identity.witness)
    return Ruling("no", "constants", why, _evidence(identity))


def _evidence(identity: Identity) -> dict[str, Any]:
    pairs = zip(identity.start.tolist(), identity.end.tolist(), strict=True)
    moved = [{"from": before, "to": after} for before, after in pairs if before != after]
    exponents = [{"from": was, "to": now} for was, now in identity.variant.snapped]
    dropped = list(identity.variant.dropped)
    return {**identity.evidence, "constants": moved, "exponents": exponents, "dropped": dropped}


def _in_brief(value: str) -> str:
    """A number to ten digits with its whole exponent."""
    digits, mark, exponent = value.partition("e")
    return f"{digits[:12]}{mark}{exponent}"


def _difference(case: Case, distances: Array, allowed: Array) -> Ruling:
    """A "no" with a point at which the two are apart, in precise arithmetic too."""
    found = case.apart(distances, allowed)
    if found is None:
        reason = "the two are apart in float64 and not to more digits; the time ended before a look"
        return Ruling("undecided", "time", reason)
    row, witness = found
    values = f"prediction {_in_brief(witness.prediction)}, truth {_in_brief(witness.truth)}"
    reason = f"no constant within the tolerance explains the difference: {values}"
    return Ruling(
        "no", "difference", reason, {"times the tolerance": float(distances[row])}, witness
    )
