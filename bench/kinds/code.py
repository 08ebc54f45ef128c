"""What a worker executes of a kind: part of the code of every run of its problems.

How a problem comes to a method is a word: its kind, or ``system as table`` by the reduction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from bench.basics.extension import ExtensionError
from bench.basics.source.digest import source_digest
from bench.kinds.find import kind_named, kind_target, reduced_to

_BY = " as "


def posed_as(kind: str, taken: Collection[str]) -> str:
    """How a problem of ``kind`` comes to a method that takes the kinds ``taken``."""
    return kind if kind in taken else f"{kind}{_BY}{reduced_to(kind)}"


def with_kind(source: str, posed: str) -> str:
    """The digest of a run's code: of its method's, ``source``, and the kind's.

    Empty where one of them is not known; ``source`` alone where nothing was ``posed``.
    """
    if not posed:
        return source
    kind = code_of_kind(posed)
    return hashlib.sha256(f"{source}\n{kind}".encode()).hexdigest() if source and kind else ""


def code_of_kind(posed: str) -> str:
    """The digest of what a worker executes of a kind: its task and refusals, and its reduction
    where that is how it was ``posed``. Empty where the kind is not installed."""
    name, by_reduction, _ = posed.partition(_BY)
    try:
        places = [kind_target(name).partition(":")[0]]
        if by_reduction:
            places.append(kind_named(name).reduction)  # type: ignore[attr-defined]
    except (LookupError, ExtensionError):
        return ""
    return source_digest(places)
