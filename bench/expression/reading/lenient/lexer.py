"""Text as people and engines write it, cut into lexemes: signs, names, numbers, brackets.

LaTeX commands and Unicode signs that only spell a sign or a name come out as that sign or name.
What a lexeme means in its place is for ``layout.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.expression.errors import ParseError
from bench.expression.names import FUNCTION_SPELLINGS
from bench.expression.reading.grammar import MAX_TOKENS
from bench.expression.reading.hints import unexpected_character
from bench.expression.reading.lenient import latex

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_SIGNS = {
    "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "⋆": "*", "•": "*",
    "÷": "/", "∕": "/", "⁄": "/", "≤": "<=", "≥": ">=", "≠": "!=", "∧": "and", "∨": "or",
    "¬": "not", ".*": "*", "./": "/", ".^": "**", ".+": "+", ".-": "-", "^": "**", "&&": "and",
    "||": "or",
}  # fmt: skip
_WORDS = {"and": "and", "or": "or", "not": "not", "if": "if", "else": "else"}
_SINGLE = {
    **dict.fromkeys("([{", "open"), **dict.fromkeys(")]}", "close"), "|": "bar", "∣": "bar",
    **dict.fromkeys(",;:&!'?", "mark"), "√": "root", "∛": "root",
    "⌊": "open", "⌋": "close", "⌈": "open", "⌉": "close",
}  # fmt: skip
_SPELLED = {
    "∣": "|", "√": "2", "∛": "3", "⌊": "floor", "⌋": "floor", "⌈": "ceil", "⌉": "ceil",
}  # fmt: skip
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8"}

_MODULES = (
    "np", "numpy", "onp", "jnp", "jax.numpy", "jax.nn", "jax.scipy.special", "torch",
    "torch.special", "torch.nn.functional", "nn.functional", "F", "math", "cmath", "sp", "sympy",
    "scipy.special", "special", "tf", "tf.math", "tf.nn", "Math", "pl",
)  # fmt: skip
_MODULE = "|".join(re.escape(name) for name in sorted(_MODULES, key=len, reverse=True))
_APART = "".join((*_RAISED, *_LOWERED, *_FRACTIONS, "π"))
_BLANK = re.compile(r"[ \t\r\n\u00a0\u2000-\u200a\u202f\u205f\u3000$]+")
_BLANK_IN_LATEX = re.compile(rf"(?:{_BLANK.pattern}|~|\\[,;:!> ])+")
_NUMBER = re.compile(
    r"(?P<mantissa>[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)"
    r"(?P<precision>`[0-9.]*)?(?:(?P<mark>[eEfdD]|\*\^)(?P<exponent>[+−-]?[0-9]+))?"
)
_THREE_TOKENS = re.compile(r"N([0-9]{4})[\s,]+E(-?[0-9]{1,3})(?![\w.])")
_WHOLE_BEFORE_DOTTED = re.compile(r"(?P<mantissa>[0-9]+)(?=\.[-+*/^])")
_DOTTED = re.compile(r"\.[-+*/^]")
_BEFORE_DOTTED = re.compile(r"(?:\)|\s|[^\W\d]\w*)\Z")
_LONGEST_NAME = 60
_SLOT = re.compile(r"#[0-9]{1,6}")
_ATTRIBUTE = re.compile(r"\.([^\W\d]\w*)")
_SINGLETON = re.compile(
    r"(?:(?:sp|sympy)\.)?S\.(?P<name>Half|One|Zero|NegativeOne|Pi|Exp1)\b|%(?P<percent>pi|e)\b"
)
_SINGLETONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Half": (("number", "1"), ("sign", "/"), ("number", "2")),
    "One": (("number", "1"),), "Zero": (("number", "0"),),
    "NegativeOne": (("sign", "-"), ("number", "1")),
}  # fmt: skip
_CONSTANTS = {"Pi": "pi", "Exp1": "E", "pi": "pi", "e": "E"}
_NAME = re.compile(
    rf"(?:(?P<module>{_MODULE})\.|std::)?(?P<name>π|(?:(?![{_APART}])[^\W\d])(?:(?![{_APART}])\w)*)"
)
_LOGARITHM = re.compile(r"(?:log|Log|ln)_(2|10|e)")
_SUBSCRIPT = re.compile(
    r"_\{\s*(?:\\(?:text|mathrm|mathit)\s*\{\s*(?P<lettered>[\w, ]{1,40}?)\s*\}"
    r"|(?P<braced>[\w, ]{1,40}?))\s*\}|_(?P<single>[A-Za-z0-9])"
    rf"|(?P<lowered>[{''.join(_LOWERED)}]+)"
)
_STRING = re.compile(r"'([^'\n]{0,400})'|\"([^\"\n]{0,400})\"")
_SIGN = re.compile(r"\*\*|\.[-+*/^]|//|<=|>=|==|!=|&&|\|\||[-+*/^%<>=−–×·⋅∙∗⋆•÷∕⁄≤≥≠∧∨¬]")
_RAISED_RUN = re.compile(f"[⁺⁻]?[{''.join(list(_RAISED)[:10])}]+")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?|(.))", re.DOTALL)
_IN_BRACES = re.compile(r"\s*\{\s*((?:\\?[A-Za-z][\w ]*)(?:_\{?\w+\}?)?)\s*[.,]?\s*\}")
_SHORT_ROOT = re.compile(r"\s*([0-9A-Za-z])(?![0-9A-Za-z_.^])")
_SHORT_FRACTION = re.compile(r"\s*([0-9A-Za-z])(?:\s*([0-9A-Za-z])|(?=\s*\{))")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of text and its normal spelling.

    ``kind`` is number, name, attribute, string, sign, open, close, bar, raised, root, fraction,
    mark or end.
    ``sub`` is the subscript of a name, ``module`` the module it is taken from; ``spaced`` says
    that there is a blank before it.
    """

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False
    sub: str = ""
    module: str = ""


