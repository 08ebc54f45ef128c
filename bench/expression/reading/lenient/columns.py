"""Columns of data as programs take them: ``x[0]``, ``X[:, 0]``, ``df['x0']``, ``df.iloc[:, 0]``.

A base of any name is the data where it is the only one that is indexed so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.expression.reading.lenient.lexer import Lexeme
from bench.expression.reading.lenient.naming import FREE_VECTORS
from bench.expression.tree import Symbol

if TYPE_CHECKING:
    from bench.expression.reading.lenient.layout import Layout

_POSITIONS = frozenset({"iloc", "iat", "values"})
_VIEWS = _POSITIONS | {"loc", "at"}
"""Attributes of a table that are indexed in its place."""
_LONGEST_INDEX = 4


@dataclass(slots=True)
class Access:
    """How a text takes columns: from tables called ``bases``, beside variables by their names, and
    with an index 0 somewhere."""

    bases: set[str] = field(default_factory=set)
    beside_names: bool = False
    from_0: bool = False


def column(layout: Layout, item: Lexeme) -> bool:
    """Read ``name[index]`` or ``name.column``; False for a name with neither behind it."""
    attribute = layout.items[layout.index + 1]
    if attribute.kind == "attribute":
        return _attribute(layout, item, attribute)
    return _indexed(layout, item, layout.index + 1)


def _attribute(layout: Layout, item: Lexeme, attribute: Lexeme) -> bool:
    naming = layout.naming
    if naming.variable(item) is not None or attribute.text not in _VIEWS:
        known = naming.variable(Lexeme("name", attribute.text, attribute.start, attribute.end))
        if known is None or naming.variable(item) is not None:
            raise layout.error(f"'.{attribute.text}' behind '{item.text}' is not read", attribute)
        _take(layout, item, known, layout.index + 2)
        return True
    view = "positions" if attribute.text in _POSITIONS else "names"
    if not _indexed(layout, item, layout.index + 2, view):
        raise layout.error(f"'.{attribute.text}' needs an index: [:, 0]", attribute)
    return True


def _indexed(layout: Layout, item: Lexeme, opened: int, view: str = "") -> bool:
    opening = layout.items[opened]
    if opening.text not in ("[", "(") or opening.spaced or item.sub or item.module:
        return False
    end = layout.brackets.closing[opened]
    inner, whole = _index_of(layout.items[opened + 1 : min(end, opened + 1 + _LONGEST_INDEX)])
    if opening.text == "(" and not whole:
        return False
    if len(inner) == 1 and inner[0].kind == "string" and layout.naming.variable(item) is None:
        _named(layout, item, inner[0], end)
        return True
    if len(inner) != 1 or not inner[0].text.isdigit():
        raise layout.error(f"an index is one whole number: {item.text}[0]", opening)
    naming, index = layout.naming, inner[0].text
    if opening.text == "(":  # as in Matlab
        found = naming.from_1(item, index)
    elif _is_data(layout, item, view, whole):
        found = naming.at_index(item, index, from_0=view != "" or _access(layout).from_0)
    else:
        found = naming.indexed(item, index)
    layout.leaf(found, item.start)
    layout.index = end + 1
    layout.completed(item.start, layout.items[end].end)
    return True


def _index_of(inner: list[Lexeme]) -> tuple[list[Lexeme], bool]:
    """The index of a column, and whether it stands beside one of all rows, or of one of them."""
    if len(inner) != 3 or inner[1].text != ",":
        return inner, False
    rows = [part.text in (":", "i", "j", "n") for part in (inner[0], inner[2])]
    if rows[0] == rows[1]:
        return inner, False
    return inner[2:] if rows[0] else inner[:1], True


def _named(layout: Layout, item: Lexeme, name: Lexeme, end: int) -> None:
    """``df['x0']``: whatever the table is called, the column is named."""
    known = layout.naming.variable(Lexeme("name", name.text, name.start, name.end))
    if known is None:
        raise layout.error(f"'{name.text}' is none of the variables", name)
    _take(layout, item, known, end + 1)


def _take(layout: Layout, item: Lexeme, known: str, after: int) -> None:
    layout.naming.say(f"columns of {item.text} are read by their names")
    last = layout.items[after - 1]
    layout.leaf(Symbol(known), item.start)
    layout.index = after
    layout.completed(item.start, last.end)


def _is_data(layout: Layout, item: Lexeme, view: str, whole: bool) -> bool:
    """Whether ``item`` can only be the data: it alone is indexed, and by all rows if need be."""
    naming, name = layout.naming, item.text
    if naming.known is None or name in naming.vectors or naming.variable(item) is not None:
        return False
    if name in FREE_VECTORS and not (whole or view):
        return False
    access = _access(layout)
    return access.bases == {name} and (whole or view != "" or not access.beside_names)


def _access(layout: Layout) -> Access:
    if layout.access is None:
        layout.access = _accessed(layout)
    return layout.access


def _accessed(layout: Layout) -> Access:
    items, naming = layout.items, layout.naming
    found = Access()
    for index, item in enumerate(items[:-1]):
        following = items[index + 1]
        if item.kind == "name":
            found.beside_names |= naming.variable(item) is not None
            opened = index + 1 + (following.kind == "attribute")
            if items[opened].text == "[" and not items[opened].spaced:
                _add_base(found, items, item, layout.brackets.closing[opened])
        elif item.text == "0" and index:
            before = items[index - 1].text
            found.from_0 |= before in ("[", ",") and following.text in ("]", ",")
    return found


def _add_base(found: Access, items: list[Lexeme], item: Lexeme, end: int) -> None:
    whole = items[end - 2].text == ","
    if item.text not in FREE_VECTORS or whole:
        found.bases.add(item.text)
