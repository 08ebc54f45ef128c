"""What NeSymReS and E2E write, words in prefix order, as a formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench import ParseError, Reading, read

Words = tuple[str, ...]

_BINARY = ("add", "sub", "mul", "div", "pow")
_UNARY = (
    "abs", "inv", "sqrt", "exp", "ln", "log", "sin", "cos", "tan", "asin", "acos", "atan", "arcsin",
    "arccos", "arctan", "sinh", "cosh", "tanh", "coth", "pow2", "pow3",
)  # fmt: skip
_ARITY = {**dict.fromkeys(_BINARY, 2), **dict.fromkeys(_UNARY, 1)}
_PLACE = "c"


def formula_of(words: Sequence[str], columns: Sequence[str], first: int) -> Reading | None:
    """The formula that ``words`` say; None where they say none, or more than one.

    ``x_k`` is the column ``k - first`` of ``columns``. Where words leave places for constants, the
    formula is a template (``Reading.constants``); ``+ N2500 E-3`` is 2.5, and a float.
    """
    left = iter(words)
    names = {f"x_{first + place}": f"x{place}" for place in range(len(columns))}
    known = {f"x{place}": name for place, name in enumerate(columns)}
    try:
        text = _text(next(left), left, names)
        return None if next(left, None) is not None else read(text, known)
    except (KeyError, StopIteration, ValueError, RecursionError, ParseError):
        return None


def _text(word: str, left: Iterator[str], names: dict[str, str]) -> str:
    """The text of what ``word`` begins. Raises KeyError for a word that is no part of a formula."""
    if word in _ARITY:
        arguments = [_text(next(left), left, names) for _ in range(_ARITY[word])]
        return f"{word}({', '.join(arguments)})"
    if word in ("+", "-"):
        return _float(word, next(left), next(left))
    if word == _PLACE or word.startswith("CONSTANT"):
        return _PLACE
    if word in ("e", "pi") or word.lstrip("-").isdigit():
        return f"({word})"
    return names[word]


def _float(sign: str, mantissa: str, exponent: str) -> str:
    if not (mantissa.startswith("N") and exponent.startswith("E")):
        raise ValueError(f"{mantissa} {exponent} is no number")
    return repr(float(f"{sign}{int(mantissa[1:])}e{int(exponent[1:])}"))
