"""Functions in the syntax of many languages: what stands before the expression they return."""

from __future__ import annotations

import re
from collections.abc import Callable

from bench.expression.errors import ParseError
from bench.expression.reading.around.body import Body

_ARGUMENT = re.compile(
    r"(?:(?:const|double|float|real)\s+)*\\?([^\W\d](?:\w*[^\W_])?)(?:_\{(\w+)\}|([₀-₉]+))?"
    r"(?:\s*:\s*[\w.\[\]]+)?(?:_)?"
)
_LAMBDA = re.compile(r"lambda\b([^:]{0,2000}):")
_HANDLE = re.compile(r"@\(([\w\s,]{1,2000})\)")
_ARROW = re.compile(
    r"\(?([\w\s,]{1,2000}?)\)?\s{0,20}(?:->|↦|\\mapsto)|\(([\w\s,]{1,2000}?)\)\s{0,20}=>"
)
_CLOSURE = re.compile(r"\|([\w\s,]{1,2000})\|(?=\s*[\w(+-])")
_DEF = re.compile(
    r"(?:import[ \t]+[\w. \t]+\n\s*)*def\s+\w+\s*\(([^()]{0,2000})\)\s*(?:->\s*[\w.\[\]]+\s*)?:\s*"
    r"(?:(?P<quotes>\"\"\"|\'\'\')(?:.*?)(?P=quotes)\s*)?(?=return\b)",
    re.DOTALL,
)
_TYPES = r"(?:(?:static|inline|const|extern)\s+)*(?:double|float|real)"
_BRACED = re.compile(
    rf"(?:function(?:\s+\w+)?|{_TYPES}\s+\w+)\s*\(([^(){{}}]{{0,2000}})\)\s*\{{\s*(?=return\b)"
)
_PLAIN = re.compile(r"function\s*\(([\w\s,]{0,2000})\)\s*(?!\{)")
_NAMED_VALUE = re.compile(
    r"function\s+(?P<value>\w+)\s*=\s*\w+\s*\(([\w\s,]{0,2000})\)\s*(?=(?P=value)\s*=)"
)
_PURE = re.compile(r"Function\[\s*(?:\{([\w\s,]{1,2000})\}|(\w+))\s*,")


def _definition(body: Body, rest: str) -> bool:
    found = _DEF.match(rest)
    if found is None:
        if re.match(r"(?:import\b.*\n\s*)*def\s", rest):
            reason = "a function of more than one 'return': only 'def f(...): return ...' is read"
            raise ParseError(reason, body.text, body.start)
        return False
    return _function(body, found[1], found.end(), len(rest), "'def ...:' is left out")


def _lambda(body: Body, rest: str) -> bool:
    found = _LAMBDA.match(rest)
    if found is None:
        return False
    return _function(body, found[1], found.end(), len(rest), "'lambda ...:' is left out")


def _arrow(body: Body, rest: str) -> bool:
    """``(x0, x1) -> ...`` of Julia and Maple, ``=>`` of JavaScript, Matlab's ``@(x0, x1) ...``."""
    found = _ARROW.match(rest) or _HANDLE.match(rest)
    if found is None:
        return False
    sign = "=>" if found[0].endswith("=>") else "->"
    words = "'@(...)'" if rest.startswith("@") else f"'... {sign}'"
    arguments = next(group for group in found.groups() if group is not None)
    return _function(body, arguments, found.end(), len(rest), f"{words} is left out")


def _closure(body: Body, rest: str) -> bool:
    """Rust's ``|x0, x1| x0*x1``; one name between bars may be an absolute value."""
    found = _CLOSURE.match(rest)
    if found is None or "," not in found[1]:
        return False
    return _function(body, found[1], found.end(), len(rest), "'|...|' is left out")


def _braced(body: Body, rest: str) -> bool:
    """``double f(double x0) { return ...; }`` of C, ``function f(x0) { ... }`` of JavaScript."""
    found = _BRACED.match(rest)
    if found is None or not rest.endswith("}"):
        return False
    return _function(body, found[1], found.end(), len(rest) - 1, "a function's head is left out")


def _plain(body: Body, rest: str) -> bool:
    """``function(x0, x1) x0*x1`` of R, and Matlab's ``function y = f(x0) y = ...; end``."""
    named = _NAMED_VALUE.match(rest)
    found = named or _PLAIN.match(rest)
    if found is None:
        return False
    last = re.search(r"(?:;|\s)\s*end\Z", rest) if named else None
    end = len(rest) if last is None else last.start()
    return _function(body, found.groups()[-1], found.end(), end, "a function's head is left out")


def _pure(body: Body, rest: str) -> bool:
    """Mathematica's ``Function[{x0, x1}, ...]``."""
    found = _PURE.match(rest)
    if found is None or not rest.endswith("]"):
        return False
    words = "'Function[...]' is left out"
    return _function(body, found[1] or found[2], found.end(), len(rest) - 1, words)


def _slots(body: Body, rest: str) -> bool:
    """Mathematica's ``#1 + #2 &``."""
    if not (rest.endswith("&") and "#" in rest):
        return False
    return body.narrow(0, len(rest) - 1, "'&' at the end is left out")


FUNCTIONS: tuple[Callable[[Body, str], bool], ...] = (
    _definition, _lambda, _arrow, _closure, _braced, _plain, _pure, _slots,
)  # fmt: skip


def _function(body: Body, arguments: str, start: int, end: int, words: str) -> bool:
    body.arguments = argument_names(body, arguments)
    return body.narrow(start, end, words)


def argument_names(body: Body, written: str) -> tuple[str, ...]:
    """The names of a function's arguments. Raises ParseError for what is no plain name."""
    names = []
    for part in written.split(","):
        found = _ARGUMENT.fullmatch(part.strip().removeprefix("\\left").strip(" ()"))
        if found is None:
            reason = "the arguments before the expression are not plain names"
            raise ParseError(reason, body.text, body.start)
        lowered = (found[3] or "").translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))
        names.append(found[1] + (found[2] or lowered))
    return tuple(names)
