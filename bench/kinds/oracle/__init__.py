"""The kind ``oracle``: a function that may be asked, one question for each value (FIND)."""

from __future__ import annotations

from bench.kinds.kind import Kind
from bench.kinds.oracle.kind import OracleKind

KIND: Kind = OracleKind()
