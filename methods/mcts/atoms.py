"""A library of distinct small expressions and their values, smallest first.

It is enumerated from the bottom up, the operands of each new expression being old ones; of those
that are equal on the rows, the first stays. Where the grammar does not let an expression be
written, it is not in the library either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench.expression.kernel import ADD, MUL, VARIABLE, binary, unary
from methods.mcts.grammar import Grammar, make_prefix, valid
from methods.mcts.tokens import CUBE, INV, ONE, SQUARE, Floats, arity

Tokens = tuple[int, ...]

_DIGITS = 8
"""Values that agree to so many digits, after scale and offset, are those of one expression."""

_UNARY: dict[int, Callable[[Floats], Floats]] = {
    SQUARE: np.square, CUBE: lambda v: v**3, INV: np.reciprocal,
}  # fmt: skip


@dataclass(frozen=True)
class Atoms:
    """Expressions without constants, of which no two are alike up to scale and offset.

    ``values`` has shape (m, n).
    """

    tokens: tuple[Tokens, ...]
    values: Floats

    def __len__(self) -> int:
        return len(self.tokens)


class Library:
    """Building blocks by size, and those of them that are of use as terms."""

    def __init__(self, grammar: Grammar, X: Floats, most: int) -> None:
        self._grammar, self._most = grammar, most
        self._prefix = make_prefix(grammar.max_tokens)
        self._mask = np.zeros(len(grammar.actions), np.bool_)
        self._blocks: dict[int, list[tuple[Tokens, Floats]]] = {}
        self._known: set[bytes] = set()
        self._terms: dict[bytes, tuple[Tokens, Floats]] = {}
        self._operators = [int(token) for token in grammar.actions if arity(token) > 0]
        self._enumerate(np.ascontiguousarray(X.T))

    def atoms(self) -> Atoms:
        """All that was found."""
        tokens = tuple(tokens for tokens, _ in self._terms.values())
        return Atoms(tokens, np.array([values for _, values in self._terms.values()]))

    def _enumerate(self, columns: Floats) -> None:
        self._blocks[1] = []
        for j, column in enumerate(columns):
            self._keep((VARIABLE + j,), column, 1)
        if ONE in self._grammar.actions:
            self._blocks[1].append(((ONE,), np.ones(columns.shape[1])))
        for size in range(2, self._grammar.max_tokens + 1):
            self._blocks[size] = []
            for tokens, values in self._of_size(size):
                if len(self._terms) >= self._most:
                    return
                self._keep(tokens, values, size)
            if not self._blocks[size] and not self._blocks[size - 1]:
                return

    def _of_size(self, size: int) -> Iterator[tuple[Tokens, Floats]]:
        with np.errstate(all="ignore"):
            for token in self._operators:
                if arity(token) == 1:
                    for tokens, values in self._blocks[size - 1]:
                        yield (token, *tokens), apply(token, values)
            for token, left in product(self._operators, range(1, size - 1)):
                if arity(token) != 2 or (token in (ADD, MUL) and 2 * left > size - 1):
                    continue
                for (a, u), (b, v) in product(self._blocks[left], self._blocks[size - 1 - left]):
                    yield (token, *a, *b), apply(token, u, v)

    def _keep(self, tokens: Tokens, values: Floats, size: int) -> None:
        largest = float(np.max(np.abs(values)))
        if not 1e-8 < largest < 1e8:
            return
        key = np.round(values / largest, _DIGITS).tobytes()
        term = fingerprint(values)
        if key in self._known or not self._writable(tokens):
            return
        self._known.add(key)
        self._blocks[size].append((tokens, values))
        if term is not None and term not in self._terms:
            self._terms[term] = tokens, values

    def _writable(self, tokens: Tokens) -> bool:
        row = np.array(tokens, np.int64)
        return bool(valid(self._grammar, self._prefix, row, len(row), self._mask))


def fingerprint(values: Floats) -> bytes | None:
    """What values have in common that are alike up to scale and offset; None for a constant."""
    centred = values - values.mean()
    norm = float(np.linalg.norm(centred))
    if not 1e-7 * max(float(np.max(np.abs(values))), 1e-300) < norm < np.inf:
        return None
    unit = centred / norm
    unit *= np.sign(unit[np.argmax(np.abs(unit) > 0.05)]) or 1.0
    return np.round(unit, _DIGITS).tobytes()


def apply(token: int, u: Floats, v: Floats | None = None) -> Floats:
    """The values of an operator's result."""
    if token in _UNARY:
        return _UNARY[token](u)
    out = np.empty_like(u)
    if v is None:
        unary(token, u, out)
    else:
        binary(token, u, v, out)
    return out
