"""An expression typeset: MathML Core, which browsers draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from bench.expression.tree import Call, Expression, Leaf, Number, fold

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_DIGITS = 4
_SMALL = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma "
    "tau upsilon phi chi psi omega"
)
_LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
_GREEK = dict(zip(f"{_SMALL} {_LARGE}".split(), "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
_RELATIONS = {"lt": "&lt;", "le": "≤", "gt": "&gt;", "ge": "≥", "eq": "=", "ne": "≠",
              "and": "∧", "or": "∨"}  # fmt: skip
_FENCES = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_INDEXED = re.compile(r"([A-Za-z]+)_?(\d+)")


class _Box(NamedTuple):
    """Markup, how tightly its outermost operator binds, and whether it begins with a minus."""

    markup: str
    binding: int = _ATOM
    minus: bool = False


def mathml(expression: Expression) -> str:
    """``expression`` as one ``<math>`` element; numbers are rounded to four digits.

    Names and numbers are escaped: what comes from outside cannot bring markup.
    """
    return f'<math displaystyle="true">{fold(expression, _leaf, _call).markup}</math>'


def _leaf(leaf: Leaf) -> _Box:
    return _number(leaf.value) if isinstance(leaf, Number) else _Box(_name(leaf.name))


def _number(value: int | float) -> _Box:
    text = f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value)
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    mantissa, _, exponent = digits.partition("e")
    markup = f"<mn>{mantissa}</mn>"
    if exponent:
        power = f"<msup><mn>10</mn><mn>{_minus(str(int(exponent)))}</mn></msup>"
        markup = f"<mrow>{markup}<mo>×</mo>{power}</mrow>"
    if sign:
        return _Box(f"<mrow><mo>−</mo>{markup}</mrow>", _SUM, minus=True)
    return _Box(markup, _PRODUCT if exponent else _ATOM)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _name(name: str) -> str:
    indexed = _INDEXED.fullmatch(name)
    if indexed:
        letters = _GREEK.get(indexed[1], indexed[1])
        return f"<msub><mi>{letters}</mi><mn>{indexed[2]}</mn></msub>"
    return f"<mi>{escape(_GREEK.get(name, name))}</mi>"


def _call(node: Call, boxes: list[_Box]) -> _Box:
    match node.op:
        case "add":
            return _Box(_row(_terms(boxes)), _SUM, boxes[0].minus)
        case "sub":
            return _Box(
                _row([boxes[0].markup, "<mo>−</mo>", _within(boxes[1], _PRODUCT)]),
                _SUM,
                boxes[0].minus,
            )
        case "neg":
            return _Box(_row(["<mo>−</mo>", _within(boxes[0], _PRODUCT)]), _SUM, minus=True)
        case "mul":
            return _product(boxes)
        case "div":
            return _Box(f"<mfrac>{_row([boxes[0].markup])}{_row([boxes[1].markup])}</mfrac>")
        case "pow":
            base = _within(boxes[0], _ATOM)
            return _Box(f"<msup>{_row([base])}{_row([boxes[1].markup])}</msup>", _POWER)
        case "exp":
            return _Box(f"<msup><mi>e</mi>{_row([boxes[0].markup])}</msup>", _POWER)
        case "sqrt":
            return _Box(f"<msqrt>{boxes[0].markup}</msqrt>")
        case "cbrt":
            return _Box(f"<mroot>{_row([boxes[0].markup])}<mn>3</mn></mroot>")
        case "piecewise":
            return _Box(_cases([box.markup for box in boxes]))
    if node.op in _FENCES:
        left, right = _FENCES[node.op]
        return _Box(_row([f"<mo>{left}</mo>", boxes[0].markup, f"<mo>{right}</mo>"]))
    if node.op in _RELATIONS:
        sign = f"<mo>{_RELATIONS[node.op]}</mo>"
        return _Box(_row(_between(sign, [_within(box, _SUM) for box in boxes])), _SUM - 1)
    arguments = _between("<mo>,</mo>", [box.markup for box in boxes])
    return _Box(_row([f"<mi>{escape(node.op)}</mi>", "<mo>(</mo>", *arguments, "<mo>)</mo>"]))


def _product(boxes: Sequence[_Box]) -> _Box:
    """A product; one that begins with a negative number begins with a minus, and is a term."""
    minus = boxes[0].minus
    first = boxes[0].markup if minus else _within(boxes[0], _PRODUCT)
    rest = [_within(box, _PRODUCT) for box in boxes[1:]]
    markup = _row(_between("<mo>⋅</mo>", [first, *rest]))
    return _Box(markup, _SUM if minus else _PRODUCT, minus)


def _terms(boxes: Sequence[_Box]) -> list[str]:
    """A sum; a term that begins with a minus needs no plus before it."""
    parts = [boxes[0].markup]
    for box in boxes[1:]:
        parts += [box.markup] if box.minus else ["<mo>+</mo>", box.markup]
    return parts


def _cases(markup: Sequence[str]) -> str:
    rows = [
        f"<mtr><mtd>{value}</mtd><mtd><mtext> if </mtext>{condition}</mtd></mtr>"
        for value, condition in zip(markup[:-1:2], markup[1::2], strict=True)
    ]
    rows.append(f"<mtr><mtd>{markup[-1]}</mtd><mtd><mtext> otherwise</mtext></mtd></mtr>")
    return _row(["<mo>{</mo>", f"<mtable>{''.join(rows)}</mtable>"])


def _within(box: _Box, level: int) -> str:
    return box.markup if box.binding >= level else _row(["<mo>(</mo>", box.markup, "<mo>)</mo>"])


def _between(sign: str, parts: Sequence[str]) -> list[str]:
    return [piece for part in parts for piece in (sign, part)][1:]


def _row(parts: Sequence[str]) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"
