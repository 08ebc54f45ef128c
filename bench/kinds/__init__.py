"""Kinds: what sort of thing is discovered. One folder each; nothing else knows kinds by name."""

from __future__ import annotations

from bench.kinds.find import kind_at, kind_named, kind_names, kind_of, kind_target
from bench.kinds.kind import AnyData, AnyProblem, Conditions, Disclosure, Kind, noise_text

__all__ = [
    "AnyData",
    "AnyProblem",
    "Conditions",
    "Disclosure",
    "Kind",
    "kind_at",
    "kind_named",
    "kind_names",
    "kind_of",
    "kind_target",
    "noise_text",
]
