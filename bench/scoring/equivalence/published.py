"""SRBench's symbolic criterion to the letter, decided by numbers instead of ``simplify``.

La Cava et al. (2021), definition 4.1, and the code that goes with it: floats under 1e-4 become 0
and others are rounded to three decimals, in the prediction, in its difference from the truth and in
its ratio to it, after SymPy has drawn the numbers together (``Gathered``); the prediction is a
solution if the difference is constant, or the ratio a constant that is not 0, and R2 > 0.5.

Whether the rounded difference or ratio is constant is asked at points of the domain, to tens of
digits, and beyond it. Nothing is expanded or simplified, so that the time is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, Number, numbers, symbols
from bench.scoring.equivalence.case import Case
from bench.scoring.equivalence.deciding import accuracy_of
from bench.scoring.equivalence.forms.exact_numbers import Value
from bench.scoring.equivalence.forms.gathered import Gathered
from bench.scoring.equivalence.forms.needed import needed
from bench.scoring.equivalence.forms.written import written
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise
from bench.scoring.equivalence.numerics.values import precisely
from bench.scoring.equivalence.numerics.witnesses import (
    sides_of,
    two_points,
    varies_between,
)
from bench.scoring.equivalence.search.beyond import apart_beyond
from bench.scoring.equivalence.search.identity import as_it_is
from bench.scoring.equivalence.thresholds import (
    LEAST_R2,
    PUBLISHED_DECIMALS,
    PUBLISHED_ZERO,
    SLACK,
    SMALLEST_ASKED,
)
from bench.scoring.equivalence.verdict import Ruling

Array = NDArray[np.float64]

_POINTS = 12
_FEWEST = 24
_PLAIN = 1e-6
"""A spread of this share of the values is no matter of rounding: those of a case are right."""


@lru_cache(maxsize=1024)
def out_of_scope(truth: Expression) -> str:
    """Why the rule is not asked of ``truth``; empty if it is.

    A constant of 8.854e-12 is rounded to 0: the true law itself would be no solution.
    """
    gathered = Gathered()
    constants = [*needed(gathered, gathered.node(truth)), *numbers(truth)]
    smallest = min((abs(value) for value in constants if value != 0), default=1.0)
    if smallest >= SMALLEST_ASKED:
        return ""
    return (
        f"the law needs the constant {smallest:.3g}, and the rule rounds to three decimals: "
        f"it is asked of laws whose constants are at least {SMALLEST_ASKED:g}"
    )


def rounded(value: float) -> Value:
    """A float as the rule takes it."""
    return 0 if abs(value) < PUBLISHED_ZERO else round(value, PUBLISHED_DECIMALS)


def relations(
    prediction: Expression, truth: Expression
) -> tuple[Expression, tuple[Expression, Expression]]:
    """The rounded prediction, and the truth less it and it over the truth, rounded again."""
    gathered = Gathered()
    true = gathered.node(truth)
    answer = gathered.mapped(gathered.node(prediction), rounded)
    difference = gathered.sum([(true, 1), (answer, -1)])
    ratio = gathered.quotient(answer, true)
    trees = (written(gathered, gathered.mapped(node, rounded)) for node in (difference, ratio))
    return written(gathered, answer), (next(trees), next(trees))


def sees_same(prediction: Expression, truth: Expression) -> bool:
    """Whether nothing but a number is left of two sides that are one tree after sorting.

    ``0.9912*(1 - 0.026*x)*x`` and ``x*(1 - 0.026*x)*0.9912`` are two: SymPy multiplies the number
    into the sum in the first alone, and other numbers are rounded.
    """
    if not _has_decimals(prediction, truth):
        return True
    try:
        return not symbols(relations(prediction, truth)[1][0])
    except (OverflowError, ValueError):
        return False


def _has_decimals(*sides: Expression) -> bool:
    return any(type(value) is float for side in sides for value in numbers(side))


@dataclass(frozen=True, eq=False)
class _Variation:
    """Two points between which a value that should be constant varies, shape (2, d)."""

    rows: Array
    beyond: bool = False


def srbench(case: Case, r2: float | None) -> Ruling:
    """Is it a solution by SRBench's published rule?"""
    accuracy = accuracy_of(case, case.limits.tolerance) if r2 is None else r2
    if not accuracy > LEAST_R2:
        reason = f"R2 is {accuracy:.3g}; the rule asks for more than {LEAST_R2}"
        return Ruling("no", "accuracy", reason, {"r2": accuracy})
    plain = _without_decimals(case)
    if plain is not None:
        return plain
    try:
        answer, sides = relations(case.prediction, case.law.expression)
    except (OverflowError, ValueError):  # a number that is not finite
        reason = "numbers of the prediction, drawn together, are beyond the range of float64"
        return Ruling("undecided", "failure", reason)
    evidence = {"rounded": str(answer)[:400]}
    found: list[_Variation | None] = []
    for name, side in zip(("difference", "ratio"), sides, strict=True):
        if side == Number(0) and name == "ratio":
            continue
        variation = _variation(side, case)
        if variation == "constant":
            reason = f"the {name} is constant, numbers rounded to three decimals"
            return Ruling("yes", "confirmed", reason, evidence)
        found.append(variation)
    return _neither(case, answer, found, evidence)


