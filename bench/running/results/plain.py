"""Answers and discoveries as plain JSON, both ways: in records, and on the way to them."""

from __future__ import annotations

import base64
import math
import reprlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.method import Answer, Candidate, Discovery


def number(value: object) -> float | None:
    """``value`` as a finite float where it is one; NumPy scalars count, NaN does not."""
    try:
        converted = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return converted if math.isfinite(converted) else None


def checked_text(value: object) -> str:
    """``value``, which must be text; raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {reprlib.repr(value)}")
    return value


def answer_from(value: object) -> Answer:
    """An answer from JSON: text, or an object of texts; raises TypeError."""
    if isinstance(value, dict):
        return {checked_text(name): checked_text(expression) for name, expression in value.items()}
    return checked_text(value)


def candidate_json(candidate: Candidate) -> list[Any]:
    """``[expression, complexity, loss]``."""
    return [candidate.expression, number(candidate.complexity), number(candidate.loss)]


def candidate_from(value: object) -> Candidate:
    """Inverse of ``candidate_json``; raises TypeError where ``value`` is no candidate."""
    if not isinstance(value, list) or len(value) != 3:
        raise TypeError(f"{reprlib.repr(value)} is no candidate: expression, complexity and loss")
    expression, complexity, loss = value
    return Candidate(answer_from(expression), number(complexity), number(loss))


def discovery_json(discovery: Discovery | None) -> dict[str, Any] | None:
    """``{"best": candidate, "front": [candidate, ...]}``, and ``predicted`` where it has that."""
    if discovery is None:
        return None
    plain: dict[str, Any] = {
        "best": candidate_json(discovery.best),
        "front": [candidate_json(candidate) for candidate in discovery.front],
    }
    return plain | ({"predicted": dict(discovery.predicted)} if discovery.predicted else {})


def discovery_from(value: object) -> Discovery | None:
    """Inverse of ``discovery_json``; raises KeyError or TypeError where ``value`` is none."""
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value["front"], list):
        raise TypeError(f"{reprlib.repr(value)} is no discovery: best and front")
    front = tuple(candidate_from(item) for item in value["front"])
    predicted = {
        checked_text(split): checked_text(values)
        for split, values in value.get("predicted", {}).items()
    }
    return Discovery(candidate_from(value["best"]), front, predicted=predicted)


def packed(values: NDArray[np.float64]) -> str:
    """Values of shape (n,) as text, to the last bit: base64 of ``<f8``."""
    return base64.b64encode(values.astype("<f8").tobytes()).decode()


def unpacked(text: str) -> NDArray[np.float64]:
    """Inverse of ``packed``; raises ValueError where ``text`` is none of its making."""
    return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f8")
