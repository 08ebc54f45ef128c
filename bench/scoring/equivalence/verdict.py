"""What the judge answers, what refutes, and what the judge may spend on an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

Answer = Literal["yes", "no", "undecided", "not_applicable"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)


@dataclass(frozen=True, slots=True)
class JudgeLimits:
    """How closely to look, and for how long.

    ``seconds`` of processor time, not of the clock, so that a busy machine gives the same answers,
    bound one call of ``judge``, all rules together. ``tolerance`` is how far, relatively, a
    constant may be from the one that is meant (``closeness.py``). ``digits`` is the precision in
    which an identity is confirmed, and ``shown`` that of a witness's values. ``prove`` asks for a
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
                raise ValueError(
                    f"JudgeLimits.{name} must be positive, not {getattr(self, name)!r}"
                )
        if not 30 <= self.digits <= 1000:
            raise ValueError(f"JudgeLimits.digits must be from 30 to 1000, not {self.digits!r}")

    @property
    def shown(self) -> int:
        """Digits of a value in a witness, at least."""
        return max(20, self.digits - 30)


@dataclass(frozen=True, slots=True)
class Witness:
    """A point at which prediction and truth differ, and the values there as decimal text.

    Where there is no value, the text says why. ``beside`` is a second point, for a claim that no
    one point refutes: that the two differ by a constant, or that a variable does not matter.
    ``note`` says what is special: a point beyond the domain, constants other than those written.

    Raises ValueError for two equal values: they refute nothing.
    """

    point: Mapping[str, float]
    prediction: str
    truth: str
    beside: Witness | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if _equal(self.prediction, self.truth):
            raise ValueError(
                f"a witness needs two values that differ; both are {self.truth} "
                f"at {dict(self.point)}"
            )

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "point": dict(self.point),
            "prediction": self.prediction,
            "truth": self.truth,
            "beside": None if self.beside is None else self.beside.as_dict(),
            "note": self.note,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Witness:
        """Inverse of ``as_dict``."""
        beside = plain["beside"]
        return cls(**{**plain, "beside": None if beside is None else cls.from_dict(beside)})


def _equal(first: str, second: str) -> bool:
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:  # words: there is no value
        return first == second


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer, and why.

    ``step`` is the step that decided (``STEPS``), ``reason`` a sentence. ``evidence`` holds what
    was measured: residuals, constants that moved, what was left out, digits and points of a
    confirmation. ``witness`` is the point that refutes. ``seconds`` is the time from the beginning
    of the call to the answer. Raises ValueError for a refutation by a point without the point.
    """

    answer: Answer
    step: str
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    witness: Witness | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.answer not in ANSWERS:
            raise ValueError(f"no answer {self.answer!r} (there are {', '.join(ANSWERS)})")
        if self.answer == "no" and self.step in WITNESSED and self.witness is None:
            raise ValueError(f"a no by '{self.step}' needs its witness: {self.reason}")

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON values."""
        return {
            "answer": self.answer,
            "step": self.step,
            "reason": self.reason,
            "evidence": dict(self.evidence),
            "witness": None if self.witness is None else self.witness.as_dict(),
            "seconds": self.seconds,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Verdict:
        """Inverse of ``as_dict``. Raises KeyError, TypeError or ValueError for what is none."""
        witness = plain["witness"]
        return cls(**{**plain, "witness": None if witness is None else Witness.from_dict(witness)})


@dataclass(frozen=True)
class Ruling:
    """A verdict before it is timed: what a rule says of a prediction."""

    answer: Answer
    step: str
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    witness: Witness | None = None


STEPS: Mapping[str, str] = {
    "parse": "the prediction is no expression in the problem's variables",
    "template": "the prediction has no constants, and the rule asks for them",
    "truth": "the truth cannot be judged against: no expression, or no value on the domain",
    "scope": "the rule is not asked of a law with such constants",
    "same tree": "both are one tree after sorting sums and products",
    "undefined": "the prediction has no finite real value at a point of the domain",
    "variables": "the truth depends on a variable that the prediction lacks",
    "accuracy": "the rule asks for R2 > 0.5",
    "difference": "at points of the domain the two are further apart than the tolerance allows",
    "rounded": "rounded to three decimals, neither difference nor ratio is constant",
    "refit": "no constants that were tried make the prediction the law",
    "constants": "constants would have to move further than the rule allows, or through 0",
    "beyond": "the two agree on the domain, and are other functions beyond it",
    "confirmed": "the two agree at fresh points to tens of digits, with constants moved as told",
    "proved": "confirmed, and SymPy reduces the difference to zero",
    "data": "the data cannot tell: the reason names what they fix",
    "time": "the time ended before there was an answer",
    "limit": "the scoring step was cut short",
    "failure": "the judge itself failed; the reason says how",
}
"""Every step that can decide, and what it means."""

WITNESSED = frozenset({"undefined", "variables", "difference", "rounded", "beyond"})
"""The steps that refute by a point: their "no" cannot be said without it."""
