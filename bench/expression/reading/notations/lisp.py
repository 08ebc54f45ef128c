"""Lisp's lists, ``(+ (* 2.0 x0) (sin x1))``: each operator first within brackets of its own."""

from __future__ import annotations

from dataclasses import dataclass

from bench.expression.errors import ParseError, TwoReadings
from bench.expression.reading.lenient.lexer import Lexeme

_SIGNS = frozenset({"+", "-", "*", "/", "**"})


def is_lisp(items: list[Lexeme]) -> bool:
    """Whether ``items`` are one such list: a sign first in brackets, and none between operands."""
    if len(items) < 5 or items[0].text != "(" or items[1].text not in _SIGNS:
        return False
    if not items[2].spaced or any(item.kind in ("mark", "bar", "raised") for item in items):
        return False
    depth = 0
    for index, item in enumerate(items[:-1]):
        before, following = items[index - 1], items[index + 1]
        if index and not depth:
            return False
        if item.kind == "sign" and not (before.text == "(" or _signs_a_number(item, following)):
            return False
        if item.text == "(" and following.kind not in ("sign", "name"):
            return False
        depth += (item.kind == "open") - (item.kind == "close")
    return True


def _signs_a_number(item: Lexeme, following: Lexeme) -> bool:
    return item.text in ("+", "-") and following.kind == "number" and not following.spaced


@dataclass(slots=True)
class _List:
    """A list that is open: its operator, where it begins, and how many operands it has so far."""

    operator: Lexeme
    began: int
    count: int = 0


def with_signs(text: str, items: list[Lexeme]) -> list[Lexeme]:
    """The same with the signs between the operands, and commas between arguments.

    Raises TwoReadings for ``(- x0 x1)``, which is a signed product as well.
    """
    out: list[Lexeme] = []
    lists: list[_List] = []
    index, end = 0, len(items) - 1
    while index < end:
        item = items[index]
        if item.kind == "close":
            _end(text, lists.pop(), item, out)
            index += 1
            continue
        _separate(lists, item, out)
        if item.kind == "open":
            operator = items[index + 1]
            out += [operator, item] if operator.kind == "name" else [item]
            lists.append(_List(operator, len(out)))
            index += 2
        else:
            count = 1 + (item.kind == "sign")
            out += _leaf(items[index : index + count])
            index += count
    _check_minus(text, items, out)
    return [*out, items[end]]


def _separate(lists: list[_List], item: Lexeme, out: list[Lexeme]) -> None:
    """Write what stands between two operands."""
    if not lists:
        return
    inner = lists[-1]
    if inner.count:
        named = inner.operator.kind == "name"
        kind, sign = ("mark", ",") if named else ("sign", inner.operator.text)
        out.append(Lexeme(kind, sign, item.start, item.start))
    inner.count += 1


def _end(text: str, ended: _List, item: Lexeme, out: list[Lexeme]) -> None:
    operator = ended.operator
    alone = operator.kind == "name" or operator.text in ("-", "+")
    if ended.count < (1 if alone else 2):
        raise ParseError(f"({operator.text} ...) lacks an argument", text, operator.start)
    if operator.text == "-" and ended.count == 1:
        out.insert(ended.began, operator)
    out.append(item)


def _leaf(leaf: list[Lexeme]) -> list[Lexeme]:
    """A name or number, and in brackets a number with its sign."""
    if len(leaf) == 1:
        return leaf
    opening = Lexeme("open", "(", leaf[0].start, leaf[0].start)
    return [opening, *leaf, Lexeme("close", ")", leaf[1].end, leaf[1].end)]


def _check_minus(text: str, items: list[Lexeme], out: list[Lexeme]) -> None:
    certain = any(item.text in ("*", "/", "**") for item in items)
    if items[1].text == "-" and out[1] is not items[1] and not certain:
        readings = ("the difference of the operands", "minus their product")
        raise TwoReadings(readings, text, items[1].start)
