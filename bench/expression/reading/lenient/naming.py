"""What a name stands for in text as people write it: a variable, a constant, a free constant.

A variable may be written in many ways (``x0``, ``x_0``, ``x_{0}``, ``x[0]``, ``X[:, 0]``,
``X0``); it is read as one only where it can be no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from bench.expression.errors import ParseError, TwoReadings
from bench.expression.measures import symbols
from bench.expression.names import CONSTANT_SPELLINGS, NOT_NUMBERS, Variables, spellings
from bench.expression.reading.hints import unknown_name
from bench.expression.reading.lenient.latex import GREEK
from bench.expression.reading.lenient.lexer import Lexeme, is_elementwise
from bench.expression.tree import Constant, Expression, Symbol

FREE_NAME = re.compile(r"(?:c|C|const|CONST|constant|CONSTANT)_?[0-9]*")
"""Names that skeletons give to constants nobody has fitted."""
_GREEK_WORDS = "|".join(sorted({*GREEK.values()} - {"pi", "l", "e", "Delta"}))
_BARE_NAME = re.compile(
    rf"(?P<base>(?![eEiIjJxXyYzZtT])[A-Za-z]|{_GREEK_WORDS})"
    r"(?:_?[0-9]{1,3}|_[A-Za-z][A-Za-z0-9]{0,2})?"
)
"""A letter that is no variable: a constant nobody has fitted. x, y, z and t name variables, and
Delta what changes."""
FREE_VECTORS = frozenset(
    {"c", "C", "p", "params", "param", "parameters", "coef", "coeffs", "coefficients", "const",
     "constants", "theta", "w", "weights", "beta", "a", "k"}
)  # fmt: skip
_COLUMNS = frozenset({"x", "X"})
_COUNTED_FROM_0 = re.compile(r"[xX](?:_?0|_?\{0\}|₀|\[\s*(?:[:.]+\s*,\s*)?0\s*\])(?!\w)")
_CONSTANTS: Mapping[str, Constant] = {
    **CONSTANT_SPELLINGS,
    **dict.fromkeys(("Pi", "PI", "π", "M_PI"), Constant("pi")),
    "ℯ": Constant("e"),
}  # fmt: skip
TOLD: Mapping[str, str] = {
    "I": "'I' is read as the imaginary unit; where it is a variable, name it (judge --variables)",
    "E": "'E' is read as the constant e; where it is a variable, name it (judge --variables)",
    "div": "div is read as plain division (gplearn's own is protected near 0)",
}
"""What to say of names that may have been meant otherwise."""
_NUMBERED = re.compile(r"(ARG|#)([0-9]{1,6})")
_MOST_LETTERS = 40


class Naming:
    """The names of one text.

    ``say`` is told what a reader of the scorecard should know. ``local`` are the arguments of a
    ``lambda`` or ``f(...)`` that stand for variables of other names, ``vector`` one that stands
    for all of them. ``free`` are the constants without a value, in order, by how they are written.
    """

    def __init__(self, text: str, variables: Variables | None, say: Callable[[str], None]) -> None:
        self.text = text
        self.known = spellings(variables)
        self.columns = _columns(variables)
        self.say = say
        self.local: dict[str, str] = {}
        self.found: dict[tuple[str, str], str | None] = {}
        self.vectors = set(_COLUMNS)
        self.free: dict[str, str] = {}
        self.bare: Lexeme | None = None
        self.letters = {_letters(name) for name in self.known or ()}
        self.counted_from_0 = _COUNTED_FROM_0.search(text) is not None
        self.latex = "\\" in text or text.count("$") > 1
        self.elementwise = is_elementwise(text)
        self.square_calls = False

    def rename(self, names: Mapping[str, str]) -> None:
        """Let names stand for variables of other names."""
        self.local.update(names)
        self.found.clear()
        self.say(", ".join(f"{name} is read as {column}" for name, column in names.items()))

    def variable(self, lexeme: Lexeme) -> str | None:
        """The variable that ``lexeme`` is; None where it is none, or any name may be one."""
        if lexeme.module or self.known is None:
            return None
        numbered = _NUMBERED.fullmatch(lexeme.text)
        if numbered is not None and lexeme.text not in self.known:
            return self._numbered(lexeme, int(numbered[2]) - (numbered[1] == "#"))
        key = lexeme.text, lexeme.sub
        if key not in self.found:
            self.found[key] = self._known(*key, lexeme.start)
        return self.found[key]

    def factors(self, lexeme: Lexeme, *, called: bool = False) -> tuple[Expression, ...]:
        """The variable or constant that a name is, or the variables it is made of.

        ``called`` says that a bracket follows: what is unknown then is a function. Raises
        ParseError where it is nothing, TwoReadings where it may be two things.
        """
        found = self.leaf(lexeme)
        return self._split(lexeme, called) if found is None else (found,)

    def leaf(self, lexeme: Lexeme) -> Expression | None:
        """The variable or constant that a name is; None where it is neither."""
        variable = self.variable(lexeme)
        if variable is not None:
            self._not_split_too(lexeme)
            return Symbol(variable)
        written = _joined(lexeme.text, lexeme.sub)
        if not lexeme.sub and lexeme.text in _CONSTANTS:
            if lexeme.text in TOLD and not lexeme.module:
                self.say(TOLD[lexeme.text])
            return _CONSTANTS[lexeme.text]
        if written in NOT_NUMBERS:
            raise ParseError(f"'{written}' is not a number", self.text, lexeme.start)
        if self.known is None and lexeme.text[0] == "#" and int(lexeme.text[1:]):
            return Symbol(f"x{int(lexeme.text[1:]) - 1}")
        if self.known is None and not lexeme.module:
            return Symbol(_plain(written, self.text, lexeme.start))
        if FREE_NAME.fullmatch(written) and not lexeme.module:
            return self._free(written, shared=written[-1].isdigit())
        column = self._at_position(lexeme)
        if column is None and self.is_bare(lexeme):
            self.bare = self.bare or lexeme
            return self._free(written, shared=True)
        return column

    def is_bare(self, lexeme: Lexeme) -> bool:
        """Whether a name can only be a constant without a value: no variable has its letter."""
        if lexeme.module or self.known is None:
            return False
        found = _BARE_NAME.fullmatch(_joined(_in_words(lexeme.text), lexeme.sub))
        if found is None or (self.latex and found["base"] == "d"):  # of a differential
            return False
        return found["base"].lower() not in self.letters

    def _numbered(self, lexeme: Lexeme, position: int) -> str | None:
        """DEAP's ``ARG0``, which is counted from 0, and Mathematica's ``#1``."""
        column = self._column(position) if position >= 0 else None
        if column is not None:
            self.say(f"{lexeme.text} is read as {column}, the argument at that position")
        return column

    def check_variables(self, expression: Expression) -> None:
        """Refuse letters that would be constants beside no variable at all."""
        if self.bare is not None and symbols(expression) <= {*self.free.values()}:
            name = _joined(self.bare.text, self.bare.sub)
            raise unknown_name(self.text, name, self.bare.start, self.known, called=False)

    def indexed(self, lexeme: Lexeme, index: str) -> Expression:
        """What ``name[index]`` is: a column by its position or name, or a free constant."""
        name = lexeme.text
        if name in self.vectors:
            by_name = self.known and self._known("x" if name in _COLUMNS else name, index, -1)
            by_position = self._column(int(index)) if len(index) < 7 else None
            return self._one_of(lexeme, index, by_name or None, by_position)
        if name in FREE_VECTORS:
            return self._free(f"{name}[{index}]", shared=True)
        reason = f"'{name}[...]' is no variable; write x[{index}] for a column"
        raise ParseError(reason, self.text, lexeme.start)

    def at_index(self, lexeme: Lexeme, index: str, *, from_0: bool) -> Expression:
        """The column of a table of any name; ``from_0`` says that the first has the index 0."""
        column = self._column(int(index)) if len(index) < 7 else None
        written = f"{lexeme.text}[{index}]"
        if column is None:
            raise unknown_name(self.text, written, lexeme.start, self.known, called=False)
        if not from_0:
            self._maybe_counted_from_1(int(index), column, lexeme.start)
        self.say(f"{written} is read as {column}")
        return Symbol(column)

    def from_1(self, lexeme: Lexeme, index: str) -> Expression:
        """What ``name(:, index)`` is, where the first column has the index 1."""
        if lexeme.text not in self.vectors:
            return self.indexed(lexeme, index)
        column = self._column(int(index) - 1) if 0 < len(index) < 7 and int(index) else None
        if column is None:
            written = f"{lexeme.text}(:, {index})"
            raise unknown_name(self.text, written, lexeme.start, self.known, called=False)
        self.say(f"{lexeme.text}(:, {index}) is read as {column}")
        return Symbol(column)

    def _one_of(
        self, lexeme: Lexeme, index: str, by_name: str | None, by_position: str | None
    ) -> Expression:
        written = f"{lexeme.text}[{index}]"
        if self.known is None:
            return Symbol(f"x{index}")
        if self.elementwise and not self.counted_from_0 and by_position:
            self._maybe_counted_from_1(int(index), by_position, lexeme.start)
        if by_name and by_position and by_name != by_position:
            if not self.counted_from_0:
                raise TwoReadings((by_name, by_position), self.text, lexeme.start)
            by_name = by_position
        if by_name is None and by_position and not self.counted_from_0:
            self._maybe_counted_from_1(int(index), by_position, lexeme.start)
        found = by_position or by_name
        if found is None:
            raise unknown_name(self.text, written, lexeme.start, self.known, called=False)
        self.say(f"{written} is read as {found}")
        return Symbol(found)

    def _at_position(self, lexeme: Lexeme) -> Expression | None:
        """``x0`` or ``X_1`` as a column, where the variables have names of another kind."""
        found = re.fullmatch(r"([xX])_?([0-9]{1,6})", _joined(lexeme.text, lexeme.sub))
        known = self.known or {}
        if lexeme.text in _COLUMNS and not lexeme.sub and len(self.columns) == 1:
            self.say(f"{lexeme.text} is read as {self.columns[0]}, the only variable")
            return Symbol(self.columns[0])
        if found is None or any(re.fullmatch(r"[xX]_?[0-9]+", name) for name in known):
            return None
        column = self._column(int(found[2]))
        if column is None:
            return None
        if not self.counted_from_0:
            self._maybe_counted_from_1(int(found[2]), column, lexeme.start)
        self.say(f"{found[0]} is read as {column}, the column at that position")
        return Symbol(column)

    def _maybe_counted_from_1(self, index: int, from_0: str, position: int) -> None:
        from_1 = self._column(index - 1) if index else None
        if from_1 is not None:
            raise TwoReadings((from_0, from_1), self.text, position)

    def _column(self, index: int) -> str | None:
        return self.columns[index] if index < len(self.columns) else None

    def _known(self, name: str, sub: str, position: int) -> str | None:
        """The one variable that may be written so."""
        known = self.known or {}
        if not sub and name in self.local:
            return self.local[name]
        for base in _as_letters(name):
            hits = {known[form] for form in _forms(base, sub) if form in known}
            if len(hits) > 1:
                first, second = sorted(hits)
                raise TwoReadings((first, second), self.text, max(position, 0))
            if hits:
                found = hits.pop()
                if base != name:
                    self.say(f"{_joined(name, sub)} is read as {found}")
                return found
        return None

    def _split(self, lexeme: Lexeme, called: bool) -> tuple[Expression, ...]:
        """Names written without anything between them: ``mc`` in LaTeX, ``x0x1``, ``ωt``."""
        ways = self._ways(lexeme)
        written = _joined(lexeme.text, lexeme.sub)
        if not ways:
            name = f"{lexeme.module}.{written}" if lexeme.module else written
            raise unknown_name(self.text, name, lexeme.start, self.known, called=called)
        if len(ways) > 1:
            raise TwoReadings(("*".join(ways[0]), "*".join(ways[1])), self.text, lexeme.start)
        self.say(f"{written} is read as {'*'.join(ways[0])}")
        return tuple(Symbol(name) for name in ways[0])

    def _not_split_too(self, lexeme: Lexeme) -> None:
        if self.latex and len(lexeme.text) > 1 and (ways := self._ways(lexeme)):
            readings = (_joined(lexeme.text, lexeme.sub), "*".join(ways[0]))
            raise TwoReadings(readings, self.text, lexeme.start)

    def _ways(self, lexeme: Lexeme) -> list[list[str]]:
        """At most two ways to part a name into two or more variables."""
        name = lexeme.text
        if self.known is None or lexeme.module or not 1 < len(name) <= _MOST_LETTERS:
            return []
        ways: list[list[list[str]]] = [[] for _ in range(len(name) + 1)]
        ways[0].append([])
        for end in range(1, len(name) + 1):
            for start in range(end):
                if ways[start] and (start or end < len(name)):
                    piece = self._piece(name[start:end], lexeme.sub if end == len(name) else "")
                    if piece is not None:
                        ways[end] = (ways[end] + [[*way, piece] for way in ways[start]])[:2]
        return ways[-1]

    def _piece(self, name: str, sub: str) -> str | None:
        known = self.known or {}
        if not (self.latex or not name.isascii() or name[-1].isdigit()):
            return None
        forms = (form for base in _as_letters(name, upper=False) for form in _forms(base, sub))
        return next((known[form] for form in forms if form in known), None)

    def _free(self, written: str, *, shared: bool) -> Expression:
        """A constant without a value; of a bare ``C`` every one is another."""
        key = written if shared else f"{written} {len(self.free)}"
        if key not in self.free:
            plain = re.sub(r"\W", "", _in_words(written))
            name = plain if shared else f"{written}{len(self.free) + 1}"
            while name in self.free.values() or name in (self.known or {}):
                name += "_"
            self.free[key] = name
        self.say("a template: its named constants have no values")
        return Symbol(self.free[key])


