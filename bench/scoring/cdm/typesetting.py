"""The tokens of a formula and the box of each, in pixels at 200 dpi, by matplotlib's mathtext.

It draws nothing and executes nothing: mathtext knows no macros.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.basics.installation import install_hint

Boxes = NDArray[np.float64]

LONGEST = 2000
"""Characters of a text that is typeset; the longest law that ships has a tenth of that."""
MOST_TOKENS = 500

_DPI, _POINTS = 200, 12
_MARGIN = 8.0
_AROUND = 1.0
"""Pixels: the margin of an image, and of a token's box."""
_JOINT = 4.0
"""Pixels from the corner of a radical sign to its bar."""

_ALIKE = {
    "le": "leq", "ge": "geq", "ne": "neq", "to": "rightarrow", "land": "wedge", "lor": "vee",
    "text": "mathrm", "textrm": "mathrm", "tfrac": "frac", "cdotp": "cdot",
    "lvert": "vert", "rvert": "vert", "lbrack": "[", "rbrack": "]", "lnot": "neg",
    "displaystyle": "", "textstyle": "", "limits": "", "nolimits": "",
}  # fmt: skip
"""Commands that mathtext lacks, and what prints alike."""
_ARGUMENTS = {"^": 1, "_": 1, "\\frac": 2, "\\dfrac": 2}
"""How many arguments each sets smaller than itself."""
_WORDS = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_AROUND_IT = re.compile(
    r"\s*(?:\$\$(?P<a>.*)\$\$|\$(?P<b>.*)\$|\\\[(?P<c>.*)\\\]|\\\((?P<d>.*)\\\)"
    r"|\\begin\{equation(?P<star>\*?)\}(?P<e>.*)\\end\{equation(?P=star)\})\s*",
    re.DOTALL,
)
_SIZE = re.compile(r"(?:bigg|Bigg|big|Big|text|display)$")


class NotTypeset(ValueError):
    """A text that mathtext cannot set; the message says why."""


@dataclass(frozen=True)
class Typeset:
    """A formula as it is printed: its ``tokens`` in the order of the text.

    ``boxes`` (n, 4) are left, top, right, bottom in pixels; ``size`` is width and height of the
    image, a margin round all that is printed.
    """

    tokens: tuple[str, ...]
    boxes: Boxes
    size: tuple[float, float]

    @property
    def centres(self) -> Boxes:
        """The middle of each box: shape (n, 2)."""
        return (self.boxes[:, :2] + self.boxes[:, 2:]) / 2.0


def warm_up() -> None:
    """Load matplotlib, which lists a machine's fonts when it is first there: that may take long."""
    typeset_latex("x")


@lru_cache(maxsize=4096)
def typeset_latex(latex: str) -> Typeset:
    """``latex`` set in Computer Modern; delimiters such as ``$`` around it may be there.

    Raises NotTypeset for what is empty, too long, or beyond mathtext; ImportError without
    matplotlib.
    """
    laid = _laid_out(_plain(latex))
    bars = [np.array([x, y, x + width, y + height]) for x, y, width, height in laid.rects]
    tokens: list[str] = []
    boxes: list[Boxes] = []
    for name, box in _glyphs(laid):
        joined = _bar_of(box, bars) if name == "radical" else None
        tokens.append(name)
        boxes.append(box if joined is None else _united(box, bars.pop(joined)))
    for bar in bars:
        at = next((k for k, one in enumerate(boxes) if bar[0] <= one[0] <= bar[2]), len(boxes))
        tokens.insert(at, "rule")
        boxes.insert(at, bar)
    if not tokens:
        raise NotTypeset("it prints nothing")
    if len(tokens) > MOST_TOKENS:
        raise NotTypeset(f"it prints {len(tokens)} tokens; {MOST_TOKENS} are compared at most")
    return _in_image(tuple(tokens), np.array(boxes))


