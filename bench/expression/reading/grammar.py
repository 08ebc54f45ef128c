"""The one grammar: tokens to a tree by operator precedence.

Two explicit stacks, so that no text can exhaust Python's own. The precedences are Python's:
``-x**2`` is ``-(x**2)``, ``2**-x`` is allowed, ``a**b**c`` is ``a**(b**c)``, and ``^`` is another
``**``. What a name stands for is not decided here: ``Names`` says it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bench.expression.errors import ParseError, shown
from bench.expression.names import Function
from bench.expression.tree import Call, Expression, Number, is_condition

MAX_TOKENS = 20_000
MAX_NESTING = 1_000
"""Parentheses, signs and powers that may be open at once."""
MAX_DIGITS = 300
"""Characters of one literal: every integer admitted is a finite float64."""

Token = tuple[str, str, int]
"""Kind (``number``, ``name``, ``mark`` or ``end``), text, and where it stands in the text."""

_BINARY = {
    "or": ("or", 1), "and": ("and", 2),
    "<": ("lt", 4), "<=": ("le", 4), ">": ("gt", 4), ">=": ("ge", 4), "==": ("eq", 4),
    "!=": ("ne", 4),
    "+": ("add", 5), "-": ("sub", 5), "*": ("mul", 6), "/": ("div", 6), "%": ("mod", 6),
    "**": ("pow", 8), "^": ("pow", 8),
}  # fmt: skip
_PREFIX = {"not": ("not", 3), "-": ("neg", 7)}
_ALONE = frozenset(op for op, _ in _PREFIX.values())
_CHAINED = frozenset({"add", "mul", "and", "or"})
_RAISING = frozenset({"pow"})


class Names(Protocol):
    """What the names in a text stand for. Both raise ParseError for what stands for nothing."""

    def leaf(self, name: str, position: int) -> Expression: ...

    def function(self, name: str, position: int) -> Function: ...


Prepare = Callable[[str, tuple[Expression, ...], int], tuple[Expression, ...]]


@dataclass(slots=True)
class _Open:
    """A pending operator, or a parenthesis or call not yet closed (precedence 0).

    ``args`` are the arguments read so far: of a call all, of a sum or product all but the first.
    """

    op: str
    precedence: int
    position: int
    literal: bool = False
    function: Function | None = None
    args: list[Expression] = field(default_factory=list)


class TokenParser:
    """The reader of one text, whose errors point into it.

    ``prepare`` is given the arguments of a sign where one of them is a condition, and its place.
    """

    def __init__(self, text: str, names: Names, prepare: Prepare | None = None) -> None:
        self.text = text
        self.names = names
        self.prepare = prepare
        self.operands: list[Expression] = []
        self.pending: list[_Open] = []

    def tree(self, tokens: Sequence[Token]) -> Expression:
        """The tree of ``tokens``, of which the last is of kind ``end``."""
        index, wants_operand = 0, True
        while True:
            kind, token, position = tokens[index]
            if wants_operand:
                index, wants_operand = self._operand(tokens, index)
            elif kind == "end":
                break
            else:
                wants_operand = self._operator(kind, token, position)
                index += 1
        self._reduce(0)
        if self.pending:
            raise self._error("this parenthesis is never closed", self.pending[-1].position)
        if is_condition(self.operands[0]):
            raise self._error("a condition is no value: write piecewise(1, condition, 0)", 0)
        return self.operands[0]

    def _operand(self, tokens: Sequence[Token], index: int) -> tuple[int, bool]:
        """Read one token where an operand must begin; is an operand still wanted after it?"""
        kind, token, position = tokens[index]
        if kind == "number":
            self.operands.append(self._number(token, position))
            return index + 1, False
        if kind == "name":
            if tokens[index + 1][1] == "(":
                self._open(_Open("(", 0, position, function=self.names.function(token, position)))
                return index + 2, True
            self.operands.append(self.names.leaf(token, position))
            return index + 1, False
        if token in _PREFIX:
            literal = token == "-" and tokens[index + 1][0] == "number"
            self._open(_Open(*_PREFIX[token], position, literal))
            return index + 1, True
        if token == "+":
            return index + 1, True
        if token == "(":
            self._open(_Open("(", 0, position))
            return index + 1, True
        raise self._missing_operand(kind, token, position)

    def _operator(self, kind: str, token: str, position: int) -> bool:
        """Read one token after an operand; is another operand wanted after it?"""
        if kind == "mark" and token in _BINARY:
            op, precedence = _BINARY[token]
            # A power waits for what stands to its right, and so does a sum for its next term;
            # the others take what stands before.
            chained = op in _CHAINED
            self._reduce(precedence + 1 if chained or op in _RAISING else precedence)
            if chained:
                if self.pending and self.pending[-1].op == op:
                    self.pending[-1].args.append(self.operands.pop())
                    return True
                self._reduce(precedence)
            self._open(_Open(op, precedence, position))
            return True
        if token == ")":
            self._close(position)
            return False
        if token == ",":
            self._reduce(1)
            if not self.pending or self.pending[-1].function is None:
                raise self._error("a comma outside a function's arguments", position)
            self.pending[-1].args.append(self.operands.pop())
            return True
        raise self._error(self._missing_operator(token), position)

    def _open(self, item: _Open) -> None:
        if len(self.pending) >= MAX_NESTING:
            raise self._error(f"nested more than {MAX_NESTING} deep", item.position)
        self.pending.append(item)

    def _reduce(self, precedence: int) -> None:
        """Apply the pending operators that bind at least as tightly, down to an open bracket."""
        operands, pending = self.operands, self.pending
        while pending and pending[-1].precedence >= max(precedence, 1):
            item = pending.pop()
            last = operands.pop()
            if item.op not in _ALONE:
                operands[-1] = self._call(item, (operands[-1], *item.args, last))
            elif item.literal and type(last) is Number:
                operands.append(Number(-last.value))
            else:
                operands.append(self._call(item, (last,)))

    def _close(self, position: int) -> None:
        self._reduce(1)
        if not self.pending:
            raise self._error("this parenthesis was never opened", position)
        item = self.pending.pop()
        function = item.function
        if function is None:
            return
        args = (*item.args, self.operands.pop())
        if len(args) < function.least or len(args) > (function.most or len(args)):
            raise self._error(
                f"{function.spelling} takes {function.arity_words}, {len(args)} given",
                item.position,
            )
        try:
            self.operands.append(function.build(args))
        except ValueError as error:  # a condition where a value should be, or the other way round
            raise self._error(str(error), item.position) from None

    def _call(self, item: _Open, args: tuple[Expression, ...]) -> Expression:
        if self.prepare is not None and any(map(is_condition, args)):
            args = self.prepare(item.op, args, item.position)
        try:
            return Call(item.op, args)
        except ValueError as error:
            raise self._error(str(error), item.position) from None

    def _number(self, token: str, position: int) -> Number:
        if len(token) > MAX_DIGITS:
            raise self._error(f"a number of more than {MAX_DIGITS} digits", position)
        if token.isdigit():
            return Number(int(token))
        value = float(token)
        vanished = value == 0.0 and token.lower().partition("e")[0].strip("0.")
        if value == math.inf or vanished:
            raise self._error("a number beyond the range of float64", position)
        return Number(value)

    def _missing_operator(self, token: str) -> str:
        before = self.operands[-1]
        if type(before) is Number and token != "(":
            return f"an operator is missing: for a product write {before}*{shown(token)}"
        return f"an operator is missing before '{shown(token)}': for a product write *"

    def _missing_operand(self, kind: str, token: str, position: int) -> ParseError:
        if kind == "end":
            if not self.text.strip():
                return self._error("the text is empty", position)
            return self._error("the text ends where a number, name or '(' should be", position)
        if token == ")" and self.text[:position].rstrip().endswith("("):
            return self._error("nothing between the parentheses", position)
        return self._error(f"'{token}' where a number, name or '(' should be", position)

    def _error(self, reason: str, position: int) -> ParseError:
        return ParseError(reason, self.text, position)
