"""Operands that begin with a sign of their own: brackets, bars, fractions, SymPy's constructors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench.expression.errors import TwoReadings
from bench.expression.names import FUNCTION_SPELLINGS
from bench.expression.reading.lenient import conditions
from bench.expression.reading.lenient.level import Level, Written
from bench.expression.reading.lenient.lexer import Lexeme
from bench.expression.tree import Constant

if TYPE_CHECKING:
    from bench.expression.reading.lenient.layout import Layout

_SILENT = frozenset(
    {"Integer", "Float", "RealNumber", "S", "sympify", "mpf", "float", "float16", "float32",
     "float64", "double", "int32", "int64", "array", "asarray", "tensor", "as_tensor", "Array",
     "DeviceArray"}
)  # fmt: skip
"""Names round a number that say only how it is stored."""
_SYMBOLS = frozenset({"Symbol", "Dummy", "symbols", "col"})
_IGNORED_KEYWORDS = frozenset({"evaluate", "dtype", "precision", "device", "dps"})
_NUMERAL = re.compile(r"\s*([+-]?)([0-9]*\.?[0-9]*(?:[eE][+-]?[0-9]+)?)(?:/([0-9]+))?\s*")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_TIMES = frozenset({"\\cdot", "\\times", "·", "×", "⋅"})


def group(layout: Layout, item: Lexeme) -> None:
    """An opening bracket where an operand must begin."""
    level = layout.levels[-1]
    opened = layout.index
    kind = "group"
    if level.kind in ("piecewise", "list") and len(layout.out) == level.argument:
        nested = item.text == "{" and layout.items[opened + 1].text == "{"
        kind = "list" if nested and level.kind == "piecewise" else "pair"
    elif item.text in ("floor", "ceil", "cases", "|"):
        kind = "cases" if item.text == "cases" else "call"
        name = {"cases": "piecewise", "|": "abs"}.get(item.text, item.text)
        layout.function(FUNCTION_SPELLINGS[name], item.start)
    else:
        layout.sign("(", item.start)
    layout.index += 1
    layout.open(Level(kind, item.start, opened))


def bar(layout: Layout, item: Lexeme) -> None:
    """A vertical bar that opens an absolute value."""
    layout.naming.say("vertical bars are read as the absolute value")
    layout.function(FUNCTION_SPELLINGS["abs"], item.start)
    layout.index += 1
    layout.open(Level("bar", item.start, name="|"))


def fraction(layout: Layout, item: Lexeme) -> None:
    """``\\\\frac{a}{b}``."""
    _want_braces(layout, layout.index + 1, item)
    layout.sign("(", item.start)
    layout.sign("(", item.start)
    layout.index += 2
    layout.open(Level("numerator", item.start, layout.index - 1))


def close(layout: Layout, item: Lexeme) -> None:
    """A closing bracket, or the bar that closes an absolute value."""
    level = layout.levels[-1]
    if level.kind == "bar" and item.kind != "bar":
        raise layout.error("a vertical bar is not closed before this", item)
    layout.index += 1
    if level.kind == "numerator":
        _denominator(layout, item, level)
        return
    if level.kind == "cases" and not level.last:
        raise layout.error("no value is given where no condition holds", item)
    end = item.end
    if level.doubled:
        end = layout.items[layout.index].end
        layout.index += 1
    if level.kind in ("pair", "list"):
        layout.levels[-2].last = level.last
        if level.kind == "list" and not level.last and layout.items[layout.index].text != ",":
            # Mathematica's value where no condition holds.
            layout.sign(",", item.start)
            layout.out.append(("number", "0", item.start))
    layout.close(item.start, end)


def _denominator(layout: Layout, item: Lexeme, level: Level) -> None:
    _want_braces(layout, layout.index, item)
    layout.sign(")", item.start)
    layout.sign("/", level.began)
    layout.sign("(", item.start)
    layout.levels.pop()
    layout.index += 1
    layout.open(Level("group", level.began, layout.index - 1, (("mark", ")"),)))


def _want_braces(layout: Layout, index: int, item: Lexeme) -> None:
    if layout.items[index].text != "{":
        raise layout.error("write both parts of a fraction in braces", item)


def comma(layout: Layout, item: Lexeme) -> None:
    """A comma behind an operand."""
    conditions.end_of_argument(layout, item)
    level, following = layout.levels[-1], layout.items[layout.index + 1]
    layout.index += 1
    if level.kind == "cases" and following.text in ("&", "for", "if", "when", "\\\\", "cases"):
        return
    if level.kind == "pair" and following.text in ("True", "true"):
        level.last = True
        layout.index += 1
        return
    if level.name == "log" and following.text == "base":
        layout.index += 2 * (layout.items[layout.index + 1].text == "=")
    if level.kind == "silent" or _is_keyword(layout):
        _skip_keywords(layout, level)
        return
    if level.kind == "piecewise" and level.last:
        raise layout.error("a case after the one for all others", item)
    layout.sign("/" if level.kind == "rational" else ",", item.start)
    layout.loose_exponent = None
    layout.wants_operand = True
    level.next_argument(len(layout.out))


def _is_keyword(layout: Layout) -> bool:
    name, sign = (
        layout.items[layout.index],
        layout.items[min(layout.index + 1, len(layout.items) - 1)],
    )
    return name.text in _IGNORED_KEYWORDS and sign.text == "="


def _skip_keywords(layout: Layout, level: Level) -> None:
    """Skip to the closing bracket what says how a number or name is stored."""
    end = layout.brackets.closing[level.opened]
    first = layout.items[layout.index]
    named = layout.items[layout.index + 1].text == "="
    if not named and not (level.name == "Float" and first.kind == "number"):
        raise layout.error(f"{level.name} takes one value", first)
    layout.index = end


def constructed(layout: Layout, item: Lexeme) -> bool:
    """SymPy's constructors and NumPy's scalars; False for any other name."""
    opened = layout.index + 1
    opening = layout.items[opened]
    if opening.kind != "open":
        return False
    name = item.text
    if name in _SYMBOLS and layout.items[opened + 1].kind == "string":
        _symbol(layout, opened)
        return True
    if name == "ExprCondPair" and layout.levels[-1].kind == "piecewise":
        kind = "pair"
    elif name == "Piecewise":
        kind = "piecewise"
    elif name in _SILENT:
        if name == "Integer":
            _check_whole(layout, opened + 1)
        kind = "silent"
    elif name == "Rational":
        kind = "rational"
    else:
        return False
    if kind == "piecewise":
        layout.function(FUNCTION_SPELLINGS["piecewise"], item.start)
    elif kind != "pair":
        layout.naming.say(f"{name}(...) is read as its value")
        layout.sign("(", item.start)
    layout.index = opened + 1
    layout.open(Level(kind, item.start, opened, name=name))
    return True


def _check_whole(layout: Layout, index: int) -> None:
    """Refuse what SymPy's Integer would cut to a whole number."""
    item = layout.items[index + (layout.items[index].text in ("+", "-"))]
    if not item.text.lstrip("+-").isdigit():
        raise layout.error("Integer(...) takes a whole number", item)


