"""Prefix sequences, ``add mul 2.0 x_0 sin x_1``: the operators' words before their arguments.

E2E, SNIP and others print trees so, with blanks or commas between.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.expression.reading.lenient.lexer import Lexeme

Arity = Callable[[Lexeme], int]


def is_prefix(items: list[Lexeme], arity: Arity) -> bool:
    """Whether ``items`` begin with an operator's word that has no bracket behind it."""
    first, second = items[0], items[min(1, len(items) - 1)]
    if first.kind != "name" or second.kind in ("open", "raised") or not arity(first):
        return False
    if second.kind == "sign" and second.text not in ("+", "-"):
        return False
    if second.text == ",":
        return True
    return any(item.kind == "name" and arity(item) > 1 for item in items)


def with_brackets(items: list[Lexeme], arity: Arity) -> list[Lexeme] | None:
    """The same with brackets and commas; None for what is no whole sequence.

    ``arity`` is the number of arguments of an operator, 0 for all other names.
    """
    out: list[Lexeme] = []
    missing: list[int] = [1]
    index, end = 0, len(items) - 1
    while index < end:
        if not missing:
            return None
        if items[index].text == ",":
            index += 1
            continue
        count = arity(items[index]) if items[index].kind == "name" else 0
        if count:
            out += [items[index], _mark("open", "(", items[index])]
            missing.append(count)
            index += 1
            continue
        leaf = _leaf(items, index)
        if not leaf:
            return None
        out += leaf[1]
        index = leaf[0]
        _finish(out, missing, items[index])
    return [*out, items[end]] if not missing else None


def _finish(out: list[Lexeme], missing: list[int], following: Lexeme) -> None:
    """An argument is complete: write the comma or the brackets behind it."""
    while missing:
        missing[-1] -= 1
        if missing[-1]:
            out.append(_mark("mark", ",", following))
            return
        missing.pop()
        if missing:
            out.append(_mark("close", ")", following))


def _leaf(items: list[Lexeme], index: int) -> tuple[int, list[Lexeme]] | None:
    """The index behind a number, variable or constant, and its lexemes."""
    item = items[index]
    if item.kind in ("name", "number"):
        return index + 1, [item]
    if item.text not in ("+", "-"):
        return None
    if items[index + 1].kind != "number":
        return None
    sign = [item] if item.text == "-" else []
    return index + 2, [*sign, items[index + 1]]


def _mark(kind: str, text: str, at: Lexeme) -> Lexeme:
    return Lexeme(kind, text, at.start, at.start)
