"""Kinds: what sort of thing is discovered. One folder each; nothing else knows kinds by name."""

from __future__ import annotations

from bench.kinds.kind import Conditions, Kind, Posed, kind_named, kind_names, kind_of

__all__ = ["Conditions", "Kind", "Posed", "kind_named", "kind_names", "kind_of"]
