"""The kind ``constant``: the closed form of a number, or of the limit of a continued fraction."""

from __future__ import annotations

from bench.kinds.constant.kind import ConstantKind
from bench.kinds.kind import Kind

KIND: Kind = ConstantKind()
