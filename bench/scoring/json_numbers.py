"""Floats in JSON: what JSON has no word for (inf, -inf, nan) is written as that word."""

from __future__ import annotations

import math
from typing import Any

_WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def to_json(value: Any) -> Any:
    """``value``, plain data, with the word for each float in it that is not finite."""
    if isinstance(value, dict):
        return {key: to_json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(entry) for entry in value]
    return str(float(value)) if isinstance(value, float) and not math.isfinite(value) else value


def from_json(value: Any) -> Any:
    """Inverse of ``to_json`` for a single value."""
    return _WORDS.get(value, value) if isinstance(value, str) else value
