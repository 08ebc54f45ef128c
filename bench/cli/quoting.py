"""Names between a user's words and Hydra's grammar: read as written, pasted in quotes."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

Choice = str | list[str]
"""What ``method=`` or ``dataset=`` is set to: one name, or a list of names."""

_ESCAPED = re.compile(r"\\([\\()\[\]{}:=, \t])")
_KEY = re.compile(r"[A-Za-z_]\w*|0|[1-9]\d*", re.ASCII)
_CLOSING = {"[": "]", "(": ")", "{": "}"}


def quoted(text: str) -> str:
    """``text`` as one value of Hydra's grammar: never a number, a null, a list or a sweep.

    ``${...}`` in it stays an interpolation.
    """
    # There, a backslash is one, except in a row of them before a quote.
    return "'" + re.sub(r"(\\*)('|\Z)", _escape, text) + "'"


def _escape(match: re.Match[str]) -> str:
    return match[1] * 2 + ("\\'" if match[2] else "")


def choices(value: str) -> list[Choice]:
    """The choices that ``value`` writes, one but for a sweep: ``[2021.csv,"a b"]``, ``a,b``.

    A name is what is written: 1e5, null and true are names. Raises ValueError where a quote or a
    bracket is left open.
    """
    inner = re.fullmatch(r"\s*choice\((.*)\)\s*", value, re.DOTALL)
    return [_choice(part) for part in _split(inner[1] if inner else value)]


def _choice(part: str) -> Choice:
    text = part.strip()
    if text.startswith("[") and text.endswith("]"):
        inside = text[1:-1]
        return [_name(one) for one in _split(inside)] if inside.strip() else []
    return _name(text)


def _name(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        mark = text[0]
        return re.sub(rf"(\\*)({mark}|\Z)", _unescape, text[1:-1])
    return _ESCAPED.sub(r"\1", text)


def _unescape(match: re.Match[str]) -> str:
    return "\\" * (len(match[1]) // 2) + match[2]


def _split(text: str) -> Iterator[str]:
    """The parts of ``text`` between commas that stand in no quotes and no brackets."""
    start, open_brackets, mark = 0, [], ""
    position = 0
    while position < len(text):
        sign = text[position]
        if sign == "\\":
            position += 1
        elif mark:
            mark = "" if sign == mark else mark
        elif sign in "'\"" and not text[start:position].strip("[ "):
            mark = sign
        elif sign in _CLOSING:
            open_brackets.append(_CLOSING[sign])
        elif open_brackets and sign == open_brackets[-1]:
            open_brackets.pop()
        elif sign == "," and not open_brackets:
            yield text[start:position]
            start = position + 1
        position += 1
    if mark or open_brackets:
        raise ValueError(f"{mark or open_brackets[-1]} is missing")
    yield text[start:]


def label(text: str) -> str:
    """``text`` as part of a setting's key, as Hydra has keys: ``my_data``, ``2021``, ``_1e5``.

    Accents are dropped, and what is no letter, digit or ``_`` becomes a ``_``.
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    key = re.sub(r"\W", "_", plain, flags=re.ASCII)
    if not key.strip("_"):
        return "data"
    return key if _KEY.fullmatch(key) else f"_{key}"


def labels(paths: Sequence[Path], taken: Collection[str]) -> Mapping[Path, str]:
    """A label for each of some absolute paths: of its stem, or of as much more as it needs.

    Needs, so that no two names are one and none is ``taken``. Where that does not suffice (two
    names in Chinese), labels are numbered.
    """
    made: dict[Path, str] = {}
    for path in paths:
        others = [other for other in paths if other != path]
        free = (name for name in _longer(path) if _free(name, others, taken))
        made[path] = _numbered(label(next(free, path.name)), {*taken, *made.values()})
    return made


def _numbered(wanted: str, taken: Collection[str]) -> str:
    tried = itertools.chain([wanted], (f"{wanted}_{number}" for number in itertools.count(2)))
    return next(name for name in tried if name not in taken)


def _free(name: str, others: Sequence[Path], taken: Collection[str]) -> bool:
    return label(name) not in taken and all(name not in _longer(other) for other in others)


def stem(path: Path) -> str:
    """The name of a file or folder up to its first dot, as in ``data`` of ``data.csv.gz``."""
    return path.name.partition(".")[0] or path.name


def _longer(path: Path) -> Iterator[str]:
    """The stem, the name with its suffix, and the stem after the names of ever more folders."""
    yield from (stem(path), path.name)
    parts = [*path.parts[1:-1], stem(path)]
    for count in range(2, len(parts) + 1):
        yield "_".join(parts[-count:])
