"""Functions as they are written: with brackets or without, with exponents and bases.

``sin^2(x0)`` is the square of the sine, ``log_10 x0`` a logarithm; ``sin^{-1}`` is two things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.expression.errors import TwoReadings
from bench.expression.names import FUNCTION_SPELLINGS, Function
from bench.expression.reading.lenient.level import Level, Written
from bench.expression.reading.lenient.lexer import Lexeme

if TYPE_CHECKING:
    from bench.expression.reading.lenient.layout import Layout

_TERM_ENDS = frozenset({"+", "-", "<", "<=", ">", ">=", "==", "!=", "and", "or", "if", "else"})
_LOGARITHMS = {"2": "log2", "10": "log10"}
_INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan", "sinh": "asinh", "cosh": "acosh",
             "tanh": "atanh"}  # fmt: skip


def call(layout: Layout, item: Lexeme, function: Function) -> None:
    """A function's name where an operand must begin, with what belongs to it."""
    layout.index += 1
    if item.text == "sqrt" and _root_of_degree(layout, item):
        return
    exponent = _exponent(layout, item)
    function, base = _with_base(layout, item, function)
    exponent = exponent or _exponent(layout, item)
    after: tuple[Written, ...] = ()
    if exponent:
        layout.sign("(", item.start)
        after = (("mark", "**"), *exponent, ("mark", ")"))
    if base:
        # log(x) of another base is log(x)/log(base).
        layout.sign("(", item.start)
        divisor = (("mark", "/"), ("name", "log"), ("mark", "("), *base, ("mark", ")"))
        after = (*divisor, ("mark", ")"), *after)
    layout.function(function, item.start)
    level = Level("call", item.start, layout.index, after, item.text)
    opening = layout.items[layout.index]
    if opening.kind == "open" and opening.text in ("(", "[", "{"):
        level.doubled = _skip_doubled(layout)
        level.opened = layout.index
        layout.index += 1
    else:
        if opening.kind in ("end", "close", "mark") or _is_binary(opening):
            reason = f"the function {item.text} needs its arguments: {item.text}(...)"
            raise layout.error(reason, item)
        layout.naming.say("functions without brackets take the next factor")
        level.kind = "argument"
    layout.open(level)


def _root_of_degree(layout: Layout, item: Lexeme) -> bool:
    """LaTeX's ``\\sqrt[3]{x}``, which SymPy prints for ``x**(1/3)``."""
    degree = layout.items[layout.index : layout.index + 4]
    if not layout.naming.latex or degree[0].text != "[":
        return False
    kinds = [part.kind for part in degree]
    if kinds != ["open", "number", "close", "open"]:
        raise layout.error("the degree of a root is a number: \\sqrt[3]{x}", item)
    layout.naming.say(f"\\sqrt[{degree[1].text}]{{x}} is read as x**(1/{degree[1].text})")
    layout.sign("(", item.start)
    layout.sign("(", item.start)
    power = (("mark", "("), ("number", "1"), ("mark", "/"), ("number", degree[1].text))
    after = (("mark", "**"), *power, ("mark", ")"), ("mark", ")"))
    layout.index += 4
    layout.open(Level("group", item.start, layout.index - 1, after))
    return True


def radical(layout: Layout, item: Lexeme) -> None:
    """The radical sign, over what is directly behind it."""
    name = {"2": "sqrt", "3": "cbrt"}[item.text]
    layout.naming.say(f"the radical sign is read as {name}")
    layout.function(FUNCTION_SPELLINGS[name], item.start)
    layout.index += 1
    layout.open(Level("radical", item.start, name=name))


def check_end(layout: Layout, level: Level) -> None:
    """Raise TwoReadings where what has no bracket of its own might go on."""
    following = layout.items[layout.index]
    if level.kind == "single" or not _may_go_on(layout, level, following):
        return
    start, end = layout.operand
    argument = layout.text[start:end]
    rest = layout.infix_word(following) or layout.text[following.start : following.end]
    if following.kind == "sign" or layout.infix_word(following):
        rest += layout.source(layout.index + 1)
    elif following.kind != "raised":
        rest = f" {layout.source(layout.index)}"
    readings = (f"{level.name}({argument}){rest}", f"{level.name}({argument}{rest})")
    raise TwoReadings(readings, layout.text, following.start)


