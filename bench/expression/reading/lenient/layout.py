"""Lexemes to the tokens of the one grammar.

One pass with a stack of levels, one for each bracket, call or argument that is open. It decides
nothing about precedence, which is the grammar's; it writes out what is left unwritten (products,
brackets round the argument of ``sin x0``) and raises TwoReadings where that can be done in two
ways.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from bench.expression.errors import ParseError, TwoReadings, shown
from bench.expression.names import GREEK_FUNCTIONS, Function
from bench.expression.reading.grammar import MAX_NESTING, Token, TokenParser
from bench.expression.reading.lenient import calls, columns, conditions, products, structures
from bench.expression.reading.lenient.brackets import Brackets
from bench.expression.reading.lenient.level import UNMARKED, WITHOUT_BRACKETS, Level
from bench.expression.reading.lenient.lexer import Lexeme
from bench.expression.reading.lenient.naming import Naming
from bench.expression.reading.notations import engines
from bench.expression.tree import Expression

_INFIX_WORDS = {
    "add": "+", "plus": "+", "sub": "-", "minus": "-", "mul": "*", "times": "*", "div": "/",
    "pow": "**", "mod": "%",
}  # fmt: skip
_TERM_SIGNS = frozenset({"+", "-", "<", "<=", ">", ">=", "==", "!=", "and", "or"})


@dataclass(slots=True)
class Layout:
    """The pass over the lexemes of one text."""

    text: str
    items: list[Lexeme]
    naming: Naming
    brackets: Brackets
    out: list[Token] = field(default_factory=list)
    leaves: dict[int, Expression] = field(default_factory=dict)
    functions: dict[int, Function] = field(default_factory=dict)
    levels: list[Level] = field(default_factory=list)
    index: int = 0
    wants_operand: bool = True
    operand: tuple[int, int] = (0, 0)
    """Where the operand that was read last stands in the text."""
    access: columns.Access | None = None
    loose_exponent: tuple[Lexeme, bool] | None = None
    """The operand before, and its sign, where it is an exponent that no brackets end."""

    def tree(self) -> Expression:
        """The expression. Raises ParseError, or TwoReadings where there are two."""
        self.levels.append(Level("text", 0, 0))
        while True:
            item = self.items[self.index]
            if self.wants_operand:
                self._operand(item)
            elif item.kind == "end":
                break
            else:
                self._operator(item)
        conditions.end_of_argument(self, item)
        self.out.append(("end", "", item.start))
        names = _Found(self.leaves, self.functions)
        return TokenParser(self.text, names, partial(conditions.as_numbers, self)).tree(self.out)

    # What the parts of the pass write with.

    def sign(self, text: str, position: int) -> None:
        self.out.append(("mark", text, position))

    def leaf(self, value: Expression, position: int) -> None:
        self.leaves[position] = value
        self.out.append(("name", str(value), position))

    def function(self, function: Function, position: int) -> None:
        """A function and the bracket of its arguments."""
        self.functions[position] = function
        self.out.append(("name", function.spelling, position))
        self.sign("(", position)

    def open(self, level: Level) -> None:
        if len(self.levels) >= MAX_NESTING:
            raise self.error(f"nested more than {MAX_NESTING} deep", self.items[self.index])
        level.argument = len(self.out)
        self.levels.append(level)
        self.wants_operand = True

    def close(self, position: int, end: int) -> None:
        """Close the innermost level, which ends at ``end`` in the text."""
        level = self._end_level(position)
        self.loose_exponent = None
        self.completed(level.began, end)

    def completed(self, began: int, end: int) -> None:
        """An operand has been read; ``index`` is already behind it."""
        self.wants_operand = False
        self._note_operand(began, end)
        while self.levels[-1].kind in UNMARKED:
            calls.check_end(self, self.levels[-1])
            level = self._end_level(self.operand[0])
            if level.kind != "single":
                self.loose_exponent = None
            self._note_operand(level.began, end)

    def _note_operand(self, began: int, end: int) -> None:
        self.operand = began, end
        if self.levels[-1].term < 0:
            self.levels[-1].term = began

    def _end_level(self, position: int) -> Level:
        level = self.levels.pop()
        if level.kind not in WITHOUT_BRACKETS:
            self.sign(")", position)
        self.out.extend((kind, text, level.began) for kind, text in level.after)
        return level

    def source(self, index: int) -> str:
        """The text of the operand that begins with a lexeme."""
        first = last = self.items[index]
        if first.kind == "name" and self.items[index + 1].kind == "open":
            index += 1
        if self.items[index].kind == "open":
            last = self.items[self.brackets.closing.get(index, index)]
        return self.text[first.start : last.end]

    def error(self, reason: str, item: Lexeme) -> ParseError:
        return ParseError(reason, self.text, item.start)

    # What stands where an operand must begin.

    def _operand(self, item: Lexeme) -> None:
        match item.kind:
            case "number":
                structures.number(self, item)
            case "name":
                self.name(item)
            case "string":
                structures.quoted(self, item)
            case "sign" if item.text == "if" and self.items[self.index + 1].kind == "open":
                self.name(Lexeme("name", "if", item.start, item.end))
            case "sign" if item.text in ("+", "-", "not"):
                self.sign(item.text, item.start)
                self.index += 1
            case "open":
                structures.group(self, item)
            case "bar":
                structures.bar(self, item)
            case "fraction":
                structures.fraction(self, item)
            case "root":
                calls.radical(self, item)
            case _:
                raise self._missing_operand(item)

    def name(self, item: Lexeme) -> None:
        """A name where an operand must begin, with what belongs to it."""
        if self.naming.variable(item) is None:
            if structures.constructed(self, item):
                return
            function = self.function_at(self.index, item)
            if function is not None:
                calls.call(self, item, function)
                return
        if columns.column(self, item) or structures.exponential(self, item):
            return
        following = self.items[self.index + 1]
        if structures.called_constant(self, item):
            return
        called = following.kind == "open" and following.text in ("(", "[")
        factors = self.naming.factors(item, called=called)
        for count, value in enumerate(factors):
            if count:
                products.check_joined(self, item, str(factors[0]), str(value))
                self.sign("*", item.start + count)
            self.leaf(value, item.start + count)
        self.index += 1
        self.atom_completed(item, item.end)

    def atom_completed(self, item: Lexeme, end: int) -> None:
        """A number or name has been read."""
        before = [token[1] for token in self.out[-3:-1]]
        signed = before[-1:] == ["-"]
        if signed:
            before.pop()
        single = self.levels[-1].kind == "single"
        self.loose_exponent = (item, signed) if single or before[-1:] == ["**"] else None
        if self.loose_exponent and self.naming.latex:
            self._check_length(item)
        self.completed(item.start, end)

    def _check_length(self, item: Lexeme) -> None:
        """In LaTeX only the first character behind ``^`` is set high."""
        written = self.text[item.start : item.end]
        if len(written) > 1 and written[0] != "\\":
            readings = (f"^{{{written[0]}}}{written[1:]}", f"^{{{written}}}")
            raise TwoReadings(readings, self.text, item.start)

    def function_at(self, index: int, item: Lexeme | None = None) -> Function | None:
        """The function that the lexeme at ``index`` is; None for a variable and all else."""
        item = item or self.items[index]
        if item.kind != "name" or self.naming.variable(item) is not None:
            return None
        following = self.items[index + 1]
        if item.text in GREEK_FUNCTIONS and following.kind != "open":
            return None
        written = self.text[item.start : item.end]
        if written == "\\theta" and following.text == "(" and self.naming.known is not None:
            # SymPy prints the Heaviside step so.
            self.naming.say("\\theta(...) is read as the Heaviside step")
            return engines.HEAVISIDE
        square = following.kind == "open" and following.text == "[" and not following.spaced
        return engines.find(item, self.text, self.naming.say, square=square)

    # What stands behind an operand.

    def _operator(self, item: Lexeme) -> None:
        word = self.infix_word(item)
        if word:
            self.naming.say(f"the word '{item.text}' is read as {word}")
        if word or (item.kind == "sign" and item.text not in ("not", "=", "//")):
            conditions.sign(self, item, word or item.text)
        elif item.kind == "raised":
            products.check_power(self, item)
            self._raised(item)
        elif item.kind == "close" or (item.kind == "bar" and self.levels[-1].kind == "bar"):
            self._close(item)
        elif item.kind == "mark":
            self._mark(item)
        elif item.text == "//":
            structures.double_slash(self, item)
        elif item.kind == "sign":
            raise self._unexpected(item)
        else:
            products.check(self, self.items[self.index - 1], item)
            self.naming.say("products without a sign are written out")
            self.sign("*", item.start)
            self.wants_operand = True

    def plain_sign(self, item: Lexeme, sign: str) -> None:
        """A sign between two operands."""
        level = self.levels[-1]
        level.slash = sign == "/" or (level.slash and sign == "**")
        if sign in _TERM_SIGNS:
            level.term = -1
        self.loose_exponent = None
        self.sign(sign, item.start)
        self.wants_operand = True
        self.index += 1

    def _raised(self, item: Lexeme) -> None:
        self.sign("**", item.start)
        if item.text[0] in "+-":
            self.sign(item.text[0], item.start)
        self.out.append(("number", item.text.lstrip("+-"), item.start))
        self.naming.say("digits set high are read as exponents")
        self.index += 1
        self.completed(self.operand[0], item.end)

    def _close(self, item: Lexeme) -> None:
        conditions.end_of_argument(self, item)
        structures.close(self, item)

    def _mark(self, item: Lexeme) -> None:
        if item.text == "," or (item.text == ";" and self.levels[-1].kind == "call"):
            structures.comma(self, item)
        elif not conditions.mark(self, item):
            raise self._unexpected(item)

    def infix_word(self, item: Lexeme) -> str:
        """The sign for ``add`` between two operands; as a function it has two arguments."""
        if item.kind != "name" or item.text not in _INFIX_WORDS or item.sub or item.module:
            return ""
        if self.naming.variable(item) is not None or self.index + 1 in self.brackets.with_comma:
            return ""
        return _INFIX_WORDS[item.text]

    def _missing_operand(self, item: Lexeme) -> ParseError:
        if item.kind == "end":
            if len(self.items) == 1:
                return self.error("the text is empty", item)
            return self.error("the text ends where a number, name or '(' should be", item)
        if item.kind == "close" and self.items[self.index - 1].kind == "open":
            return self.error("nothing between the parentheses", item)
        return self.error(f"'{shown(item.text)}' where a number, name or '(' should be", item)

    def _unexpected(self, item: Lexeme) -> ParseError:
        if item.text == "!":
            return self.error("'!' is not read: write gamma(x + 1) for a factorial", item)
        if item.text == "=":
            return self.error("an expression has no '=': leave out what stands before it", item)
        return self.error(f"unexpected '{shown(item.text)}'", item)


class _Found:
    """The names of the tokens, by their place."""

    def __init__(self, leaves: dict[int, Expression], functions: dict[int, Function]) -> None:
        self.leaves = leaves
        self.functions = functions

    def leaf(self, name: str, position: int) -> Expression:
        return self.leaves[position]

    def function(self, name: str, position: int) -> Function:
        return self.functions[position]
