"""What an answer about a number is: a constant's name and four integers, or that there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bench.method import Answer

NONE = "none"
_INTEGERS = re.compile(r"[+-]?\d{1,400}(?:[ ,]+[+-]?\d{1,400}){3}", re.ASCII)

Found = tuple[str, tuple[int, int, int, int]]
"""The constant's name c, and k0 to k3: k0 + k1 x + k2 c + k3 x c = 0."""


def relation_of(answer: Answer, constants: Sequence[str]) -> Found | None:
    """The relation that ``answer`` states; None where it says that there is none.

    Raises ValueError, in a sentence, for what is no answer.
    """
    if isinstance(answer, str):
        if answer.strip() == NONE:
            return None
        raise ValueError(f"{_ASKED}, not {answer!r:.60}")
    if set(answer) != {"constant", "relation"}:
        raise ValueError(f"{_ASKED}, not {', '.join(map(repr, answer)) or 'nothing'}")
    name, text = answer["constant"], answer["relation"]
    if name not in constants:
        raise ValueError(f"'{name:.40}' is none of the constants: {', '.join(constants)}")
    if not _INTEGERS.fullmatch(text.strip()):
        raise ValueError(f"relation is '{text:.60}'; it is four integers, as '4 0 0 -1'")
    k0, k1, k2, k3 = (int(one) for one in re.split(r"[ ,]+", text.strip()))
    return name, (k0, k1, k2, k3)


_ASKED = "an answer is 'none', or has a 'constant' and its 'relation', four integers"
