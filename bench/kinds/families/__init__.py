"""The kind ``families``: continued fractions to be sorted by the constants of their limits."""

from __future__ import annotations

from bench.kinds.families.kind import FamiliesKind
from bench.kinds.kind import Kind

KIND: Kind = FamiliesKind()