def _may_go_on(layout: Layout, level: Level, item: Lexeme) -> bool:
    """Whether the argument without brackets might go on with ``item``."""
    if item.kind in ("end", "close", "mark"):
        return False
    sign = layout.infix_word(item) or (item.text if item.kind == "sign" else "")
    if sign:
        return sign not in _TERM_ENDS and not (level.kind == "radical" and sign in ("*", "/"))
    if item.kind == "bar":
        return layout.levels[-2].kind != "bar"
    if level.kind == "argument" and item.kind == "name":
        # sin x cos y
        return layout.function_at(layout.index) is None
    return True


def _exponent(layout: Layout, item: Lexeme) -> tuple[Written, ...]:
    """The exponent between a function and its argument: a number or a name."""
    following = layout.items[layout.index]
    if following.kind == "raised":
        layout.index += 1
        sign, digits = following.text[:-1].strip("0123456789"), following.text.lstrip("+-")
        return _checked(layout, item, sign, ("number", digits))
    if following.kind != "sign" or following.text != "**":
        return ()
    index = layout.index + 1
    end = layout.brackets.closing.get(index)
    start = index if end is None else index + 1
    sign = layout.items[start].text if layout.items[start].text in ("+", "-") else ""
    start += bool(sign)
    power = layout.items[start]
    if power.kind != "number" or (end is not None and start + 1 != end):
        reason = f"only a number is read as the exponent of a function: write ({item.text}(...))**n"
        raise layout.error(reason, power)
    layout.index = start + 1 if end is None else end + 1
    return _checked(layout, item, sign, (power.kind, power.text))


def _checked(layout: Layout, item: Lexeme, sign: str, power: Written) -> tuple[Written, ...]:
    if sign == "-" and power[1] == "1":
        rest = layout.source(layout.index)
        inverse = _INVERSES.get(item.text, f"the inverse of {item.text}")
        bracketed = rest if rest[:1] in "({[" else f"({rest})"
        readings = (f"{inverse}{bracketed}", f"1/{item.text}{bracketed}")
        raise TwoReadings(readings, layout.text, item.start)
    layout.naming.say("exponents of functions are read as powers of their values")
    return (("mark", "-"), power) if sign == "-" else (power,)


def _with_base(
    layout: Layout, item: Lexeme, function: Function
) -> tuple[Function, tuple[Written, ...]]:
    """A logarithm with its base as a subscript; other functions have none."""
    sub = item.sub
    if not sub:
        return function, ()
    if function.spelling not in ("log", "ln", "Log"):
        raise layout.error(f"unknown function '{item.text}_{sub}'", item)
    if sub in _LOGARITHMS:
        return FUNCTION_SPELLINGS[_LOGARITHMS[sub]], ()
    logarithm = FUNCTION_SPELLINGS["log"]
    if sub == "e":
        return logarithm, ()
    layout.naming.say(f"a logarithm of base {sub} is read as log(x)/log({sub})")
    if sub.isdigit():
        return logarithm, (("number", sub),)
    # The divisor's tokens stand where the function does.
    base = Lexeme("name", sub, item.start, item.end)
    layout.leaves[item.start] = layout.naming.factors(base)[0]
    return logarithm, (("name", sub),)


def _skip_doubled(layout: Layout) -> bool:
    """``\\sin{\\left(x\\right)}``: the braces round the brackets say nothing."""
    index, closing = layout.index, layout.brackets.closing
    inner = closing.get(index + 1)
    if layout.items[index].text != "{" or layout.items[index + 1].text != "(":
        return False
    if inner is None or inner + 1 != closing[index]:
        return False
    layout.index += 1
    return True


def _is_binary(item: Lexeme) -> bool:
    return item.kind == "sign" and item.text not in ("+", "-")
