"""Kinds: what sort of thing is discovered. One folder each; nothing else knows kinds by name."""

from __future__ import annotations

from bench.kinds.find import kind_at, kind_named, kind_names, kind_of, kind_target, reduced_to
from bench.kinds.item import item_of
from bench.kinds.kind import (
    AnyData,
    AnyOracle,
    AnyProblem,
    Brief,
    Conditions,
    Disclosure,
    Kind,
    QuestionRefused,
    Shown,
    noise_text,
)

__all__ = [
    "AnyData",
    "AnyOracle",
    "AnyProblem",
    "Brief",
    "Conditions",
    "Disclosure",
    "Kind",
    "QuestionRefused",
    "Shown",
    "item_of",
    "kind_at",
    "kind_named",
    "kind_names",
    "kind_of",
    "kind_target",
    "noise_text",
    "reduced_to",
]
