"""Floats in JSON: what JSON has no word for (inf, -inf, nan) is written as that word."""

from __future__ import annotations

import math
from typing import Any

_WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def to_json(value: Any) -> Any:
    """``value``, or the word for it where it is a float that is not finite."""
    return str(float(value)) if isinstance(value, float) and not math.isfinite(value) else value


def from_json(value: Any) -> Any:
    """Inverse of ``to_json``."""
    return _WORDS.get(value, value) if isinstance(value, str) else value
