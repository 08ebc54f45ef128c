"""What stands round an expression: ``y = ...``, ``lambda x0: ...``, a code fence, a full stop.

Each step narrows the part of the text that is the expression, and says what it left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bench.expression.errors import ParseError, TwoReadings
from bench.expression.names import FUNCTION_SPELLINGS
from bench.expression.reading.around.body import Body
from bench.expression.reading.around.comments import without_comments
from bench.expression.reading.around.functions import FUNCTIONS, argument_names

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
# Lowered digits are among ``\w``: named once more behind it, a row of them takes quadratic time.
_WORD = (
    r"(?:\\(?:hat|bar|d?dot|tilde|mathrm|text)\s*(?:\{\w+\}|[^\W\d]\w*)[₀-₉]*|\\?[^\W\d]\w*)"
    r"(?:_\{\w+\}|_\w)?"
)
_ARGUMENTS = r"(?P<arguments>\s*(?:\\left)?[(\[][^()\[\]=]{0,2000}?(?:\\right)?[)\]])?"
_LABEL = re.compile(rf"(?P<word>{_WORD})(?P<prime>'*){_ARGUMENTS}'*")
_D = r"(?:d|\\mathrm\{d\})"
_DERIVATIVE = re.compile(
    rf"\(\s*{_WORD}\s*\)'|d\s*{_WORD}\s*/\s*d\s*{_WORD}"
    rf"|\\d?frac\{{{_D}\s*{_WORD}\}}\{{{_D}\s*{_WORD}\}}"
)
_TAG = re.compile(r"\\(?:tag|label)\{[^{}]{0,40}\}\Z")
_SIGN = re.compile(r"[:&]?=(?!=)|≈|\\approx|\\simeq")
_TILDE = re.compile(rf"{_WORD}\s*~")
_EQUALITY = re.compile(rf"(?P<word>{_WORD})\s*(?P<sign>==|<-)")
_SPREADSHEET = re.compile(
    r"(?P<minus>(?:[(,;=<>*/^]|\A)\s*-\s*[\w.]+\s*\^)|\bLOG\([^(),;]{0,400}\)"
)
_CONDITIONAL = re.compile(r"\?|\b(?:if|and|or)\b|&&|\|\|")
_EQUATION = re.compile(rf"Eq\(\s*(?P<word>{_WORD})\s*,")
_COLON = re.compile(
    r"(?:\*\*)?(?!lambda\b|else\b)((?:[Ff]inal |[Bb]est )?[A-Za-z]\w*)\s*:(?:\*\*)?[ \t]+"
)
_RETURN = re.compile(r"(return|let)\b\s*|(@\.)\s*")
_MOST_LAYERS = 8
_LONGEST_LABEL = 4000


def unwrapped(text: str, end: int) -> Body:
    """The body of ``text[:end]``. Raises ParseError for more than one expression."""
    body = Body(text, 0, end)
    steps: tuple[Callable[[Body, str], bool], ...] = (
        _fence, _pair, _comment, _ending, *FUNCTIONS, _return, _colon, _check_tilde, _equality,
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


def _comment(body: Body, rest: str) -> bool:
    start, end = without_comments(rest)
    return (start, end) != (0, len(rest)) and body.narrow(start, end, "a comment is left out")


def _ending(body: Body, rest: str) -> bool:
    tag = _TAG.search(rest)
    if tag is not None and tag.start():
        return body.narrow(0, tag.start(), "the equation's number is left out")
    if rest.endswith(("\\,", "\\;", "\\.")):
        return body.narrow(0, len(rest) - 2, "a blank at the end is left out")
    if len(rest) < 2 or rest[-1] not in ";,." or _is_decimal_point(rest):
        return False
    return body.narrow(0, len(rest) - 1, f"'{rest[-1]}' at the end is left out")


def _is_decimal_point(rest: str) -> bool:
    """``2.`` is a number, the full stop of ``x0.`` is none."""
    return re.search(r"(?<![\w.])[0-9]+\.\Z", rest[-400:]) is not None


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
        _check_spreadsheet(body, rest)
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
        body.arguments = argument_names(
            body, label["arguments"].strip(" ()[]").replace("\\right", "")
        )
    elif not label["prime"]:
        body.label = label["word"]
    return body.narrow(sign.end(), len(rest), words)


def _check_tilde(body: Body, rest: str) -> bool:
    """Refuse ``y ~ ...``, which R reads otherwise than all others."""
    found = _TILDE.match(rest)
    if found is None or "\\" in rest:
        return False
    readings = ("an approximation", "R's formula, which leaves out its coefficients")
    raise TwoReadings(readings, body.text, body.start + found.end() - 1)


def _check_spreadsheet(body: Body, rest: str) -> None:
    """Refuse behind a first ``=`` what spreadsheets compute in another way than all others."""
    found = _SPREADSHEET.search(rest)
    if found is not None:
        readings = (
            ("-(x**2)", "(-x)**2, as in spreadsheets")
            if found["minus"]
            else ("log(x)", "log10(x), as in spreadsheets")
        )
        raise TwoReadings(readings, body.text, body.start + found.start())


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