def _plain(latex: str) -> str:
    """``latex`` in mathtext's words, without what stands around a formula."""
    if len(latex) > LONGEST:
        raise NotTypeset(f"it has {len(latex)} characters; {LONGEST} are typeset at most")
    around = _AROUND_IT.fullmatch(latex)
    if around is not None:
        latex = next(text for name in "abcde" if (text := around[name]) is not None)
    text = _COMMAND.sub(lambda found: _word(found[1]), " ".join(latex.split()))
    if not text.strip():
        raise NotTypeset("it is empty")
    if re.search(r"(?<!\\)\$", text):
        raise NotTypeset("there is a $ within it")
    return _displayed(text)


def _displayed(text: str) -> str:
    """``text`` with large fractions where LaTeX sets them so in a formula of its own line.

    That is everywhere but in scripts and in other fractions; mathtext sets ``frac`` small.
    """
    parts = []
    open_at = [_Level()]
    for word in _WORDS.findall(text):
        here = open_at[-1]
        if word == "{":
            open_at.append(_Level(here.small or here.coming > 0))
        elif word == "}":
            open_at = open_at[:-1] or [_Level()]
        elif word == "\\frac" and not (here.small or here.coming):
            word = "\\dfrac"
        if word in _ARGUMENTS:
            here.coming = _ARGUMENTS[word]
        elif not word.isspace() and word != "}":
            here.coming = max(0, here.coming - 1)
        parts.append(word)
    return "".join(parts)


@dataclass
class _Level:
    """Within an open brace: whether all is ``small``, and how many arguments ``coming`` are."""

    small: bool = False
    coming: int = 0


def _word(command: str) -> str:
    known = _ALIKE.get(command, command)
    return (
        f"\\{known} "
        if known.isalpha() and known != command
        else (known if command in _ALIKE else f"\\{command}")
    )


def _laid_out(text: str) -> Any:
    """What mathtext makes of ``text``: its ``glyphs`` and ``rects``, y upwards."""
    try:
        return _parser().parse(f"${text}$", dpi=_DPI, prop=_font())
    except ValueError as error:
        said = [line for line in str(error).splitlines() if line.strip()]
        raise NotTypeset(said[-1] if said else "mathtext cannot set it") from None
    except RecursionError:
        raise NotTypeset("it is nested too deeply") from None


@cache
def _parser() -> Any:
    try:
        from matplotlib.mathtext import MathTextParser
    except ImportError:
        raise ImportError(
            f"cdm sets formulas by matplotlib, which is not installed: {install_hint('cdm')}"
        ) from None
    return MathTextParser("path")


@cache
def _font() -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=_POINTS, math_fontfamily="cm")


def _glyphs(laid: Any) -> Iterator[tuple[str, Boxes]]:
    """The name of each glyph that prints, whatever its size, and its box."""
    from matplotlib.ft2font import LoadFlags

    for font, size, code, *index, x, y in laid.glyphs:
        number = index[0] if index else font.get_char_index(code)
        font.set_size(size, _DPI)
        left, low, right, high = font.load_glyph(number, flags=LoadFlags.NO_HINTING).bbox
        if right > left and high > low:
            box = np.array([left / 64 + x, low / 64 + y, right / 64 + x, high / 64 + y])
            yield _SIZE.sub("", font.get_glyph_name(number)), box


def _bar_of(box: Boxes, bars: list[Boxes]) -> int | None:
    """The bar that begins at the upper right corner of the radical sign in ``box``."""
    for k, bar in enumerate(bars):
        if abs(bar[0] - box[2]) <= _JOINT and abs(bar[3] - box[3]) <= _JOINT:
            return k
    return None


def _united(one: Boxes, other: Boxes) -> Boxes:
    return np.concatenate([np.minimum(one[:2], other[:2]), np.maximum(one[2:], other[2:])])


def _in_image(tokens: tuple[str, ...], boxes: Boxes) -> Typeset:
    """Boxes with y downwards from the upper left corner of the image."""
    left, low = boxes[:, :2].min(axis=0)
    right, high = boxes[:, 2:].max(axis=0)
    image = np.column_stack(
        [boxes[:, 0] - left, high - boxes[:, 3], boxes[:, 2] - left, high - boxes[:, 1]]
    )
    image += _MARGIN + _AROUND * np.array([-1.0, -1.0, 1.0, 1.0])
    size = (float(right - left) + 2 * _MARGIN, float(high - low) + 2 * _MARGIN)
    return Typeset(tokens, image, size)