def _symbol(layout: Layout, opened: int) -> None:
    quoted_name = layout.items[opened + 1]
    layout.index = layout.brackets.closing[opened]
    layout.name(_as_name(layout, quoted_name))


def quoted(layout: Layout, item: Lexeme) -> None:
    """Text in quotes: a number in a constructor, elsewhere a name."""
    level = layout.levels[-1]
    if level.kind not in ("silent", "rational"):
        layout.name(_as_name(layout, item))
        return
    found = _NUMERAL.fullmatch(item.text)
    if found is None or not found[2] or found[2] == ".":
        raise layout.error(f"no number in the quotes of {level.name}", item)
    tokens: list[Written] = [("number", found[2])]
    if found[1] == "-":
        tokens.insert(0, ("mark", "-"))
    if found[3]:
        tokens += [("mark", "/"), ("number", found[3])]
    layout.out += [(kind, text, item.start) for kind, text in tokens]
    layout.index += 1
    layout.completed(item.start, item.end)


def _as_name(layout: Layout, item: Lexeme) -> Lexeme:
    name = item.text.strip()
    if name not in (layout.naming.known or ()) and not _IDENTIFIER.fullmatch(name):
        raise layout.error("no name in the quotes", item)
    return Lexeme("name", name, item.start, item.end, item.spaced)


def number(layout: Layout, item: Lexeme) -> None:
    """A number; ``1.5 \\\\cdot 10^{-3}`` is one, as printed."""
    if item.sub in ("f", "d"):
        _check_mark(layout, item)
    text, count, end = _with_power_of_ten(layout, item)
    layout.out.append(("number", text, item.start))
    layout.index += count
    if layout.items[layout.index].start == end:
        end = _skip_suffix(layout, end)
    layout.atom_completed(item, end)


