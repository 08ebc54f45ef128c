"""Integer relations between a number and named constants."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bench import Candidate, ConstantTask, Discovery

Relation = tuple[int, int, int, int]
NONE = "none"
SEARCHES = "searches"
"""What their number is counted as."""
_MOST_STEPS = 10_000
_SURPLUS = 2


def relation(x: int, c: int, digits: int) -> Relation | None:
    """Short integers k0, ..., k3 with k0 + k1 x + k2 c + k3 x c near 0, if there are some.

    ``x`` and ``c`` are scaled by 10**digits. With python-flint they are the first vector of a
    lattice reduced by LLL (Lenstra, Lenstra and Lovász 1982), else PSLQ's (Ferguson and Bailey
    1992), as mpmath has it; both find the relation where it is short.
    """
    one = int(10**digits)
    columns = [one, x, c, x * c // one]
    best: Relation | None = None
    for count in (4, 3):  # of a square root c there is one without x c, too
        found = by_lattice(columns[:count]) or _by_pslq(columns[:count], digits)
        if found is None:
            continue
        k0, k1, k2, k3 = (*found, 0)[:4]
        if k0 * k3 != k1 * k2 and (best is None or _length((k0, k1, k2, k3)) < _length(best)):
            best = k0, k1, k2, k3
    return best


def by_lattice(columns: Sequence[int]) -> list[int] | None:
    """The first row of the lattice of ``columns``, reduced; None without python-flint."""
    try:
        flint: Any = importlib.import_module("flint")
    except ImportError:
        return None
    count = len(columns)
    rows = [[int(i == j) for j in range(count)] + [columns[i]] for i in range(count)]
    reduced = flint.fmpz_mat(rows).lll()
    return [int(reduced[0, j]) for j in range(count)]


def _by_pslq(columns: list[int], digits: int) -> list[int] | None:
    import mpmath

    with mpmath.workdps(digits):
        numbers = [mpmath.mpf(column) / mpmath.mpf(10) ** digits for column in columns]
        tolerance = mpmath.mpf(10) ** (
            digits // 4 + 1 - digits
        )  # what such integers make of a unit
        found: list[int] | None = mpmath.pslq(
            numbers, tol=tolerance, maxcoeff=10 ** (digits // 3), maxsteps=_MOST_STEPS
        )
    return found


def is_short(found: Relation, digits: int) -> bool:
    """Whether its integers have at most half of ``digits`` digits together."""
    return _SURPLUS * _length(found) <= digits


def _length(found: Relation) -> int:
    """How many digits its integers have together."""
    return sum(len(str(abs(k))) for k in found if k)


def holds(found: Relation, x: int, c: int, digits: int) -> bool:
    """Whether a relation holds to all but a few of ``digits`` digits."""
    k0, k1, k2, k3 = found
    one = int(10**digits)
    rest = abs(k0 * one + k1 * x + k2 * c + k3 * (x * c // one))
    return rest < 1000 * (abs(x) + c + one) // one * max(abs(k) for k in found)


def answer(name: str, found: Relation, searches: int) -> Discovery:
    """The discovery of a relation, after so many searches."""
    stated = {"constant": name, "relation": " ".join(map(str, found))}
    return Discovery(Candidate(stated), counts={SEARCHES: searches})


def no_answer(searches: int) -> Discovery:
    """That none was found, after so many searches."""
    return Discovery(Candidate(NONE), counts={SEARCHES: searches})


def searched(task: ConstantTask, names: Iterable[str], precision: int) -> Discovery:
    """A verified relation with the first of the constants ``names`` that has one, or none.

    It is looked for at ``precision`` digits, and held to all that are shown.
    """
    few = min(precision, task.digits)
    x, whole, calls = task.scaled(few), task.scaled(task.digits), 0
    for name in names:
        if task.remaining().share <= 0.05:
            break
        calls += 1
        found = relation(x, task.constant(name, few), few)
        if found is None or not is_short(found, few):
            continue
        if holds(found, whole, task.constant(name, task.digits), task.digits):
            return answer(name, found, calls)
    return no_answer(calls)


@dataclass(frozen=True)
class PSLQ:
    """Relations with every constant in turn, at ``precision`` digits, verified by all digits."""

    kinds: ClassVar[tuple[str, ...]] = ("constant",)

    precision: int = 60

    def __post_init__(self) -> None:
        _check(self.precision)

    def discover(self, task: ConstantTask) -> Discovery:
        """The first relation that holds; it uses no chance."""
        return searched(task, task.constants, self.precision)


@dataclass(frozen=True)
class PSLQUnverified:
    """The shortest relation with any constant at few digits: what verification is for."""

    kinds: ClassVar[tuple[str, ...]] = ("constant",)

    precision: int = 15

    def __post_init__(self) -> None:
        _check(self.precision)

    def discover(self, task: ConstantTask) -> Discovery:
        """The relation of the smallest integers; it uses no chance."""
        few = min(self.precision, task.digits)
        x = task.scaled(few)
        pairs = [(name, relation(x, task.constant(name, few), few)) for name in task.constants]
        found = [(sum(map(abs, one)), name, one) for name, one in pairs if one is not None]
        if not found:
            return no_answer(len(pairs))
        _, name, best = min(found)
        return answer(name, best, len(pairs))


def _check(precision: int) -> None:
    if precision < 8:
        raise ValueError(f"precision is {precision}; it must be 8 digits or more")
