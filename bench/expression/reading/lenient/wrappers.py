"""What stands round an expression: ``y = ...``, ``lambda x0: ...``, a code fence, a full stop.

Each step narrows the part of the text that is the expression, and says what it left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.expression.errors import ParseError
from bench.expression.names import FUNCTION_SPELLINGS

_FENCE = re.compile(r"```[A-Za-z0-9_+-]*[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_PAIRS = (
    ("```", "```"), ("`", "`"), ("$$", "$$"), ("$", "$"), ("\\[", "\\]"), ("\\(", "\\)"),
    ("**", "**"), ('"', '"'), ("'", "'"), ("\\begin{equation}", "\\end{equation}"),
    ("\\boxed{", "}"),
    *(
        (f"\\begin{{{name}}}", f"\\end{{{name}}}")
        for name in ("equation*", "align", "align*", "aligned")
    ),
)  # fmt: skip
_COMMENT = re.compile(r"[ \t]*#(?![0-9])[^\n]*\Z")
# Lowered digits are among ``\w``: named once more behind it, a row of them takes quadratic time.
_WORD = r"(?:\\(?:hat|bar|d?dot|tilde|mathrm|text)\s*\{\w+\}[₀-₉]*|\\?[^\W\d]\w*)(?:_\{\w+\})?"
_ARGUMENTS = r"(?P<arguments>\s*(?:\\left)?[(\[][^()\[\]=]{0,2000}?(?:\\right)?[)\]])?"
_LABEL = re.compile(rf"(?P<word>{_WORD})(?P<prime>'*){_ARGUMENTS}'*")
_DERIVATIVE = re.compile(
    rf"\(\s*{_WORD}\s*\)'|d\s*{_WORD}\s*/\s*d\s*{_WORD}"
    rf"|\\d?frac\{{d\s*{_WORD}\}}\{{d\s*{_WORD}\}}"
)
_SIGN = re.compile(r"[:&]?=(?!=)|≈|\\approx|\\simeq")
_EQUALITY = re.compile(rf"(?P<word>{_WORD})\s*(?P<sign>==|<-)")
_CONDITIONAL = re.compile(r"\?|\b(?:if|and|or)\b|&&|\|\|")
_EQUATION = re.compile(rf"Eq\(\s*(?P<word>{_WORD})\s*,")
_COLON = re.compile(r"(?!lambda\b|else\b)([A-Za-z]\w*)\s*:[ \t]+")
_RETURN = re.compile(r"(return|let)\b\s*|(@\.)\s*")
_LAMBDA = re.compile(r"lambda\b([^:]{0,2000}):")
_HANDLE = re.compile(r"@\(([\w\s,]{1,2000})\)")
_ARROW = re.compile(r"\(?([\w\s,]{1,2000}?)\)?\s*(?:->|↦|\\mapsto)")
_DEF = re.compile(
    r"(?:import[ \t]+[\w. \t]+\n\s*)*def\s+\w+\s*\(([^()]{0,2000})\)\s*(?:->\s*[\w.\[\]]+\s*)?:\s*"
    r"(?:(?P<quotes>\"\"\"|''')(?:.*?)(?P=quotes)\s*)?(?=return\b)",
    re.DOTALL,
)
_ARGUMENT = re.compile(r"\\?([^\W\d]\w*)(?:_\{(\w+)\}|([₀-₉]+))?(?:\s*:\s*[\w.\[\]]+)?(?:_)?")
_MOST_LAYERS = 8
_LONGEST_LABEL = 4000


@dataclass(slots=True)
class Body:
    """The part of ``text`` that is the expression.

    ``arguments`` are the names a function was written with, in order; ``label`` is the plain name
    before ``=``, where there is one.
    """

    text: str
    start: int
    end: int
    arguments: tuple[str, ...] = ()
    label: str = ""
    left_out: list[str] = field(default_factory=list)

    def rest(self) -> str:
        """The expression's text."""
        return self.text[self.start : self.end]

    def narrow(self, start: int, end: int, words: str) -> bool:
        """Take a part of what is there, and note what was left out."""
        self.start, self.end = self.start + start, self.start + end
        self.left_out.append(words)
        return True


def unwrapped(text: str) -> Body:
    """The body of ``text``. Raises ParseError for a definition of more than one expression."""
    body = Body(text, 0, len(text))
    steps: tuple[Callable[[Body, str], bool], ...] = (
        _fence, _pair, _ending, _definition, _lambda, _arrow, _return, _colon, _equality,
        _equation, _assignment,
    )  # fmt: skip
    for _ in range(_MOST_LAYERS):
        _strip(body)
        if not any(step(body, body.rest()) for step in steps):
            break
    return body


def _strip(body: Body) -> None:
    rest = body.rest()
    body.start += len(rest) - len(rest.lstrip())
    body.end -= len(rest) - len(rest.rstrip())


def _fence(body: Body, rest: str) -> bool:
    found = _FENCE.fullmatch(rest)
    return found is not None and body.narrow(*found.span(1), "a code fence is left out")


def _pair(body: Body, rest: str) -> bool:
    for opening, closing in _PAIRS:
        inner = rest[len(opening) : len(rest) - len(closing)]
        whole = rest.startswith(opening) and rest.endswith(closing)
        # No formula begins with a power: the stars are bold type, whatever is inside.
        once = closing not in inner or opening == "**"
        if whole and len(rest) > len(opening + closing) and once:
            start = len(opening)
            words = f"{opening}...{closing} round the expression are left out"
            return body.narrow(start, start + len(inner), words)
    return False


