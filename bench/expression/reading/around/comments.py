"""Comments beside an expression, as programs of many languages have them.

``#`` and ``/* ... */`` can be nothing else. ``//``, ``%``, ``!`` and ``--`` may be operators: what
follows them is a comment only where it is words, one of them a plain word of no formula. Behind
``//`` one word is enough; behind the others it might be a variable that there is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bench.expression.names import CONSTANT_SPELLINGS, FUNCTION_SPELLINGS
from bench.expression.reading.lenient.latex import GREEK

_HASH = re.compile(r"#(?![0-9])[^\n]*\Z")
_BLOCK_LAST = re.compile(r"(?:/\*[^*]{0,2000}\*/|\(\*[^*]{0,2000}\*\))\Z")
_BLOCK_FIRST = re.compile(r"(?:/\*[^*]{0,2000}\*/|\(\*[^*]{0,2000}\*\))\s*")
_WORDS = re.compile(r"(?<=[ \t])(?P<sign>//|%|!|--)[ \t]{1,20}(?P<words>[A-Za-z][^\n]{0,2000})\Z")
_LONGEST = 2_100
_TWO_WORDS = re.compile(r"[A-Za-z]+[ \t]+[A-Za-z]+\b")
_WORD = re.compile(r"(?<![\w.])[A-Za-z]{3,}(?![\w(\[{])")
_OF_FORMULAS = frozenset({*FUNCTION_SPELLINGS, *CONSTANT_SPELLINGS, *GREEK.values()})


def without_comments(rest: str) -> tuple[int, int]:
    """Where the expression in ``rest`` begins and ends, a comment left out."""
    last = rest.rfind("\n") + 1
    found = _HASH.search(rest, last) or _BLOCK_LAST.search(rest, max(last, len(rest) - _LONGEST))
    if found is not None and found.start() > 0:
        return 0, found.start()
    first = _BLOCK_FIRST.match(rest)
    return (first.end(), len(rest)) if first is not None else (0, len(rest))


def without_words(text: str, known: Mapping[str, str] | None) -> str:
    """``text`` without a comment in words behind a sign that may be an operator."""
    end = len(text.rstrip())
    line = text.rfind("\n", 0, end) + 1
    found = _WORDS.search(text, max(line, end - _LONGEST), end)
    if found is None or not text[: found.start()].strip():
        return text
    one_is_enough = found["sign"] == "//" and known is not None
    if not one_is_enough and _TWO_WORDS.match(found["words"]) is None:
        return text
    words = _WORD.findall(found["words"])
    plain = [word for word in words if word not in _OF_FORMULAS and word not in (known or ())]
    return text[: found.start()] if plain else text
