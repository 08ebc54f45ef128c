"""A column of a problem: what it is called, what it means, and how its values are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Unit = tuple[float, ...]
"""Exponents of (m, s, kg, K, V)."""

BASE_UNITS = ("m", "s", "kg", "K", "V")


@dataclass(frozen=True, slots=True)
class Sampling:
    """The rule by which the values of one variable are drawn.

    ``uniform`` draws from [low, high]; ``log_uniform`` draws the magnitude as
    10**U(log10 low, log10 high); ``integer`` draws from low, low + 1, ..., high - 1;
    ``grid`` is equally spaced with both ends in, ``count`` points.
    ``signs`` tells which signs the values take; ``both`` flips each row with probability 1/2.
    """

    kind: Literal["uniform", "log_uniform", "integer", "grid"]
    low: float
    high: float
    signs: Literal["positive", "negative", "both"] = "positive"
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """One column: its name in expressions (``x0``) and, where known, what stands behind it."""

    name: str
    symbol: str = ""
    meaning: str = ""
    unit: Unit | None = None
    sampling: Sampling | None = field(default=None, compare=False)
