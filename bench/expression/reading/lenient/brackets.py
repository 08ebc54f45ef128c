"""Which bracket closes which, and whether vertical bars can be paired in one way only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.expression.errors import ParseError, TwoReadings
from bench.expression.reading.lenient.lexer import Lexeme

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_BINARY_ONLY = frozenset({"*", "/", "**", "%", "//", "<", "<=", ">", ">=", "==", "!=", "and", "or"})
_NEVER_AMBIGUOUS = 4
_MOST_BARS = 100

State = tuple[bool, int]
"""Whether an operand is wanted, and how many bars are open."""


@dataclass(frozen=True, slots=True)
class Brackets:
    """``closing`` maps the index of each opening lexeme to that of its closing one.

    ``opening`` is the other way round; ``with_comma`` are the opening ones with a comma of their
    own.
    """

    closing: dict[int, int] = field(default_factory=dict)
    opening: dict[int, int] = field(default_factory=dict)
    with_comma: set[int] = field(default_factory=set)


def paired(text: str, items: list[Lexeme]) -> Brackets:
    """The pairs of brackets. Raises ParseError where one is missing, TwoReadings for bars."""
    found = Brackets()
    open_ones: list[int] = []
    for index, item in enumerate(items):
        if item.kind == "open":
            open_ones.append(index)
        elif item.kind == "close":
            _close(text, items, index, open_ones, found)
        elif item.text == "," and open_ones:
            found.with_comma.add(open_ones[-1])
    if open_ones:
        raise ParseError("this parenthesis is never closed", text, items[open_ones[-1]].start)
    _check_bars(text, items)
    return found


def _close(
    text: str, items: list[Lexeme], index: int, open_ones: list[int], found: Brackets
) -> None:
    item = items[index]
    if not open_ones:
        raise ParseError("this parenthesis was never opened", text, item.start)
    opened = items[open_ones[-1]]
    if _CLOSING.get(opened.text, opened.text) != item.text:
        words = f"'{text[item.start : item.end]}' closes '{text[opened.start : opened.end]}'"
        raise ParseError(words, text, item.start)
    found.closing[open_ones[-1]] = index
    found.opening[index] = open_ones.pop()


def _check_bars(text: str, items: list[Lexeme]) -> None:
    """Refuse bars that can be paired in two ways, as in ``|a|b|c|``."""
    bars = [index for index, item in enumerate(items) if item.kind == "bar"]
    if len(bars) < _NEVER_AMBIGUOUS:
        return
    if len(bars) > _MOST_BARS:
        raise ParseError(f"more than {_MOST_BARS} vertical bars", text, items[bars[-1]].start)
    levels: list[Counter[State]] = [Counter({(True, 0): 1})]
    for item in items:
        if item.kind == "open":
            levels.append(Counter({(True, 0): 1}))
        elif item.kind == "close":
            _settle(text, items[bars[0]].start, levels.pop())
            levels[-1] = _step(levels[-1], "operand", "")
        else:
            levels[-1] = _step(levels[-1], item.kind, item.text)
    _settle(text, items[bars[0]].start, levels.pop())


def _settle(text: str, position: int, ways: Counter[State]) -> None:
    if ways[False, 0] > 1:
        readings = ("abs(a)*b*abs(c)", "abs(a*abs(b)*c)")
        raise TwoReadings(readings, text, position)


def _step(ways: Counter[State], kind: str, sign: str) -> Counter[State]:
    """The ways to have read one more lexeme, each counted up to two."""
    after: Counter[State] = Counter()
    for (wants, bars), count in ways.items():
        if kind == "bar":
            after[True, bars + 1] += count
            if bars and not wants:
                after[False, bars - 1] += count
        elif kind == "sign":
            if not (wants and sign in _BINARY_ONLY):
                after[True, bars] += count
        elif kind == "mark":
            after[True, bars] += count
        else:
            after[kind in ("root", "fraction"), bars] += count
    return Counter({state: min(count, 2) for state, count in after.items()})
