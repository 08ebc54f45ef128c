"""The canonical text of an expression, put together piece by piece: infix, which parses back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_ADD, _MUL, _SIGN, _POW, _ATOM = range(5)


class Piece(NamedTuple):
    """Text, how tightly its outermost operator binds, and whether it is a bare number."""

    text: str
    binding: int
    literal: bool = False


def number_piece(value: int | float) -> Piece:
    """A number in full ``repr``."""
    text = repr(value)
    return Piece(text, _SIGN if text.startswith("-") else _ATOM, literal=True)


def name_piece(name: str) -> Piece:
    """A variable or a constant."""
    return Piece(name, _ATOM)


def call_piece(op: str, pieces: Sequence[Piece]) -> Piece:
    """An operator of arguments whose texts are there."""
    match op:
        case "add":
            return Piece(" + ".join(_chain(pieces, _ADD)), _ADD)
        case "mul":
            return Piece("*".join(_chain(pieces, _MUL)), _MUL)
        case "sub":
            return Piece(f"{_within(pieces[0], _ADD)} - {_within(pieces[1], _MUL)}", _ADD)
        case "div":
            return Piece(f"{_within(pieces[0], _MUL)}/{_within(pieces[1], _SIGN)}", _MUL)
        case "pow":
            return Piece(f"{_within(pieces[0], _ATOM)}**{_within(pieces[1], _SIGN)}", _POW)
        case "neg":
            # A sign directly before a literal belongs to the literal.
            level = _ATOM + 1 if pieces[0].literal else _SIGN
            return Piece(f"-{_within(pieces[0], level)}", _SIGN)
    return Piece(f"{op}({', '.join(piece.text for piece in pieces)})", _ATOM)


def _chain(pieces: Sequence[Piece], level: int) -> list[str]:
    return [_within(pieces[0], level), *(_within(piece, level + 1) for piece in pieces[1:])]


def _within(piece: Piece, level: int) -> str:
    return piece.text if piece.binding >= level else f"({piece.text})"
