"""Forms: formulas whose constants are open, and when two of them are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bench import Call, Expression, Number, Symbol, fold

CONSTANTS = ("pi", "e")

_Node = Any
"""``"c"`` for any constant, another text for a leaf, or a tuple of an operator and its operands."""


@dataclass(frozen=True)
class OpenForm:
    """What an answer comes to: a formula, ``parameters`` in it standing for constants to be fitted.

    A parameter is one constant wherever it stands; decimals are fitted too, from the values that
    they have. ``unguarded`` is the formula without what only keeps it defined. ``source`` is the
    answer's own text.
    """

    expression: Expression
    parameters: tuple[str, ...] = ()
    unguarded: Expression | None = None
    source: str = ""

    @property
    def starts(self) -> Mapping[str, float]:
        """Where fitting begins."""
        return dict.fromkeys(self.parameters, 1.0)

    @property
    def variants(self) -> tuple[Expression, ...]:
        """The formula, and where it has guards, the one without them."""
        if self.unguarded is None or self.unguarded == self.expression:
            return (self.expression,)
        return (self.expression, self.unguarded)

    @cached_property
    def key(self) -> str:
        """Equal for forms that are one up to the values of their constants and the order of sums
        and products. Forms in which a constant stands twice keep apart from those in which two do.
        """
        open_ones = frozenset(self.parameters)
        counts: Counter[str] = Counter()

        def leaf(node: Expression) -> _Node:
            if isinstance(node, Symbol) and node.name in open_ones:
                counts[node.name] += 1
                return "c"
            if isinstance(node, Number) and isinstance(node.value, int):
                return str(node.value)
            return "c" if isinstance(node, Number) else str(node)

        skeleton = fold(self.expression, leaf, _canonical)
        tied = sorted(count for count in counts.values() if count > 1)
        return f"{_text(skeleton)} {tied}"


def _canonical(node: Call, args: list[_Node]) -> _Node:
    match node.op:
        case "add":
            return _chain("add", args)
        case "sub":
            return _chain("add", [args[0], _negative(args[1])])
        case "neg":
            return _negative(args[0])
        case "mul":
            return _chain("mul", args)
        case "div":
            return _chain("mul", [args[0], _inverse(args[1])])
        case "pow" if args[0] == "e":
            return "c" if args[1] == "c" else ("exp", args[1])
    return "c" if all(arg == "c" for arg in args) else (node.op, *args)


def _negative(arg: _Node) -> _Node:
    return _chain("mul", ["-1", arg])


def _inverse(arg: _Node) -> _Node:
    return "c" if arg == "c" else ("pow", arg, "-1")


def _chain(op: str, args: Iterable[_Node]) -> _Node:
    """A sum or a product, flat and in one order; an open constant takes in others and numbers."""
    flat: list[_Node] = []
    for arg in args:
        flat += arg[1:] if isinstance(arg, tuple) and arg[0] == op else [arg]
    rest = [arg for arg in flat if arg != "c"]
    if len(rest) < len(flat):
        rest = ["c", *(arg for arg in rest if not _is_fixed(arg))]
    return rest[0] if len(rest) == 1 else (op, *sorted(rest, key=_text))


def _is_fixed(arg: _Node) -> bool:
    """Whether it is a constant that nothing moves."""
    return isinstance(arg, str) and (arg in CONSTANTS or arg.lstrip("-").isdigit())


def _text(node: _Node) -> str:
    """The node as text, without recursion: trees may be deep."""
    parts: list[str] = []
    stack: list[_Node] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack += [")", *reversed(one[1:]), f"{one[0]}("]
        else:
            parts.append(one)
    return " ".join(parts)
