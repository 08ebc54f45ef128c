"""The kind ``table``: one expression y = f(X), from rows of numbers."""

from __future__ import annotations

from bench.kinds.kind import Kind
from bench.kinds.table.kind import TableKind

KIND: Kind = TableKind()
