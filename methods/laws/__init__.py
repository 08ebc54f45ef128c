"""Laws by linear algebra: ``laws``, and ``rsrm_laws``, which goes on with RSRM's search."""

from __future__ import annotations

from methods.laws.combined import RSRMLaws
from methods.laws.method import Laws

__all__ = ["Laws", "RSRMLaws"]
