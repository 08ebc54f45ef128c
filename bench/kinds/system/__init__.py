"""The kind ``system``: x' = f(x, t, u), one expression for each state, from trajectories."""

from __future__ import annotations

from bench.kinds.kind import Kind
from bench.kinds.system.kind import SystemKind

KIND: Kind = SystemKind()
