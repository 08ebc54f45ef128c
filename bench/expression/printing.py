"""Expressions as infix text that parses back to an equal tree."""

from __future__ import annotations

from bench.expression.tree import Call, Expression, Leaf, Number, fold

_ADD, _MUL, _SIGN, _POW, _ATOM = range(5)

_Piece = tuple[str, int]
"""Text, and how tightly its outermost operator binds."""


def to_text(expression: Expression) -> str:
    """Infix text, numbers in full ``repr``.

    ``parse(to_text(e), variables)`` equals ``e`` where the symbols of ``e`` are the variables.
    """
    return fold(expression, _leaf, _call)[0]


def _leaf(node: Leaf) -> _Piece:
    text = str(node)
    return text, _SIGN if isinstance(node, Number) and text.startswith("-") else _ATOM


def _call(node: Call, pieces: list[_Piece]) -> _Piece:
    match node.op:
        case "add":
            return " + ".join(_chain(pieces, _ADD)), _ADD
        case "mul":
            return "*".join(_chain(pieces, _MUL)), _MUL
        case "sub":
            return f"{_within(pieces[0], _ADD)} - {_within(pieces[1], _MUL)}", _ADD
        case "div":
            return f"{_within(pieces[0], _MUL)}/{_within(pieces[1], _SIGN)}", _MUL
        case "pow":
            return f"{_within(pieces[0], _ATOM)}**{_within(pieces[1], _SIGN)}", _POW
        case "neg":
            # A sign directly before a literal belongs to the literal.
            literal = isinstance(node.args[0], Number)
            return f"-{_within(pieces[0], _ATOM + 1 if literal else _SIGN)}", _SIGN
    return f"{node.op}({', '.join(text for text, _ in pieces)})", _ATOM


def _chain(pieces: list[_Piece], level: int) -> list[str]:
    return [_within(pieces[0], level), *(_within(piece, level + 1) for piece in pieces[1:])]


def _within(piece: _Piece, level: int) -> str:
    text, binding = piece
    return text if binding >= level else f"({text})"
