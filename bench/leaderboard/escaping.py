"""Words from outside, written so that no format takes them for anything but words."""

from __future__ import annotations

import re

from bench.basics.words import harmless

_COMPUTED = ("=", "+", "-", "@")
"""Signs with which a spreadsheet begins to compute."""
_MARKUP = re.compile(r"[\\`*|]|(?<!\w)_|_(?!\w)|\](?=\()|<(?=[A-Za-z/!?])|&(?=#?\w+;)")


def as_text(text: str) -> str:
    """``text`` for CSV: what a spreadsheet would compute, and is no expression, begins with ``'``.

    An expression has no function of a spreadsheet, no cell of another sheet and no text in it.
    """
    shown = harmless(text)
    if not shown.startswith(_COMPUTED):
        return shown
    return shown if shown[0] in "+-" and _is_expression(shown) else f"'{shown}"


def _is_expression(text: str) -> bool:
    from bench.expression import ParseError, parse

    try:
        parse(text)
    except ParseError:
        return False
    return True


def as_markdown(text: str) -> str:
    """``text`` within Markdown, its markup and HTML's taken for signs."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", harmless(text))


_TEX = str.maketrans({
    **{sign: f"\\{sign}" for sign in "&%_#$"},
    **{sign: f"\\({sign}\\)" for sign in "<>|"},
    "{": r"\{", "}": r"\}", "\\": r"\textbackslash{}", "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
})  # fmt: skip


def as_latex(text: str) -> str:
    """``text`` within a table of LaTeX; the end of the row before would take ``[`` for its own."""
    shown = harmless(text).translate(_TEX)
    return f"{{}}{shown}" if shown.startswith(("[", "*")) else shown