def _ending(body: Body, rest: str) -> bool:
    comment = _COMMENT.search(rest, rest.rfind("\n") + 1)
    if comment is not None and comment.start() > 0:
        return body.narrow(0, comment.start(), "a comment is left out")
    if len(rest) < 2 or rest[-1] not in ";,." or _is_decimal_point(rest):
        return False
    return body.narrow(0, len(rest) - 1, f"'{rest[-1]}' at the end is left out")


def _is_decimal_point(rest: str) -> bool:
    """``2.`` is a number, the full stop of ``x0.`` is none."""
    return re.search(r"(?<![\w.])[0-9]+\.\Z", rest[-400:]) is not None


def _definition(body: Body, rest: str) -> bool:
    found = _DEF.match(rest)
    if found is None:
        if re.match(r"(?:import\b.*\n\s*)*def\s", rest):
            reason = "a function of more than one 'return': only 'def f(...): return ...' is read"
            raise ParseError(reason, body.text, body.start)
        return False
    body.arguments = _names(body, found[1])
    return body.narrow(found.end(), len(rest), "'def ...:' is left out")


def _lambda(body: Body, rest: str) -> bool:
    found = _LAMBDA.match(rest)
    if found is None:
        return False
    body.arguments = _names(body, found[1])
    return body.narrow(found.end(), len(rest), "'lambda ...:' is left out")


def _arrow(body: Body, rest: str) -> bool:
    """Julia's ``(x0, x1) -> ...`` and Matlab's ``@(x0, x1) ...``."""
    found = _ARROW.match(rest) or _HANDLE.match(rest)
    if found is None:
        return False
    body.arguments = _names(body, found[1])
    words = "'@(...)'" if rest.startswith("@") else "'... ->'"
    return body.narrow(found.end(), len(rest), f"{words} is left out")


def _return(body: Body, rest: str) -> bool:
    found = _RETURN.match(rest)
    if found is None:
        return False
    return body.narrow(found.end(), len(rest), f"'{found[1] or found[2]}' is left out")


def _equality(body: Body, rest: str) -> bool:
    """``y == ...`` and R's ``y <- ...``, unless it is a condition."""
    found = _EQUALITY.match(rest)
    if found is None or _CONDITIONAL.search(rest):
        return False
    body.label = found["word"]
    return body.narrow(found.end(), len(rest), f"'{found[0]}' is left out")


def _equation(body: Body, rest: str) -> bool:
    """SymPy's ``Eq(y, ...)``."""
    found = _EQUATION.match(rest)
    if found is None or not rest.endswith(")"):
        return False
    body.label = found["word"]
    return body.narrow(found.end(), len(rest) - 1, f"'Eq({found['word']}, ...)' is left out")


def _assignment(body: Body, rest: str) -> bool:
    """``y =``, ``f(x0, x1) =``, ``(x0)' =``: a label, not an equation to be solved."""
    sign = _first_sign(rest)
    if sign is None:
        return False
    left = rest[: sign.start()].strip()
    words = f"'{' '.join(left.split())} {sign[0]}' is left out"
    if _DERIVATIVE.fullmatch(left):
        return body.narrow(sign.end(), len(rest), words)
    if not left:
        return body.narrow(sign.end(), len(rest), words)
    label = _LABEL.fullmatch(left)
    right = rest[sign.end() :].strip()
    if label is None and right == "y":  # what is sought stands last
        body.label = right
        return body.narrow(0, sign.start(), f"'{sign[0]} y' is left out")
    if label is None or label["word"].lstrip("\\") in FUNCTION_SPELLINGS:
        reason = "an equation with more than a name before '=' is not read: write y = ..."
        raise ParseError(reason, body.text, body.start + sign.start())
    if label["arguments"] is not None:
        body.arguments = _names(body, label["arguments"].strip(" ()[]").replace("\\right", ""))
    elif not label["prime"]:
        body.label = label["word"]
    return body.narrow(sign.end(), len(rest), words)


def _colon(body: Body, rest: str) -> bool:
    """``y: 2*x0``."""
    found = _COLON.match(rest)
    if found is None:
        return False
    body.label = found[1]
    return body.narrow(found.end(), len(rest), f"'{found[1]}:' is left out")


def _first_sign(rest: str) -> re.Match[str] | None:
    """The first ``=`` outside all brackets; None where a comparison comes before it."""
    for found in _SIGN.finditer(rest, 0, _LONGEST_LABEL):
        before = rest[: found.start()]
        if before[-1:] in ("<", ">", "!", "="):
            return None
        if before.count("(") <= before.count(")") and before.count("{") <= before.count("}"):
            return found
    return None


def _names(body: Body, written: str) -> tuple[str, ...]:
    """The names of a function's arguments."""
    names = []
    for part in written.split(","):
        found = _ARGUMENT.fullmatch(part.strip().removeprefix("\\left").strip(" ()"))
        if found is None:
            reason = "the arguments before the expression are not plain names"
            raise ParseError(reason, body.text, body.start)
        lowered = (found[3] or "").translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))
        names.append(found[1] + (found[2] or lowered))
    return tuple(names)
