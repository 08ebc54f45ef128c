"""Modulated sub-tree discovery: what the best expressions share becomes a form.

RSRM, section 3.3: the expressions that come near the best loss are taken apart at the top; a term,
factor or base that at least half of them have becomes the A of ``A + f``, ``A * f`` or ``A ** f``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.expression.compiled.opcodes import ADD, DIV, MUL, NEG, NUMBER, POW, SUB, VARIABLE
from methods.mcts.form import POWER, PRODUCT, SUM, Sketch
from methods.mcts.language.identity import identity
from methods.mcts.language.tokens import CUBE, INV, SQUARE, subtree_end

_HALL_OF_FAME = 20
_NEAR = 0.1
"""The best loss over a loss, over which an expression is taken apart."""
_SHARED = 0.5
_MOST = 15
"""Most tokens of an A."""


@dataclass(frozen=True)
class Individual:
    """An expression met, and its error."""

    tokens: tuple[int, ...]
    constants: tuple[float, ...]
    error: float


@dataclass(frozen=True)
class _Part:
    """A subtree at the top of an expression; ``sign`` is -1 where it is taken away."""

    tokens: tuple[int, ...]
    constants: tuple[float, ...]
    sign: int

    @property
    def key(self) -> tuple[int, int]:
        return int(identity(np.array(self.tokens, np.int64), len(self.tokens))), self.sign


def discover_forms(hall_of_fame: Sequence[Individual]) -> list[Sketch]:
    """Forms that the best of ``hall_of_fame`` suggest: products first, then powers, then sums."""
    retained = _retain(hall_of_fame)
    found = []
    for kind, outer, inner in ((PRODUCT, MUL, DIV), (POWER, POW, POW), (SUM, ADD, SUB)):
        parts = _shared([_split(one, outer, inner) for one in retained])
        sketch = _sketch(kind, parts)
        if sketch is not None:
            found.append(sketch)
    return found


def _retain(hall_of_fame: Sequence[Individual]) -> list[Individual]:
    """The two best, and those that are near the best; losses are squared errors."""
    best = sorted(hall_of_fame, key=lambda one: one.error)[:_HALL_OF_FAME]
    return [
        one
        for place, one in enumerate(best)
        if place < 2 or best[0].error ** 2 > _NEAR * one.error**2
    ]


def _split(one: Individual, outer: int, inner: int) -> list[_Part]:
    """The operands of the chain of ``outer`` and ``inner`` at the top, unless it is all one."""
    parts: list[_Part] = []
    tokens = np.array(one.tokens, np.int64)
    waiting = [(0, 1)]
    while waiting:
        begin, sign = waiting.pop()
        token = one.tokens[begin]
        if outer == POW:
            if token in (POW, SQUARE, CUBE):
                parts.append(_part(one, tokens, begin + 1, 1))
        elif token in (outer, inner):
            second = subtree_end(tokens, begin + 1)
            waiting.append((int(second), -sign if token == inner else sign))
            waiting.append((begin + 1, sign))
        elif (outer == ADD and token == NEG) or (outer == MUL and token == INV):
            waiting.append((begin + 1, -sign))
        elif begin > 0:
            parts.append(_part(one, tokens, begin, sign))
    return parts


def _part(one: Individual, tokens: np.ndarray, begin: int, sign: int) -> _Part:
    end = int(subtree_end(tokens, begin))
    first = one.tokens[:begin].count(NUMBER)
    count = one.tokens[begin:end].count(NUMBER)
    return _Part(one.tokens[begin:end], one.constants[first : first + count], sign)


def _shared(split: Sequence[Sequence[_Part]]) -> list[_Part]:
    """Parts that at least half have, as the best that has them has them; bare numbers are none."""
    counts: dict[tuple[int, int], int] = {}
    first: dict[tuple[int, int], _Part] = {}
    for parts in split:
        for key, part in {part.key: part for part in parts}.items():
            counts[key] = counts.get(key, 0) + 1
            first.setdefault(key, part)
    return [
        first[key]
        for key, count in counts.items()
        if count >= max(2, _SHARED * len(split)) and max(first[key].tokens) >= VARIABLE
    ]


def _sketch(kind: int, parts: Sequence[_Part]) -> Sketch | None:
    """The sum or product of parts as the A of a form."""
    if not parts:
        return None
    if kind == POWER:
        parts = parts[:1]
    ordered = sorted(parts, key=lambda part: -part.sign)
    tokens, constants = ordered[0].tokens, ordered[0].constants
    flipped = ordered[0].sign < 0
    if flipped and kind == PRODUCT:
        tokens, flipped = (INV, *tokens), False
    for part in ordered[1:]:
        same = part.sign > 0 or flipped
        op = {SUM: (ADD, SUB), PRODUCT: (MUL, DIV)}[kind][0 if same else 1]
        tokens, constants = (op, *tokens, *part.tokens), constants + part.constants
    return Sketch(kind, tokens, constants) if len(tokens) <= _MOST else None
