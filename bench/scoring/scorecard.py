"""Scorecard: all that is known about the worth of one answer, and both ways between it and JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from bench.method import Answer as Found
from bench.scoring.equivalence.verdict import Answer, Verdict
from bench.scoring.ned.edit_distance import EditDistance
from bench.scoring.used_variables import VariableUse

SOLE = "expression"
"""The name of the one comparison of an answer that is one expression."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found in holding one expression against the true one; empty where there is none.

    ``verdicts`` are those of the rules, by name; ``edit`` is the edit distance, with the reason
    where there is no form to take it of; ``variables`` are those used, missed and needless;
    ``numbers`` is what else a kind's steps found of this one expression. ``read_as`` is what the
    text was read as, where that was not the text itself.
    """

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    edit: EditDistance | None = None
    variables: VariableUse | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    read_as: str = ""


@dataclass(frozen=True)
class Scorecard:
    """What is said of one answer to one problem.

    ``failure`` says why nothing could be scored (no answer, or text that is no expression).
    ``values`` holds the metrics by name; None: the problem has no such number. ``lost`` are the
    metrics that could not be had, for the failure or for a step that was cut short, and of which
    it is not known whether the problem has them. ``comparisons`` is the evidence by the name of
    the expression (``SOLE`` where the answer is one). ``judge_version`` tells what the scorecard
    follows from besides answer and problem. ``seconds`` is the time each step took, and
    ``limits_hit`` names what was cut short, as ``step: why``.
    """

    problem: str
    kind: str
    answer: Found | None
    judge_version: str
    failure: str = ""
    values: Mapping[str, float | None] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    limits_hit: tuple[str, ...] = ()

    @property
    def comparison(self) -> Comparison:
        """The comparison of an answer that is one expression; an empty one where there is none."""
        return self.comparisons.get(SOLE, Comparison())

    def answer_by(self, rule: str) -> Answer | None:
        """What ``rule`` says of the whole answer; None where it was not asked.

        Of several expressions: no where one is a no, else undecided where one is, else yes.
        Those that the rule is not asked of do not count, unless there are no others.
        """
        answers = {
            one.verdicts[rule].answer for one in self.comparisons.values() if rule in one.verdicts
        }
        order: tuple[Answer, ...] = ("no", "undecided", "yes", "not_applicable")
        return next((answer for answer in order if answer in answers), None)

    def reason_by(self, rule: str) -> str:
        """Why ``rule`` says so; of several expressions, each one's reason behind its name."""
        reasons = {
            name: one.verdicts[rule].reason
            for name, one in self.comparisons.items()
            if rule in one.verdicts
        }
        if set(reasons) == {SOLE}:
            return reasons[SOLE]
        return "; ".join(f"{name}: {reason}" for name, reason in reasons.items())

    def but(self, **changes: Any) -> Self:
        """This card with other values in some fields."""
        return replace(self, **changes)

    def compared(self, part: str, **changes: Any) -> Self:
        """This card with other values in some fields of the comparison called ``part``."""
        one = replace(self.comparisons.get(part, Comparison()), **changes)
        return replace(self, comparisons={**self.comparisons, part: one})

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; floats that JSON has no word for are words: inf, -inf, nan."""
        return {
            "problem": self.problem,
            "kind": self.kind,
            "answer": self.answer if isinstance(self.answer, str | None) else dict(self.answer),
            "judge_version": self.judge_version,
            "failure": self.failure,
            "values": plain_json(self.values),
            "lost": list(self.lost),
            "comparisons": {name: _plain_one(one) for name, one in self.comparisons.items()},
            "seconds": dict(self.seconds),
            "limits_hit": list(self.limits_hit),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Scorecard:
        """Inverse of ``as_dict``. Raises KeyError, TypeError, ValueError or AttributeError."""
        comparisons = {name: _comparison(one) for name, one in plain["comparisons"].items()}
        changed = {
            "values": values_of(plain),
            "lost": tuple(plain["lost"]),
            "comparisons": comparisons,
            "limits_hit": tuple(plain["limits_hit"]),
        }
        return cls(**{**plain, **changed})


def values_of(plain: Mapping[str, Any]) -> dict[str, float | None]:
    """The ``values`` of a scorecard that is plain JSON, for who reads a hundred thousand.

    Raises KeyError, TypeError, ValueError or AttributeError for what is no scorecard.
    """
    return {
        name: None if value is None else float(value)  # the words inf and -inf among them
        for name, value in plain["values"].items()
    }


def _plain_one(one: Comparison) -> dict[str, Any]:
    return {
        "verdicts": {rule: plain_json(verdict.as_dict()) for rule, verdict in one.verdicts.items()},
        "edit": None if one.edit is None else asdict(one.edit),
        "variables": None if one.variables is None else one.variables.as_dict(),
        "numbers": plain_json(one.numbers),
        "read_as": one.read_as,
    }


def _comparison(plain: Mapping[str, Any]) -> Comparison:
    edit, use = plain["edit"], plain["variables"]
    return Comparison(
        {rule: Verdict.from_dict(verdict) for rule, verdict in plain["verdicts"].items()},
        None if edit is None else EditDistance(**edit),
        None if use is None else VariableUse.from_dict(use),
        {name: float(number) for name, number in plain["numbers"].items()},
        str(plain["read_as"]),
    )


def plain_json(value: Any) -> Any:
    """``value``, plain data, with the word for each float in it that is not finite."""
    if isinstance(value, Mapping):
        return {key: plain_json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(entry) for entry in value]
    return str(float(value)) if isinstance(value, float) and not math.isfinite(value) else value