def _check_mark(layout: Layout, item: Lexeme) -> None:
    """Refuse ``1.5f-3`` and ``1.5d0`` where their letter may be a variable."""
    known, written = layout.naming.known, layout.text[item.start : item.end]
    at = next(index for index, letter in enumerate(written) if letter in "fdD")
    mantissa, factor = written[:at], written[at:]
    if known is None or "." not in mantissa:
        taken = item.sub == "d"
    else:
        taken = not {factor[0], factor}.isdisjoint(known)
    if taken:
        raise TwoReadings((f"{mantissa}*{factor}", item.text), layout.text, item.start)


def _skip_suffix(layout: Layout, end: int) -> int:
    """C's ``2.0f``, where no variable is called f."""
    suffix = layout.items[layout.index]
    if suffix.text not in ("f", "F") or suffix.sub or layout.naming.known is None:
        return end
    if layout.naming.variable(suffix) is not None:
        return end
    layout.naming.say("the suffix f of a number is left out")
    layout.index += 1
    return suffix.end


def _with_power_of_ten(layout: Layout, item: Lexeme) -> tuple[str, int, int]:
    """The literal, how many lexemes it takes, and where it ends."""
    plain = (item.text, 1, item.end)
    index = layout.index
    if (
        item.sub
        or len(layout.items) < index + 4
        or (layout.out and layout.out[-1][1] in ("/", "**"))
    ):
        return plain
    times, ten, raised = layout.items[index + 1 : index + 4]
    if layout.text[times.start : times.end] not in _TIMES or ten.text != "10":
        return plain
    if raised.kind == "raised":
        sign, digits, last = raised.text.strip("0123456789"), raised.text.strip("+-"), index + 3
    elif raised.text == "**":
        sign, digits, last = _whole_number(layout, index + 4)
    else:
        return plain
    if not digits or layout.items[last + 1].text == "**" or "e" in item.text:
        return plain
    return f"{item.text}e{sign}{digits}", last + 1 - index, layout.items[last].end


def _whole_number(layout: Layout, index: int) -> tuple[str, str, int]:
    """The sign and digits of a whole number, in brackets or not, and its last lexeme."""
    end = layout.brackets.closing.get(index)
    start = index if end is None else index + 1
    sign = layout.items[start].text
    start += sign in ("+", "-")
    digits = layout.items[start].text
    last = start if end is None else end
    if not digits.isdigit() or (end is not None and start + 1 != end):
        return "", "", last
    return sign if sign in ("+", "-") else "", digits, last


def double_slash(layout: Layout, item: Lexeme) -> None:
    """Julia's fraction ``1 // 3``; in Python ``//`` rounds down."""
    if not layout.naming.elementwise:
        raise TwoReadings(("floor(a/b)", "a/b"), layout.text, item.start)
    layout.plain_sign(item, "/")


def called_constant(layout: Layout, item: Lexeme) -> bool:
    """A spreadsheet's ``PI()``; False for any other name."""
    if item.text not in ("PI", "pi") or layout.naming.variable(item) is not None:
        return False
    opening = layout.items[layout.index + 1]
    if opening.text != "(" or layout.items[layout.index + 2].text != ")":
        return False
    closing = layout.items[layout.index + 2]
    layout.leaf(Constant("pi"), item.start)
    layout.index += 3
    layout.completed(item.start, closing.end)
    return True


def exponential(layout: Layout, item: Lexeme) -> bool:
    """LaTeX's ``e^{...}``, which is how exp is printed; False for any other name."""
    if item.text not in ("e", "ℯ") or item.sub or layout.naming.variable(item) is not None:
        return False
    if layout.items[layout.index + 1].text != "**":
        return False
    braces = layout.items[layout.index + 2].text == "{"
    if not (braces or layout.naming.latex or item.text == "ℯ"):
        return False
    layout.naming.say("e^{...} is read as exp(...)")
    layout.function(FUNCTION_SPELLINGS["exp"], item.start)
    opened = layout.index + 2
    bracketed = layout.items[opened].kind == "open"
    layout.index = opened + bracketed
    layout.open(Level("call" if bracketed else "single", item.start, opened, name="exp"))
    return True
