"""Reading factors: a strict grammar, within limits; nothing is executed.

sum     = product (("+" | "-") product)*
product = sign (("*" | "/") sign)*
sign    = "-" sign | atom
atom    = number | field | operator "(" sum ("," sum)* ("," window)* ")" | "(" sum ")"
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

from bench.expression.errors import shown
from bench.expression.factors.operators import FACTOR_OPERATORS, MOST_DAYS
from bench.expression.factors.tree import Factor, FactorError, factor_size, factor_text

LONGEST = 2000
MOST_NODES = 100
MOST_DEPTH = 40
"""Limits of a text: characters, nodes, and how deep brackets and signs are nested."""

_TOKEN = re.compile(
    r"\s*(?:([0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)|(\w+)|(.))",
    re.DOTALL,
)
_COMMUTES = {"add", "mul", "greater", "less", "ts_corr", "ts_cov"}


def parse_factor(text: str, fields: Collection[str]) -> Factor:
    """The factor that ``text`` says, over these ``fields``.

    Windows are whole numbers of days from 1 to ``MOST_DAYS``: there is no looking ahead. Raises
    FactorError, saying where and why, for anything else.
    """
    if len(text) > LONGEST:
        raise FactorError(f"a factor of {len(text)} characters; {LONGEST} are read at most")
    reader = _Reader(text, fields)
    factor = reader.sum(0)
    if reader.word:
        raise reader.error(f"'{shown(reader.word)}' is too much")
    if factor_size(factor) > MOST_NODES:
        raise FactorError(
            f"a factor of {factor_size(factor)} nodes; {MOST_NODES} are taken at most"
        )
    return factor


def canonical_factor(factor: Factor) -> str:
    """One text for all factors that differ in the order of operands, signs and constants' place.

    ``a - b`` is ``a + -b``, and a factor's own sign and positive scale are kept apart from it: a
    factor that is turned round or scaled ranks assets by the same.
    """
    return factor_text(_ordered(_unscaled(factor)))


def _unscaled(factor: Factor) -> Factor:
    while True:
        scaled = factor.head in ("mul", "div")
        if factor.head == "neg" or (scaled and factor.parts[1].head == "number"):
            factor = factor.parts[0]
        elif factor.head == "mul" and factor.parts[0].head == "number":
            factor = factor.parts[1]
        else:
            return factor


def _ordered(factor: Factor) -> Factor:
    parts = tuple(_ordered(one) for one in factor.parts)
    head = factor.head
    if head == "sub":
        head, parts = "add", (parts[0], Factor("neg", (parts[1],)))
    if head in _COMMUTES:
        parts = tuple(sorted(parts, key=factor_text))
    return Factor(head, parts, factor.windows, factor.name, factor.value)


class _Reader:
    def __init__(self, text: str, fields: Collection[str]) -> None:
        self._text, self._fields = text.strip(), fields
        self._end = 0
        self.word = ""
        self._number = False
        self._next()

    def error(self, complaint: str) -> FactorError:
        """An error at the word under way."""
        at = self._end - len(self.word)
        return FactorError(f"'{shown(self._text, 60)}', character {at + 1}: {complaint}")

    def sum(self, depth: int) -> Factor:
        left = self._product(depth)
        while self.word in ("+", "-"):
            head = "add" if self._take() == "+" else "sub"
            left = Factor(head, (left, self._product(depth)))
        return left

    def _product(self, depth: int) -> Factor:
        left = self._sign(depth)
        while self.word in ("*", "/"):
            head = "mul" if self._take() == "*" else "div"
            left = Factor(head, (left, self._sign(depth)))
        return left

    def _sign(self, depth: int) -> Factor:
        if depth > MOST_DEPTH:
            raise FactorError(f"a factor nested deeper than {MOST_DEPTH}")
        if self.word != "-":
            return self._atom(depth)
        self._take()
        inside = self._sign(depth + 1)
        return Factor.number(-inside.value) if inside.head == "number" else Factor("neg", (inside,))

    def _atom(self, depth: int) -> Factor:
        if self._number:
            return Factor.number(float(self._take()))
        if self.word == "(":
            self._take()
            inside = self.sum(depth + 1)
            self._expect(")")
            return inside
        name = self.word
        if name in self._fields:
            return Factor.field(self._take())
        if name in FACTOR_OPERATORS:
            self._take()
            return self._call(name, depth)
        if not name:
            raise self.error("it ends where a factor is to come")
        known = [*self._fields, *FACTOR_OPERATORS]
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"fields are {', '.join(self._fields)}"
        raise self.error(f"there is no '{shown(name)}'; {hint}")

    def _call(self, name: str, depth: int) -> Factor:
        operator = FACTOR_OPERATORS[name]
        self._expect("(")
        parts: list[Factor] = []
        windows: list[int] = []
        for k in range(operator.operands + operator.windows):
            if k:
                self._expect(",")
            if k < operator.operands:
                parts.append(self.sum(depth + 1))
            else:
                windows.append(self._window())
        self._expect(")")
        return Factor(name, tuple(parts), tuple(windows))

    def _window(self) -> int:
        days = self.word
        if not (days.isascii() and days.isdecimal()) or not 1 <= int(days) <= MOST_DAYS:
            raise self.error(
                f"'{shown(days)}' is no window; it is a number of days, 1 to {MOST_DAYS}"
            )
        return int(self._take())

    def _expect(self, sign: str) -> None:
        if self.word != sign:
            raise self.error(f"'{sign}' is to come here, not '{shown(self.word) or 'the end'}'")
        self._take()

    def _take(self) -> str:
        word = self.word
        self._next()
        return word

    def _next(self) -> None:
        found = _TOKEN.match(self._text, self._end)
        if found is None:
            self.word, self._number = "", False
            return
        self._end = found.end()
        self._number = found[1] is not None
        self.word = next(part for part in found.groups() if part is not None)