def _columns(variables: Variables | None) -> tuple[str, ...]:
    if variables is None:
        return ()
    if isinstance(variables, Mapping):
        return tuple(dict.fromkeys(variables.values()))
    return tuple(column.name for column in variables)


def _joined(name: str, sub: str) -> str:
    """``x0`` for x with the subscript 0, ``rho_c`` for rho with c."""
    return f"{name}{'' if sub.isdigit() else '_'}{sub}" if sub else name


def _forms(name: str, sub: str) -> tuple[str, ...]:
    return (name + sub, f"{name}_{sub}") if sub else (name,)


def _in_words(name: str) -> str:
    return "".join(GREEK.get(letter, letter) for letter in name)


def _letters(name: str) -> str:
    """What a name begins with, before digits and subscripts."""
    return re.split(r"[\d_]", _in_words(name), maxsplit=1)[0].lower()


def _as_letters(name: str, *, upper: bool = True) -> Iterator[str]:
    """The name, its Greek letters in words or the other way round, and ``x`` for ``X``."""
    yield name
    words = _in_words(name)
    if words != name:
        yield words
    yield from (letter for letter, word in GREEK.items() if word == name)
    if name in ("lambda", "λ"):
        yield from ("lambd", "lamda")
    if upper and re.fullmatch(r"X(?:_?[0-9]+)?", name):
        yield "x" + name[1:]


def _plain(name: str, text: str, position: int) -> str:
    """The name in ASCII, for a text of which the variables are not known."""
    words = _in_words(name)
    if not words.isidentifier() or not words.isascii():
        raise unknown_name(text, name, position, None, called=False)
    return words
