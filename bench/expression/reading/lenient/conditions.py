"""Conditional values: ``a if c else b``, ``c ? a : b``, LaTeX's cases, ``(x0 > 1)*x0``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.expression.errors import TwoReadings
from bench.expression.names import FUNCTION_SPELLINGS
from bench.expression.reading.lenient import products
from bench.expression.reading.lenient.lexer import Lexeme
from bench.expression.tree import Call, Expression, Number, is_condition

if TYPE_CHECKING:
    from bench.expression.reading.lenient.layout import Layout

_OTHERWISE = frozenset({"otherwise", "else", "True", "true"})
_WHEN = frozenset({"for", "if", "when"})
_COUNTED = frozenset({"add", "sub", "mul", "div", "pow", "neg"})


def as_numbers(
    layout: Layout, op: str, args: tuple[Expression, ...], position: int
) -> tuple[Expression, ...]:
    """The arguments of a sign with 1 and 0 for conditions, as all programs count them.

    Two conditions added are 2 where both hold, and 1 in NumPy, which adds them as truth values.
    """
    if op not in _COUNTED:
        return args
    if op == "add" and is_condition(args[0]) and is_condition(args[1]):
        readings = ("the number of conditions that hold", "1 where one of them holds, as in NumPy")
        raise TwoReadings(readings, layout.text, position)
    layout.naming.say("conditions in arithmetic are 1 where they hold, else 0")
    return tuple(
        Call("piecewise", (Number(1), arg, Number(0))) if is_condition(arg) else arg for arg in args
    )


def sign(layout: Layout, item: Lexeme, text: str) -> None:
    """A sign or word between two operands."""
    if text == "if":
        _choose(layout, item, "if", "piecewise")
    elif text == "else":
        _otherwise(layout, item, "if")
    else:
        if text == "**":
            products.check_power(layout, item)
        elif text == "%":
            products.check_percent(layout, item)
        layout.plain_sign(item, text)


def mark(layout: Layout, item: Lexeme) -> bool:
    """A mark behind an operand; False where it means nothing there."""
    level = layout.levels[-1]
    if item.text == "?":
        _choose(layout, item, "?", "where")
    elif item.text == ":" and level.awaits_else:
        _otherwise(layout, item, "?")
        level.argument = len(layout.out)
    elif level.kind == "cases" and item.text == "&":
        _case(layout, item)
    elif level.kind == "cases" and item.text == "\\\\":
        _next_case(layout, item)
    elif item.text == "&" and _between_brackets(layout):
        layout.plain_sign(item, "and")
    else:
        return False
    return True


def end_of_argument(layout: Layout, item: Lexeme) -> None:
    """Close the conditional values of the argument that ends here."""
    level = layout.levels[-1]
    if level.awaits_else:
        raise layout.error("a condition without its 'else'", item)
    for _ in range(level.choices):
        layout.sign(")", item.start)
    level.choices = 0


def _choose(layout: Layout, item: Lexeme, choice: str, function: str) -> None:
    level = layout.levels[-1]
    if level.awaits_else or level.choice not in ("", choice):
        raise layout.error(f"'{item.text}' within another condition: add parentheses", item)
    if choice == "?" or not level.choice:
        # Both values and the condition are arguments of a function that begins before them.
        layout.functions[item.start] = FUNCTION_SPELLINGS[function]
        opening = (("name", function, item.start), ("mark", "(", item.start))
        layout.out[level.argument : level.argument] = opening
        level.choices += 1
    layout.naming.say("conditional values are read as piecewise")
    level.choice, level.awaits_else = choice, True
    _separate(layout, item)


def _otherwise(layout: Layout, item: Lexeme, choice: str) -> None:
    level = layout.levels[-1]
    if level.choice != choice or not level.awaits_else:
        raise layout.error(f"'{item.text}' without its condition", item)
    level.awaits_else = False
    _separate(layout, item)


def _separate(layout: Layout, item: Lexeme) -> None:
    level = layout.levels[-1]
    level.term, level.slash = -1, False
    layout.loose_exponent = None
    layout.sign(",", item.start)
    layout.wants_operand = True
    layout.index += 1


def _case(layout: Layout, item: Lexeme) -> None:
    """``value & condition`` of LaTeX's cases."""
    level, following = layout.levels[-1], layout.index + 1
    if layout.items[following].text in _WHEN:
        following += 1
    if layout.items[following].text in _OTHERWISE:
        level.last = True
        layout.index = following + 1
        return
    _separate(layout, item)
    layout.index = following


def _next_case(layout: Layout, item: Lexeme) -> None:
    if layout.items[layout.index + 1].text == "cases":
        layout.index += 1
        return
    if layout.levels[-1].last:
        raise layout.error("a case after the one for all others", item)
    _separate(layout, item)


def _between_brackets(layout: Layout) -> bool:
    before, after = layout.items[layout.index - 1], layout.items[layout.index + 1]
    return before.kind == "close" and after.kind == "open"