def lexemes(text: str, start: int = 0, end: int | None = None) -> list[Lexeme]:
    """The lexemes of ``text[start:end]``, the last of kind ``end``.

    Raises ParseError where no lexeme begins, and for more than ``MAX_TOKENS``.
    """
    return _Lexer(text, start, len(text) if end is None else end).run()


def is_elementwise(text: str) -> bool:
    """Whether there are signs such as ``.*``, as Julia and Matlab have them."""
    for found in _DOTTED.finditer(text):
        before = text[max(0, found.start() - _LONGEST_NAME) : found.start()]
        if _BEFORE_DOTTED.search(before):
            return True
    return False


class _Lexer:
    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.position = start
        self.end = end
        self.spaced = False
        self.found: list[Lexeme] = []
        self.elementwise = is_elementwise(text)
        self.blank = _BLANK_IN_LATEX if "\\" in text else _BLANK

    def run(self) -> list[Lexeme]:
        readers: tuple[Callable[[], bool], ...] = (
            self._three_tokens, self._slot, self._attribute, self._singleton, self._number,
            self._name, self._string, self._sign, self._single, self._raised, self._command,
        )  # fmt: skip
        while True:
            blank = self.blank.match(self.text, self.position, self.end)
            self.spaced = blank is not None
            if blank is not None:
                self.position = blank.end()
            if self.position >= self.end:
                self._add("end", "", self.position)
                return self.found
            if not any(read() for read in readers):
                raise unexpected_character(self.text, self.position)
            if len(self.found) > MAX_TOKENS:
                reason = f"more than {MAX_TOKENS} numbers, names and signs"
                raise ParseError(reason, self.text, self.position)

    def _add(self, kind: str, text: str, end: int, sub: str = "", module: str = "") -> bool:
        start, self.position = self.position, end
        self.found.append(Lexeme(kind, text, start, end, self.spaced, sub, module))
        self.spaced = False
        return True

    def _three_tokens(self) -> bool:
        """E2E's number: a sign, four digits and a power of ten, ``+ N2500 E-3`` for 2.5."""
        found = _THREE_TOKENS.match(self.text, self.position, self.end)
        if found is None or not self.found or self.found[-1].text not in ("+", "-"):
            return False
        return self._add("number", f"{found[1]}e{found[2]}", found.end())

    def _slot(self) -> bool:
        """Mathematica's ``#1``, the first argument."""
        found = _SLOT.match(self.text, self.position, self.end)
        return found is not None and self._add("name", found[0], found.end())

    def _attribute(self) -> bool:
        """``.x0`` directly behind a name."""
        found = _ATTRIBUTE.match(self.text, self.position, self.end)
        if found is None or self.spaced or not self.found or self.found[-1].kind != "name":
            return False
        return self._add("attribute", found[1], found.end())

    def _singleton(self) -> bool:
        """SymPy's ``S.Half``, and Maxima's ``%pi`` where an operand must begin."""
        found = _SINGLETON.match(self.text, self.position, self.end)
        if found is None or (found["percent"] and self.found and _ends_operand(self.found[-1])):
            return False
        name = found["percent"] or found["name"]
        if name in _CONSTANTS:
            return self._add("name", _CONSTANTS[name], found.end(), module="sympy")
        self._in_brackets(_SINGLETONS[name], found.end())
        return True

    def _number(self) -> bool:
        found = None
        if self.elementwise:
            found = _WHOLE_BEFORE_DOTTED.match(self.text, self.position, self.end)
        if found is not None:
            return self._add("number", found["mantissa"], found.end())
        found = _NUMBER.match(self.text, self.position, self.end)
        if found is None:
            return False
        literal = found["mantissa"].replace("_", "")
        if found["exponent"] is not None:
            literal += "e" + found["exponent"].replace("−", "-")
            if found["mark"] in ("d", "D"):  # Fortran's, of double precision
                return self._add("number", literal, found.end(), sub="d")
        elif found["precision"] is not None and "." not in literal:
            literal += "."
        return self._add("number", literal, found.end(), sub=found["mark"] or "")

    def _name(self) -> bool:
        found = _NAME.match(self.text, self.position, self.end)
        if found is None:
            return False
        name, end = found["name"], found.end()
        if name in _WORDS and not found["module"]:
            return self._add("sign", name, end)
        if self.text.startswith(".(", end, self.end):  # Julia's call, element by element
            return self._add("name", name, end + 1, module=found["module"] or "")
        logarithm = _LOGARITHM.fullmatch(name)
        if logarithm is not None:
            return self._add("name", "log", end, logarithm[1], found["module"] or "")
        if len(name) > 1 and name.endswith("_") and self.text[end : end + 1] == "{":
            name, end = name[:-1], end - 1
        if not name.isascii():
            name = "".join(_plain_letter(letter) for letter in name)
        return self._subscripted(name, end, found["module"] or "")

    def _subscripted(self, name: str, end: int, module: str = "") -> bool:
        sub = ""
        found = _SUBSCRIPT.match(self.text, end, self.end)
        if found is not None:
            lowered = "".join(_LOWERED[sign] for sign in found["lowered"] or "")
            sub = found["lettered"] or found["braced"] or found["single"] or lowered
            sub, end = "_".join(sub.replace(",", " ").split()), found.end()
        return self._add("name", name, end, sub, module)

    def _string(self) -> bool:
        found = _STRING.match(self.text, self.position, self.end)
        if found is None or (self.found and not self.spaced and _ends_operand(self.found[-1])):
            return False
        return self._add("string", found[1] if found[2] is None else found[2], found.end())

    def _sign(self) -> bool:
        found = _SIGN.match(self.text, self.position, self.end)
        if found is None or (found[0] == "||" and not self.spaced):
            return False
        return self._add("sign", _SIGNS.get(found[0], found[0]), found.end())

    def _single(self) -> bool:
        sign = self.text[self.position]
        if self.text.startswith("...", self.position, self.end):
            return self._add("mark", ":", self.position + 3)
        if sign in _FRACTIONS:
            self._fraction_sign(sign)
            return True
        kind = _SINGLE.get(sign)
        return kind is not None and self._add(kind, _SPELLED.get(sign, sign), self.position + 1)

    def _fraction_sign(self, sign: str) -> None:
        above, below = _FRACTIONS[sign].split("/")
        parts = (("number", above), ("sign", "/"), ("number", below))
        self._in_brackets(parts, self.position + 1)

    def _in_brackets(self, parts: tuple[tuple[str, str], ...], end: int) -> None:
        """One sign that stands for several, up to ``end``."""
        for kind, text in (("open", "("), *parts):
            self._add(kind, text, self.position)
        self._add("close", ")", end)

    def _raised(self) -> bool:
        found = _RAISED_RUN.match(self.text, self.position, self.end)
        if found is None:
            return False
        return self._add("raised", "".join(_RAISED[sign] for sign in found[0]), found.end())

    def _command(self) -> bool:
        found = _COMMAND.match(self.text, self.position, self.end)
        if found is None:
            return False
        name, end = found[1] or found[2], found.end()
        if name == "sqrt":
            return self._root(end)
        if name in latex.NAMES:
            return self._subscripted(latex.NAMES[name], end)
        if name in latex.SIGNS:
            return self._add("sign", latex.SIGNS[name], end)
        if name in latex.BRACKETS:
            kind, text = latex.BRACKETS[name]
            return self._add(kind, text, end)
        if name in latex.SKIPPED:
            self.position = end
            return True
        if name in ("left", "right"):
            return self._sized(name, end)
        if name in latex.LETTERINGS or name in latex.ACCENTS:
            return self._lettered(name, end)
        if name in latex.FRACTIONS:
            return self._fraction(end)
        return self._structure(name, end)

    def _sized(self, side: str, end: int) -> bool:
        """``\\left|`` and ``\\right|``, of which the side is known; other brackets know theirs."""
        found = re.compile(r"\s*(?:\||\\vert\b)").match(self.text, end, self.end)
        if found is None:
            self.position = end
            return True
        return self._add("open" if side == "left" else "close", "|", found.end())

    def _lettered(self, command: str, end: int) -> bool:
        found = _IN_BRACES.match(self.text, end, self.end)
        if found is None:
            raise ParseError(f"no name in the braces of \\{command}", self.text, self.position)
        name = found[1].lstrip("\\").strip()
        if name in ("for", "otherwise", "when") or name in _WORDS:
            kind = "sign" if name in ("and", "or", "not") else "mark"
            return self._add(kind, name, found.end())
        accent = command if command in latex.ACCENTS else ""
        name = re.sub(r"[{}\s]", "", latex.NAMES.get(name, name))
        return self._subscripted(name + accent, found.end())

    def _fraction(self, end: int) -> bool:
        """``\\frac``, whose arguments of one character may stand without braces."""
        self._add("fraction", "frac", end)
        found = _SHORT_FRACTION.match(self.text, end, self.end)
        if found is not None:
            for group in (1, 2) if found[2] else (1,):
                self._in_braces(found, group)
        return True

    def _root(self, end: int) -> bool:
        self._add("name", "sqrt", end)
        found = _SHORT_ROOT.match(self.text, end, self.end)
        if found is not None:
            self._in_braces(found, 1)
        return True

    def _in_braces(self, found: re.Match[str], group: int) -> None:
        """One character that is the whole argument of a command."""
        self.position = found.start(group)
        kind = "number" if found[group].isdigit() else "name"
        self._add("open", "{", self.position)
        self._add(kind, found[group], found.end(group))
        self._add("close", "}", self.position)

    def _structure(self, name: str, end: int) -> bool:
        if name == "\\":
            return self._add("mark", "\\\\", end)
        if name in ("begin", "end"):
            found = _IN_BRACES.match(self.text, end, self.end)
            if found is not None and found[1] == "cases":
                return self._add("open" if name == "begin" else "close", "cases", found.end())
        if name in FUNCTION_SPELLINGS:
            return self._subscripted(name, end)
        raise ParseError(f"the LaTeX command \\{name} is not read", self.text, self.position)


def _plain_letter(letter: str) -> str:
    """A mathematical alphabet's letter as the letter it is; all others as they are."""
    if "\U0001d400" <= letter <= "\U0001d7ff" or letter in "ℎℓµϵϕ":
        return unicodedata.normalize("NFKC", letter)
    return letter


def _ends_operand(lexeme: Lexeme) -> bool:
    return lexeme.kind in ("number", "name", "close", "raised")
