"""Ratios of two polynomials: ``P - y*Q = 0`` is linear, and its null vector is the law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench import Call, Expression
from methods.laws.algebra.monomials import Monomials, Terms, unit_rows, weighted
from methods.laws.algebra.sums import DIGITS, FEW, GRADUAL
from methods.mcts.language.tokens import Floats

_MEET = 100.0
"""Sine of the angle of two spans over the root of the noise, above which they have nothing in
common: their directions are compared to half the digits of the data."""
_NULL = 30.0
"""Smallest singular value over the noise, below which columns are dependent: sums of some dozen."""
_CONDITION = 1e-10
"""The same in float64's own digits, of which powers of a narrow range lose five."""
_RISE = 1.5
"""Of the smallest singular value, where a column that goes had no part in the sum."""


def ratios(
    of: Monomials, ladder: Sequence[int], target: Floats, most: int, noise: float
) -> Iterator[Expression | None]:
    """The ratios that ``target`` (n,) is, those of low degrees first; None, where only time passed.

    Of degrees of the ``ladder``, as far as there are at most ``most`` columns, few need a look:
    where the spans of P and y*Q do not meet, no part of them does; and what holds an expansion is
    one. ``noise`` is the error of the data, as a share of them.
    """
    meeting: list[tuple[int, int]] = []
    expansions: list[tuple[int, int]] = []
    for pair in _largest(of, ladder, most):
        if _meet(of, target, pair, most, noise):
            meeting.append(pair)
        yield None
    highest = max((a + b for a, b in meeting), default=0)
    for total in range(2, highest + 1):
        for below in range(1, total):
            pair = total - below, below
            if not any(_within(pair, one) for one in meeting):
                continue
            if any(_within(one, pair) for one in expansions):
                continue
            found = _Null.of(of, target, pair, most, noise)
            if found is not None and expands(found.columns, found.weights, noise):
                expansions.append(pair)
                found = None
            yield found.ratio() if found is not None else None


def _within(pair: tuple[int, int], other: tuple[int, int]) -> bool:
    return pair[0] <= other[0] and pair[1] <= other[1]


def _largest(of: Monomials, ladder: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """For each degree of Q, the highest one of P that leaves enough rows."""
    for below in ladder:
        Q = of(below, most)
        if below and Q is not None:
            room = most - len(Q.values)
            fitting = [k for k in ladder if (P := of(k, most)) and len(P.values) <= room]
            if fitting and fitting[-1]:
                yield fitting[-1], below


def _meet(of: Monomials, target: Floats, pair: tuple[int, int], most: int, noise: float) -> bool:
    """Whether the spans of the columns of P and of y*Q have a direction in common."""
    P, Q = of(pair[0], most), of(pair[1], most)
    if P is None or Q is None:
        return False
    told = float(np.sqrt(noise))
    over, under = _span(P.values, told), _span(target * Q.values, told)
    outside = under - (under @ over.T) @ over
    return bool(np.linalg.svd(outside, compute_uv=False)[-1] < _MEET * told)


def _span(columns: Floats, told: float) -> Floats:
    _, size, rows = np.linalg.svd(unit_rows(columns), full_matrices=False)
    return np.asarray(rows[size > told * size[0]])


@dataclass(frozen=True)
class _Null:
    """A null vector of the columns of P and y*Q (k, n): its ``weights``, 0 where it has no part."""

    P: Terms
    Q: Terms
    columns: Floats
    weights: Floats

    @classmethod
    def of(
        cls, of: Monomials, target: Floats, pair: tuple[int, int], most: int, noise: float
    ) -> _Null | None:
        P, Q = of(pair[0], most), of(pair[1], most)
        if P is None or Q is None:
            return None
        columns = np.vstack([P.values, -target * Q.values])
        weights = null_vector(columns, noise)
        split = len(P.values)
        if weights is None or not weights[:split].any() or not weights[split:].any():
            return None
        return cls(P, Q, columns, weights)

    def ratio(self) -> Expression:
        """P/Q: the denominator's constant, or first term, is made 1."""
        over, under = np.split(self.weights, [len(self.P.values)])
        under, over = (part / under[np.flatnonzero(under)[0]] for part in (under, over))
        return Call("div", (_part(over, self.P), _part(under, self.Q)))


def null_vector(columns: Floats, noise: float, *, only: bool = False) -> Floats | None:
    """The weights with which the fewest ``columns`` (k, n) sum to nothing; None where none do.

    One after the other goes, the one with the least part. With ``only``, None where other sums of
    all columns are nothing as well.
    """
    size = np.linalg.norm(columns, axis=1)
    if not ((size > 0) & (size < np.inf)).all():
        return None
    unit, kept = columns / size[:, None], np.arange(len(columns))
    limit = max(_NULL * noise, _CONDITION)
    left, second, null = _least(unit)
    if left > limit or (only and second < limit):
        return None
    while len(kept) > 2:
        fewer = np.delete(kept, int(np.argmin(np.abs(null))))
        less, _, shorter = _least(unit[fewer])
        if less > min(max(_RISE * left, 10 * DIGITS), limit):
            break
        kept, null, left = fewer, shorter, less
    weights = np.zeros(len(columns))
    weights[kept] = null / size[kept]
    return weights


def expands(columns: Floats, weights: Floats, noise: float) -> bool:
    """Whether a null vector is an expansion of something else: a part of it is hardly needed."""
    kept = unit_rows(columns[weights != 0])
    if len(kept) <= FEW:
        return False
    least = min(_least(np.delete(kept, k, axis=0))[0] for k in range(len(kept)))
    return bool(least < GRADUAL * noise)


def _least(rows: Floats) -> tuple[float, float, Floats]:
    """The smallest singular value over the largest, the next one, and the smallest's vector."""
    vectors, singular, _ = np.linalg.svd(rows, full_matrices=False)
    return singular[-1] / singular[0], singular[-2] / singular[0], vectors[:, -1]


def _part(weights: Floats, terms: Terms) -> Expression:
    kept = np.flatnonzero(weights)
    return weighted(weights[kept], [terms.expressions[k] for k in kept])
