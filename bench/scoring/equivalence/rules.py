"""The rules by which a prediction is the law: one row of ``RULES`` each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Expression, Number, replace_numbers
from bench.scoring.equivalence.closeness import excess, mostly_within, moved_far, vanished
from bench.scoring.equivalence.variants import with_plain_exponents
from bench.scoring.equivalence.verdict import Answer, Witness

if TYPE_CHECKING:
    from bench.scoring.equivalence.case import Case, Identity

Array = NDArray[np.float64]

LEAST_R2 = 0.5
"""SRBench asks it of a prediction before the symbolic criterion (La Cava et al. 2021, 4.1)."""
_ROUNDING = 1e-14
THREE_DIGITS = 5e-3
"""SRBench rounds constants to three decimals; read relatively, half a unit in the third digit."""
DISPENSABLE = 1e-2
"""What has to vanish from a prediction's values for a ``skeleton`` may be this share of them."""


@dataclass(frozen=True)
class Ruling:
    """A verdict before it is timed."""

    answer: Answer
    step: str
    reason: str
    evidence: Mapping[str, Any]
    witness: Witness | None = None


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the question it answers, and what decides.

    ``decide(case, r2)`` takes the prediction before its law, and its R2 on test data or None.
    ``title`` heads its column in brief tables; empty: its name. ``out_of_scope(truth)`` says why
    the rule is not asked of a law, empty where it is; None: it is asked of every law.
    """

    name: str
    question: str
    decide: Callable[[Case, float | None], Ruling]
    title: str = ""
    out_of_scope: Callable[[Expression], str] | None = None
    origin: str = "built-in"


def exact(case: Case, r2: float | None) -> Ruling:
    """Is it the law, constants included, to the tolerance of ``closeness``?"""
    return _within_tolerance(case, case.prediction, case.values, case.limits.tolerance)


def skeleton(case: Case, r2: float | None) -> Ruling:
    """Do constants exist that make it the law?

    Every float of the prediction may move but 0.0, which stands for a term that is not there, and
    every integer beyond 1 that is not in an exponent. An exponent that is whole in the law, or
    a simple fraction as in a root, must be within ``EXPONENT_SLACK`` of it. A constant that
    must become zero is a term too many, unless it is dispensable: its share of the values is less
    than ``DISPENSABLE``. LLM-SRBench's question (Shojaee et al. 2025, appendix B).
    """
    identity = case.identity(case.prediction, thorough=True)
    if identity.status == "confirmed" and not _dispensable(
        case, case.prediction, identity, DISPENSABLE
    ):
        reason = "terms that matter in the prediction would have to vanish to make it the law"
        return Ruling("no", "refit", reason, _evidence(identity))
    return _of(identity)


def srbench_relative(case: Case, r2: float | None) -> Ruling:
    """Is it the law up to an added or a multiplied constant, other constants to three digits?

    SRBench's rule (La Cava et al. 2021, definition 4.1) with its rounding to three decimals
    read as a relative tolerance on constants, ``THREE_DIGITS``, so that 6.67e-11 is not 0, and
    with R2 > 0.5. Terms that must vanish are held to the tolerance of ``exact``, as in
    the published rule, where they vanish only if they are rounded to 0.
    """
    tolerance = max(case.limits.tolerance, THREE_DIGITS)
    accuracy = _r2(case, tolerance) if r2 is None else r2
    if not accuracy > LEAST_R2:
        reason = f"R2 is {accuracy:.3g}; the rule asks for more than {LEAST_R2}"
        return Ruling("no", "accuracy", reason, {"r2": accuracy})
    findings = []
    for kind in ("", "factor", "addend"):
        expression, values = _with_constant(case, kind)
        finding = _within_tolerance(case, expression, values, tolerance, kind)
        if finding.answer == "yes":
            return finding
        findings.append(finding)
    undecided = (finding for finding in findings if finding.answer == "undecided")
    return next(undecided, findings[0])


def _r2(case: Case, tolerance: float) -> float:
    """R2 on the points of the domain; 1 where nearly all of them agree.

    Next to a pole a single point can make R2 anything.
    """
    usable = case.usable
    if mostly_within(excess(case.values, case.law, tolerance, case.law.reach)[usable]):
        return 1.0
    unit = np.max(np.abs(case.law.y))
    truth, values = case.law.y[usable] / unit, case.values[usable] / unit
    spread = np.sum((truth - truth.mean()) ** 2)
    return float(1.0 - np.sum((truth - values) ** 2) / spread) if spread > 0 else 0.0


def _with_constant(case: Case, kind: str) -> tuple[Expression, Array]:
    """The prediction times, or plus, the constant that brings it closest, and its values."""
    usable = case.usable
    truth, values = case.law.y[usable], case.values[usable]
    constant = 0.0
    if kind:
        needed = truth / values if kind == "factor" else truth - values
        constant = float(np.median(needed[np.isfinite(needed)]))
    if not np.isfinite(constant) or constant == 0.0:
        return case.prediction, case.values
    if kind == "factor":
        return Call("mul", (case.prediction, Number(constant))), case.values * constant
    return Call("add", (case.prediction, Number(constant))), case.values + constant


def _within_tolerance(
    case: Case, expression: Expression, values: Array, tolerance: float, given: str = ""
) -> Ruling:
    """Identical for constants that are within ``tolerance`` of those of ``expression``.

    ``given``: the last constant of ``expression`` is not the prediction's, and moves freely.
    """
    law, usable, close = case.law, case.usable, case.limits.tolerance
    noise = _ROUNDING * np.abs(case.values)  # what is added to a value, or taken, is lost in it
    reach = excess(values, law, tolerance, law.reach + noise / tolerance)
    if not mostly_within(reach[usable]):
        return _difference(case, reach, "no constant within the tolerance explains")
    identity = case.identity(expression)
    if identity.status != "confirmed":
        return _of(identity)
    scale = excess(values, law, close, law.scale + noise / close)
    together = mostly_within(scale[usable]) and bool(
        np.all(np.abs(law.own_changes(values, usable)) <= close)
    )
    if together or (
        _constants_within(identity, tolerance, bool(given))
        and _dispensable(case, expression, identity, close)
    ):
        evidence = {**_evidence(identity), "up to": given} if given else _evidence(identity)
        return Ruling("yes", "confirmed", identity.reason, evidence)
    return _difference(case, scale, "constants further than the tolerance make", identity)


def _constants_within(identity: Identity, tolerance: float, given: bool) -> bool:
    """(B) of ``closeness``: whether every constant that does not vanish is within the tolerance."""
    far = moved_far(identity.start, identity.end, tolerance)
    far &= ~vanished(identity.start, identity.end)
    if given and len(far):
        far[-1] = False
    exponents = (abs(was - now) <= tolerance * abs(now) for was, now in identity.variant.snapped)
    return not far.any() and all(exponents)


def _dispensable(case: Case, expression: Expression, identity: Identity, share: float) -> bool:
    """Whether all that has to vanish makes no more than ``share`` of the values, nearly everywhere.

    That is terms that were dropped, and constants that become zero, together.
    """
    if identity.variant.snapped:  # exponents count as constants, not as terms
        expression = with_plain_exponents(expression).expression
    written = case.values_of(expression)
    constants = np.where(vanished(identity.start, identity.end), 0.0, identity.start).tolist()
    moved = dict(zip(identity.variant.free, constants, strict=True))
    rest = case.values_of(replace_numbers(identity.variant.expression, moved))
    with np.errstate(all="ignore"):
        change = np.abs(rest - written) / (share * np.fmax(case.law.scale, np.abs(rest)))
    return mostly_within(np.where(np.isfinite(change), change, np.inf)[case.usable])


def _of(identity: Identity) -> Ruling:
    answer: Mapping[str, tuple[Answer, str]] = {
        "confirmed": ("yes", "confirmed"),
        "refuted": ("no", "refit"),
        "open": ("undecided", "time"),
    }
    return Ruling(*answer[identity.status], identity.reason, _evidence(identity), identity.witness)


def _evidence(identity: Identity) -> dict[str, Any]:
    pairs = zip(identity.start.tolist(), identity.end.tolist(), strict=True)
    moved = [{"from": before, "to": after} for before, after in pairs if before != after]
    exponents = [{"from": was, "to": now} for was, now in identity.variant.snapped]
    return {**identity.evidence, "constants": moved, "exponents": exponents}


def _difference(
    case: Case, distances: Array, words: str, identity: Identity | None = None
) -> Ruling:
    """A "no" with the point at which the two are clearly apart."""
    finite = np.where(np.isfinite(distances) & case.usable, distances, -1.0)
    if np.max(finite) <= 1.0 and identity is not None:
        reason = "the values are within the tolerance, the constants are not"
        return Ruling("no", "constants", reason, _evidence(identity))
    found = case.apart(finite)
    if found is None:
        reason = "float64 has not the digits to tell the two apart"
        return Ruling("undecided", "failure", reason, {})
    row, witness = found
    values = f"prediction {witness.prediction[:12]}, truth {witness.truth[:12]}"
    reason = f"{words} the difference: {values}"
    evidence: dict[str, Any] = {"times the tolerance": float(finite[row])}
    if identity is not None:
        evidence |= _evidence(identity)
    return Ruling("no", "difference", reason, evidence, witness)


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "srbench_relative",
            "is it the law up to an added or multiplied constant, others to three digits?",
            srbench_relative,
            title="SRBench",
        ),
        Rule("exact", "is it the law, constants included?", exact),
        Rule("skeleton", "are there constants that make it the law?", skeleton),
    )
}
"""Every rule by its name, in the order of tables."""