def _without_decimals(case: Case) -> Ruling | None:
    """The ruling where no number is rounded and the values tell; None where they do not."""
    law = case.law
    if _has_decimals(case.prediction, law.expression):
        return None
    if as_it_is(case) is not None:
        return Ruling("yes", "confirmed", "the difference is 0; there are no numbers to round")
    usable = case.usable
    with np.errstate(all="ignore"):
        related = (law.y - case.values, case.values / law.y)
    for values in related:
        known = usable & np.isfinite(values)
        if known.sum() < _FEWEST or np.ptp(values[known]) <= _PLAIN * np.max(np.abs(values[known])):
            return None
    gap = np.where(usable, law.y - case.values, np.nan)
    rows = law.X[[int(np.nanargmax(gap)), int(np.nanargmin(gap))]]
    witness = two_points(case.sides, law.names, rows, shown=case.limits.shown)
    if witness is None:
        return None
    reason = "neither difference nor ratio is constant; there are no numbers to round"
    return Ruling("no", "rounded", reason, {}, witness)


def _neither(
    case: Case, answer: Expression, found: Sequence[_Variation | None], evidence: dict[str, Any]
) -> Ruling:
    """No: the two points between which the difference varies."""
    varies = next((variation for variation in found if variation is not None), None)
    if varies is None:
        reason = "with its numbers rounded to three decimals the prediction has no values"
        return Ruling("no", "accuracy", reason, evidence)
    note = "with its numbers rounded to three decimals"
    sides, shown = sides_of(answer, case.law.expression), case.limits.shown
    witness = two_points(sides, case.law.names, varies.rows, note, shown)
    if witness is None:
        return Ruling("undecided", "failure", "two points at which the two differ are equal there")
    reason = "neither difference nor ratio is constant, numbers rounded to three decimals"
    return Ruling("no", "beyond" if varies.beyond else "rounded", reason, evidence, witness)


def _variation(side: Expression, case: Case) -> Literal["constant"] | _Variation | None:
    """Whether ``side`` is constant, and if not, where it varies; None where it has no value."""
    law = case.law
    if isinstance(side, Number):
        return "constant"
    X = np.concatenate([law.X, law.fresh])
    precise = precisely(side, case.limits.digits)
    rows = _furthest(side, law.names, X)
    if rows is not None and (
        _plain_to_see(side, precise, law.names, rows) or varies_between(side, law.names, rows)
    ):
        return _Variation(rows)
    values, at = [], []
    for row in X[:: max(1, len(X) // _POINTS)]:
        try:
            values.append(precise(precise.point(law.names, row.tolist())))
            at.append(row)
        except NotFinite:
            continue
    if len(values) < 2:
        return None
    ends = np.stack([at[values.index(max(values))], at[values.index(min(values))]])
    if varies_between(side, law.names, ends):
        return _Variation(ends)
    nothing = max(map(abs, values)) <= case.law.typical * 10.0 ** (SLACK - case.limits.digits)
    constant = Number(0 if nothing else float(values[0]))
    for place in () if law.region.ties else (law.rescaled, law.of_any_size(side)):
        beyond = apart_beyond(side, constant, law.names, *place)
        if beyond is not None:
            return _Variation(np.stack(beyond), beyond=True)
    return "constant"


def _furthest(side: Expression, names: Sequence[str], X: Array) -> Array | None:
    """The two rows between which the value varies most, shape (2, d), if it has any."""
    values = compiled(side, names)(X)
    if np.isfinite(values).sum() < 2:
        return None
    ends = [np.argmax(np.where(np.isfinite(values), values * sign, -np.inf)) for sign in (1, -1)]
    return X[ends]


def _plain_to_see(side: Expression, precise: Precise, names: Sequence[str], rows: Array) -> bool:
    """Whether float64 and mpmath see one and the same gap between two rows: it is no rounding."""
    seen = compiled(side, names)(rows)
    try:
        first, second = (precise(precise.point(names, row)) for row in rows.tolist())
    except NotFinite:
        return False
    gap = abs(first - second)
    return bool(abs(gap - abs(seen[0] - seen[1])) < gap / 100)
