"""The kind ``panel``: a pool of factors over days and assets that foretell returns."""

from __future__ import annotations

from bench.kinds.kind import Kind
from bench.kinds.panel.kind import PanelKind

KIND: Kind = PanelKind()
