"""The immutable tree of a factor, and its text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_BINDING = {"add": 1, "sub": 1, "mul": 2, "div": 2, "neg": 3}
_ATOM = 4


class FactorError(ValueError):
    """A text that is no factor; the message says where and why."""


@dataclass(frozen=True)
class Factor:
    """A node: ``head`` is an operator, ``field`` or ``number``.

    ``parts`` are the operands, ``windows`` the days that a time-series operator looks back over;
    ``name`` is the field's, ``value`` the number's.
    """

    head: str
    parts: tuple[Factor, ...] = ()
    windows: tuple[int, ...] = ()
    name: str = ""
    value: float = 0.0

    @classmethod
    def field(cls, name: str) -> Factor:
        """The factor that is a field itself."""
        return cls("field", name=name)

    @classmethod
    def number(cls, value: float) -> Factor:
        """A constant, the same for all assets and days. Raises FactorError unless it is finite."""
        if not math.isfinite(value):
            raise FactorError(f"{value} is no finite number")
        return cls("number", value=float(value))

    def __str__(self) -> str:
        return factor_text(self)


def factor_parts(factor: Factor) -> Iterator[Factor]:
    """The factor and all its subtrees, operands after the operator."""
    waiting = [factor]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(one.parts))


def factor_size(factor: Factor) -> int:
    """How many nodes it has, windows not counted."""
    return sum(1 for _ in factor_parts(factor))


def factor_fields(factor: Factor) -> frozenset[str]:
    """The fields that it reads."""
    return frozenset(one.name for one in factor_parts(factor) if one.head == "field")


def factor_text(factor: Factor) -> str:
    """The text that ``parse_factor`` reads as ``factor``."""
    return _text(factor)[0]


def _text(factor: Factor) -> tuple[str, int]:
    """The text, and how tightly its outermost operator binds."""
    if factor.head == "field":
        return factor.name, _ATOM
    if factor.head == "number":
        text = repr(factor.value).removesuffix(".0")
        return text, _BINDING["neg"] if text.startswith("-") else _ATOM
    binding = _BINDING.get(factor.head, _ATOM)
    if factor.head == "neg":
        text, inner = _text(factor.parts[0])
        # Two signs would be read as one number, or none.
        return (f"-({text})" if inner <= binding else f"-{text}"), binding
    if factor.head in INFIX:
        (left, one), (right, other) = map(_text, factor.parts)
        left = f"({left})" if one < binding else left
        right = f"({right})" if other <= binding or other == _BINDING["neg"] else right
        return f"{left} {INFIX[factor.head]} {right}", binding
    inside = [_text(one)[0] for one in factor.parts] + [str(days) for days in factor.windows]
    return f"{factor.head}({', '.join(inside)})", _ATOM
