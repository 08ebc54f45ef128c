"""What the judge answers, and what it may spend on the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Answer = Literal["yes", "no", "undecided"]
RULES = ("srbench", "exact", "skeleton")


@dataclass(frozen=True, slots=True)
class Limits:
    """How closely to look, and for how long.

    ``seconds`` of processor time, not of the clock, so that a busy machine gives the same answers,
    bound one call of ``judge``, all rules together. ``tolerance`` is the relative
    tolerance on constants of the rules ``exact`` and ``srbench`` (``closeness.py`` says what it
    means). ``digits`` is the precision in which an identity is confirmed. ``prove`` asks for a
    symbolic proof by SymPy of what was confirmed, of at most ``prove_seconds``.
    """

    seconds: float = 1.5
    tolerance: float = 1e-3
    digits: int = 50
    prove: bool = False
    prove_seconds: float = 10.0

    def __post_init__(self) -> None:
        for name in ("seconds", "tolerance", "prove_seconds"):
            if not getattr(self, name) > 0:
                raise ValueError(f"Limits.{name} must be positive, not {getattr(self, name)!r}")
        if not 30 <= self.digits <= 1000:
            raise ValueError(f"Limits.digits must be from 30 to 1000, not {self.digits!r}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer, and why.

    ``step`` is the step that decided (``STEPS``), ``reason`` a sentence. ``evidence`` holds what
    was measured: residuals, refitted constants, digits and points of a confirmation. ``witness``
    is the point that refutes: its coordinates, and both values there as decimal text. ``seconds``
    is the time from the beginning of the call to the answer.
    """

    answer: Answer
    step: str
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    witness: Mapping[str, Any] | None = None
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON values."""
        return {
            "answer": self.answer,
            "step": self.step,
            "reason": self.reason,
            "evidence": dict(self.evidence),
            "witness": None if self.witness is None else dict(self.witness),
            "seconds": self.seconds,
        }


STEPS: Mapping[str, str] = {
    "parse": "the prediction is no expression in the problem's variables",
    "truth": "the truth cannot be judged against: no expression, or no value on the domain",
    "same tree": "both are one tree after sorting sums and products",
    "undefined": "the prediction has no finite real value at a point of the domain",
    "variables": "the truth depends on a variable that the prediction lacks",
    "accuracy": "the rule asks for R2 > 0.5",
    "difference": "at points of the domain the two are further apart than the tolerance allows",
    "refit": "no constants that were tried make the prediction the law",
    "confirmed": "the two agree at fresh points to tens of digits, with constants moved as told",
    "proved": "confirmed, and SymPy reduces the difference to zero",
    "time": "the time ended before there was an answer",
    "failure": "the judge itself failed; the reason says how",
}
"""Every step that can decide, and what it means."""
