"""Answers and discoveries as plain JSON, both ways: in records, and on the way to them."""

from __future__ import annotations

import base64
import math
import reprlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.method import Answer, Candidate, Discovery

MOST_COUNTS = 50


def number(value: object) -> float | None:
    """``value`` as a finite float where it is one; NumPy scalars count, NaN does not."""
    if value is None:
        return None
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
    if isinstance(value, str):
        return value
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
    """``{"best": candidate, "front": [candidate, ...]}``, ``predicted`` and ``counts`` if any."""
    if discovery is None:
        return None
    plain: dict[str, Any] = {
        "best": candidate_json(discovery.best),
        "front": [candidate_json(candidate) for candidate in discovery.front],
    }
    more = {"predicted": dict(discovery.predicted), "counts": dict(discovery.counts)}
    return plain | {name: one for name, one in more.items() if one}


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
    counts = counts_from(value.get("counts", {}))
    return Discovery(candidate_from(value["best"]), front, predicted=predicted, counts=counts)


def counts_from(value: object) -> dict[str, int]:
    """Whole numbers by name, at most ``MOST_COUNTS``; raises TypeError for anything else."""
    if not isinstance(value, Mapping) or len(value) > MOST_COUNTS:
        raise TypeError(f"counts are at most {MOST_COUNTS} whole numbers by name")
    for name, count in value.items():
        if type(count) is not int or not isinstance(name, str) or not name.isidentifier():
            raise TypeError(f"{reprlib.repr(name)}: {reprlib.repr(count)} is no count")
    return dict(value)


def packed(values: NDArray[np.float64]) -> str:
    """Values of shape (n,) as text, to the last bit: base64 of ``<f8``."""
    return base64.b64encode(values.astype("<f8").tobytes()).decode()


def unpacked(text: str) -> NDArray[np.float64]:
    """Inverse of ``packed``; raises ValueError where ``text`` is none of its making."""
    return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f8")
