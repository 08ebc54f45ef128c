"""A library of distinct small expressions and their values, smallest first.

It is enumerated from the bottom up, the operands of each new expression being old ones; of those
that are equal on the rows, the first stays. Where the grammar does not let an expression be
written, it is not in the library either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench import Expression, evaluate
from bench.expression.compiled.dispatch import binary, unary
from bench.expression.compiled.opcodes import ADD, MUL, NUMBER, VARIABLE
from methods.mcts.discovery import Individual
from methods.mcts.language.grammar import TokenGrammar, make_prefix, valid
from methods.mcts.language.tokens import (
    CUBE,
    INV,
    ONE,
    SQUARE,
    Floats,
    arity,
    expression_of,
    subtree_end,
)  # fmt: skip

Tokens = tuple[int, ...]

_DIGITS = 8
"""Values that agree to so many digits, after scale and offset, are those of one expression."""

_UNARY: dict[int, Callable[[Floats], Floats]] = {
    SQUARE: np.square, CUBE: lambda v: v**3, INV: np.reciprocal,
}  # fmt: skip


@dataclass(frozen=True)
class Atoms:
    """Expressions of which no two are alike up to scale and offset.

    ``values`` has shape (m, n); ``constants`` are those of each expression, in order.
    """

    tokens: tuple[Tokens, ...]
    constants: tuple[tuple[float, ...], ...]
    values: Floats

    def __len__(self) -> int:
        return len(self.tokens)

    def expression(self, k: int, names: tuple[str, ...]) -> Expression:
        """Number k, as an expression."""
        return expression_of(self.tokens[k], self.constants[k], names)


class Library:
    """Building blocks by size, and those of them that are of use as terms."""

    def __init__(self, grammar: TokenGrammar, X: Floats, most: int) -> None:
        self._grammar, self._most, self._rows = grammar, most, len(X)
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
        values = np.array([values for _, values in self._terms.values()])
        values = values.reshape(len(tokens), self._rows)
        return Atoms(tokens, ((),) * len(tokens), values)

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


def subtrees(
    hall_of_fame: Iterable[Individual], names: tuple[str, ...], X: Floats, most: int
) -> Atoms:
    """The distinct subtrees of expressions, with their constants: the first ``most`` of them."""
    found: dict[bytes, tuple[Tokens, tuple[float, ...], Floats]] = {}
    for tokens, constants in _pieces(hall_of_fame):
        if len(found) == most:
            break
        with np.errstate(all="ignore"):
            values = evaluate(expression_of(tokens, constants, names), names, X)
        key = fingerprint(values) if np.isfinite(values).all() else None
        if key is not None:
            found.setdefault(key, (tokens, constants, values))
    kept = list(found.values())
    values = np.array([one[2] for one in kept]).reshape(len(kept), len(X))
    return Atoms(tuple(one[0] for one in kept), tuple(one[1] for one in kept), values)


def with_constants(tokens: Tokens) -> Iterator[Tokens]:
    """The expression as it is, and with every variable x as ``c*x``, and as ``c + x``."""
    yield tokens
    for op in (MUL, ADD):
        parts = [(op, NUMBER, one) if one >= VARIABLE else (one,) for one in tokens]
        yield tuple(one for part in parts for one in part)


def _pieces(hall_of_fame: Iterable[Individual]) -> Iterator[tuple[Tokens, tuple[float, ...]]]:
    for one in hall_of_fame:
        row = np.array(one.tokens, np.int64)
        for begin in range(len(row)):
            if arity(row[begin]) == 0:
                continue
            end = int(subtree_end(row, begin))
            first = one.tokens[:begin].count(NUMBER)
            count = one.tokens[begin:end].count(NUMBER)
            yield one.tokens[begin:end], one.constants[first : first + count]


def fingerprint(values: Floats) -> bytes | None:
    """What values have in common that are alike up to scale and offset; None for a constant."""
    centred = values - values.mean()
    with np.errstate(over="ignore"):  # of values beyond 1e150, which are of no use
        norm = float(np.linalg.norm(centred))
    if not 1e-7 * max(float(np.max(np.abs(values))), 1e-300) < norm < np.inf:
        return None
    unit = centred / norm
    unit *= np.sign(unit[np.argmax(np.abs(unit) > 0.05)]) or 1.0
    return bytes(np.round(unit, _DIGITS).tobytes())


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
