"""What of a prediction may be left out: decimals, and their terms, that change next to nothing.

A decimal is dispensable if its term changes the value by less than the tolerance everywhere on the
domain and a quarter beyond it, all dispensable ones together, and has no pole there. An integer
carries structure, and so does a decimal that is a whole number, as engines print them: the
1.0 of ``1.0/(exp(x) - 1.0)`` makes it Planck's law and not Wien's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    OPERATORS,
    Call,
    Expression,
    Number,
    Symbol,
    fold,
    numbers,
    replace_numbers,
    symbols,
)
from bench.expression.compiled.program import compile_program
from bench.scoring.equivalence.forms.literals import roles
from bench.scoring.equivalence.numerics.branches import changes_sign, margins
from bench.scoring.equivalence.numerics.compiled import compiled
from bench.scoring.equivalence.numerics.slopes import slopes
from bench.scoring.equivalence.thresholds import LARGEST_WHOLE

if TYPE_CHECKING:
    from bench.scoring.equivalence.law import LawOnDomain

Array = NDArray[np.float64]

_NAMED = {"pi": np.pi, "e": np.e}
_HOPEFUL = 3.0
"""A decimal is tried if its first-order effect is at most so many times the tolerance."""


def is_whole(value: int | float) -> bool:
    """Whether a number is whole and small, however it is written: then it carries structure."""
    return abs(value) <= LARGEST_WHOLE and float(value).is_integer()


def change(
    law: LawOnDomain,
    whole: Expression,
    part: Expression,
    left: Expression,
    gone: Sequence[Expression] = (),
) -> float:
    """The largest share of the value by which a form changes when decimals become 0 in it.

    ``part`` is ``whole`` without the terms ``gone``, and ``left`` that with decimals as 0. On the
    wider box; infinite where a side has no value, or where what vanishes has a pole.
    """
    rest = without_zeros(left)
    X, y, pieces = law.wider_box
    values = [compiled(side, law.names)(X) for side in (whole, rest)]
    with np.errstate(all="ignore"):
        scale = np.fmax(np.maximum(np.abs(y), law.floor), np.abs(values[1]))
        share = np.abs(values[0] - values[1]) / scale
    largest = float(np.max(np.where(np.isfinite(share), share, np.inf), initial=0.0))
    if np.isfinite(largest) and any(
        changes_sign(pole, law.names, X, pieces) for pole in _vanishing(part, left, rest, gone)
    ):
        return float(np.inf)
    return largest


def _vanishing(
    part: Expression, left: Expression, rest: Expression, gone: Sequence[Expression]
) -> set[Expression]:
    """The poles of what vanishes, where they are: those of ``part`` that ``rest`` does not have."""
    kept = set(margins(rest, of_poles=True))
    before, after = margins(part, of_poles=True), margins(left, of_poles=True)
    if len(before) != len(after):  # an exponent became 0, and its base a pole or none
        after = before
    pairs = zip(before, after, strict=True)
    found = {pole for pole, zeroed in pairs if without_zeros(zeroed) not in kept}
    found.update(pole for term in gone for pole in margins(term, of_poles=True))
    return {pole for pole in found if symbols(pole)}


def without_dispensable(
    law: LawOnDomain, expression: Expression, tolerance: float
) -> Iterator[tuple[Expression, tuple[str, ...]]]:
    """The expression with its dispensable decimals as 0; then without small terms as well.

    Each with the text of what was left out.
    """
    rest, zeros = _without_decimals(law, expression, expression, (), tolerance)
    if zeros:
        yield rest, zeros
    small, gone = _without_small_terms(law, expression, tolerance)
    if gone and change(law, expression, small, small, gone) <= tolerance:
        rest, zeros = _without_decimals(law, expression, small, gone, tolerance)
        yield rest, (*map(str, gone), *zeros)


def _without_decimals(
    law: LawOnDomain,
    whole: Expression,
    part: Expression,
    gone: Sequence[Expression],
    tolerance: float,
) -> tuple[Expression, tuple[str, ...]]:
    """``part``, which is ``whole`` without the terms ``gone``, with dispensable decimals as 0."""
    candidates = _small_decimals(law, part, tolerance)
    while candidates:
        left = replace_numbers(part, dict.fromkeys(candidates, 0.0))
        if change(law, whole, part, left, gone) <= tolerance:
            written = numbers(part)
            return without_zeros(left), tuple(repr(written[at]) for at in sorted(candidates))
        candidates = candidates[: len(candidates) // 2]
    return part, ()


def _small_decimals(law: LawOnDomain, expression: Expression, tolerance: float) -> list[int]:
    """Decimals whose effect is small to first order, the smallest first."""
    written = numbers(expression)
    candidates = [
        position
        for position, role in enumerate(roles(expression))
        if role == "decimal" and not is_whole(written[position])
    ]
    if not candidates:
        return []
    X, y, _ = law.wider_box
    program = compile_program(expression, law.names, candidates)
    with np.errstate(all="ignore"):
        effect = np.abs(slopes(program, program.constants, X) * program.constants[:, None])
        share = effect / np.maximum(np.abs(y), law.floor)
    worst = np.max(np.where(np.isfinite(share), share, np.inf), axis=1, initial=0.0)
    order = np.argsort(worst, kind="stable")
    small = [candidates[index] for index in order if worst[index] <= _HOPEFUL * tolerance]
    return [at for at in small if not _loses_a_variable(law, expression, at)]


def _loses_a_variable(law: LawOnDomain, expression: Expression, position: int) -> bool:
    """Whether a variable of the law is gone with a decimal: the law has a term as small as that."""
    needed = symbols(law.expression) & symbols(expression)
    return not needed <= symbols(without_zeros(replace_numbers(expression, {position: 0.0})))


def _without_small_terms(
    law: LawOnDomain, expression: Expression, tolerance: float
) -> tuple[Expression, tuple[Expression, ...]]:
    """The tree without terms, with a decimal in them, that are nowhere more than a trifle of a sum.

    For those that no decimal of 0 removes, as ``exp(-20.5 - x)``.
    """
    if not _decimals(expression):
        return expression, ()
    X = law.wider_box[0]
    columns = dict(zip(law.names, X.T, strict=True))
    dropped: list[Expression] = []

    def leaf(node: Expression) -> tuple[Array, Expression]:
        if isinstance(node, Symbol):
            return columns[node.name], node
        value = node.value if isinstance(node, Number) else _NAMED.get(str(node), np.nan)
        return np.asarray(float(value)), node

    def call(node: Call, parts: list[tuple[Array, Expression]]) -> tuple[Array, Expression]:
        args = [part[1] for part in parts]
        changed = any(new is not old for new, old in zip(args, node.args, strict=True))
        kept = Call(node.op, tuple(args)) if changed else node
        value = np.asarray(OPERATORS[node.op].apply([part[0] for part in parts]))
        if node.op not in ("add", "sub"):
            return value, kept
        small = [
            bool(np.all(np.abs(part[0]) <= tolerance * np.abs(value))) and _decimals(part[1])
            for part in parts
        ]
        if not any(small) or all(small):
            return value, kept
        dropped.extend(arg for arg, negligible in zip(args, small, strict=True) if negligible)
        return value, _sum_without(node, args, small)

    with np.errstate(all="ignore"):
        rest = fold(expression, leaf, call)[1]
    return rest, tuple(dropped)


def _decimals(node: Expression) -> bool:
    """Whether a decimal that is no whole number occurs."""
    return any(isinstance(value, float) and not is_whole(value) for value in numbers(node))


def _sum_without(node: Call, args: list[Expression], small: list[bool]) -> Expression:
    if node.op == "sub":
        return Call("neg", (args[1],)) if small[0] else args[0]
    kept = [arg for arg, negligible in zip(args, small, strict=True) if not negligible]
    return kept[0] if len(kept) == 1 else Call("add", tuple(kept))


def without_zeros(expression: Expression) -> Expression:
    """The tree with terms and factors of 0 taken away."""

    def zero(node: Expression) -> bool:
        return isinstance(node, Number) and node.value == 0

    def call(node: Call, args: list[Expression]) -> Expression:
        if node.op == "mul" and any(map(zero, args)):
            return Number(0)
        if node.op == "div" and zero(args[0]):
            return Number(0)
        if node.op in ("add", "sub"):
            small = [zero(arg) for arg in args]
            if any(small) and not all(small):
                return _sum_without(node, args, small)
        return Call(node.op, tuple(args))

    return fold(expression, lambda leaf: leaf, call)
