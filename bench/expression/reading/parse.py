"""Text to tree: a strict grammar with limits, and errors that say where and what to write.

Operator-precedence parsing on two explicit stacks, so that no text can exhaust Python's own. The
precedences are Python's: ``-x**2`` is ``-(x**2)``, ``2**-x`` is allowed, ``a**b**c`` is
``a**(b**c)``, and ``^`` is another ``**``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from bench.expression.errors import ParseError, shown
from bench.expression.names import (
    CONSTANT_SPELLINGS,
    FUNCTION_SPELLINGS,
    NOT_NUMBERS,
    Function,
    Variables,
    spellings,
)
from bench.expression.reading.hints import unexpected_character, unknown_name
from bench.expression.tree import Call, Expression, Number, Symbol

MAX_CHARACTERS = 100_000
MAX_TOKENS = 20_000
MAX_NESTING = 1_000
"""Parentheses, signs and powers that may be open at once."""
MAX_DIGITS = 300
"""Characters of one literal: every integer admitted is a finite float64."""

_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>(?:(?:np|numpy|math|sp|sympy)\.)?[^\W\d]\w*)"
    r"|(?P<mark>\*\*|[-+*/^(),])"
    r"|(?P<end>\Z))"
)

_BINARY = {
    "+": ("add", 1), "-": ("sub", 1), "*": ("mul", 2), "/": ("div", 2),
    "**": ("pow", 4), "^": ("pow", 4),
}  # fmt: skip
_SIGN = 3
_CHAINED = ("add", "mul")
_TAKING = ("sub", "div")


def parse(text: str, variables: Variables | None = None) -> Expression:
    """The tree of ``text``.

    ``variables`` are the names that may occur: ``Variable``s, each known by its name and its
    symbol, or a mapping from spelling to name. They win over constants and functions of the same
    name. None: every name that is no constant and no function is a variable.

    Raises ParseError where the text is no expression or goes beyond a limit of this module.
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression to parse is text, not {type(text).__name__}")
    if len(text) > MAX_CHARACTERS:
        raise ParseError(
            f"the text has {len(text)} characters; at most {MAX_CHARACTERS} are read",
            text, MAX_CHARACTERS,
        )  # fmt: skip
    return _Parser(text, spellings(variables)).run()


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


class _Parser:
    def __init__(self, text: str, variables: dict[str, str] | None) -> None:
        self.text = text
        self.variables = variables
        self.operands: list[Expression] = []
        self.pending: list[_Open] = []

    def run(self) -> Expression:
        tokens = self._tokens()
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
        return self.operands[0]

    def _tokens(self) -> list[tuple[str, str, int]]:
        tokens: list[tuple[str, str, int]] = []
        position, match = 0, _TOKEN.match
        while True:
            found = match(self.text, position)
            if found is None:
                raise unexpected_character(self.text, position)
            kind = found.lastgroup or ""
            start, position = found.span(kind)
            tokens.append((kind, self.text[start:position], start))
            if kind == "end":
                return tokens
            if len(tokens) > MAX_TOKENS:
                raise self._error(f"more than {MAX_TOKENS} numbers, names and signs", start)

    def _operand(self, tokens: list[tuple[str, str, int]], index: int) -> tuple[int, bool]:
        """Read one token where an operand must begin; is an operand still wanted after it?"""
        kind, token, position = tokens[index]
        if kind == "number":
            self.operands.append(self._number(token, position))
            return index + 1, False
        if kind == "name":
            if tokens[index + 1][1] == "(":
                self._open(_Open("(", 0, position, function=self._function(token, position)))
                return index + 2, True
            self.operands.append(self._atom(token, position))
            return index + 1, False
        if token == "-":
            literal = tokens[index + 1][0] == "number"
            self._open(_Open("neg", _SIGN, position, literal))
            return index + 1, True
        if token == "+":
            return index + 1, True
        if token == "(":
            self._open(_Open("(", 0, position))
            return index + 1, True
        raise self._missing_operand(kind, token, position)

    def _operator(self, kind: str, token: str, position: int) -> bool:
        """Read one token after an operand; is another operand wanted after it?"""
        if token in _BINARY:
            op, precedence = _BINARY[token]
            # A power waits for what stands to its right, and so does a sum for its next term;
            # the others take what stands before.
            self._reduce(precedence if op in _TAKING else precedence + 1)
            if op in _CHAINED:
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
            if item.op != "neg":
                operands[-1] = Call(item.op, (operands[-1], *item.args, last))
            elif item.literal and type(last) is Number:
                operands.append(Number(-last.value))
            else:
                operands.append(Call("neg", (last,)))

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
        self.operands.append(function.build(args))

    def _number(self, token: str, position: int) -> Number:
        if len(token) > MAX_DIGITS:
            raise self._error(f"a number of more than {MAX_DIGITS} digits", position)
        if token.isdigit():
            return Number(int(token))
        value = float(token)
        if value == math.inf:
            raise self._error("a number beyond the range of float64", position)
        return Number(value)

    def _atom(self, token: str, position: int) -> Expression:
        variables = self.variables
        if variables is not None and token in variables:
            return Symbol(variables[token])
        bare = token.rpartition(".")[2]
        if bare in CONSTANT_SPELLINGS:
            return CONSTANT_SPELLINGS[bare]
        if bare in NOT_NUMBERS:
            raise self._error(f"'{token}' is not a number", position)
        if bare in FUNCTION_SPELLINGS:
            raise self._error(f"the function {bare} needs its arguments: {bare}(...)", position)
        if variables is not None or bare != token or not token.isascii():
            raise unknown_name(self.text, token, position, variables, called=False)
        return Symbol(token)

    def _function(self, token: str, position: int) -> Function:
        if self.variables is not None and token in self.variables:
            raise self._error(
                f"'{token}' is a variable, not a function: write {token}*(...)", position
            )
        function = FUNCTION_SPELLINGS.get(token.rpartition(".")[2])
        if function is None:
            raise unknown_name(self.text, token, position, self.variables, called=True)
        return function

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
