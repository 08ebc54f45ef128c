"""Scorecard: all that is known about the worth of one prediction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from bench.scoring.equivalence.rules import RULES
from bench.scoring.ned.edit_distance import EditDistance
from bench.scoring.numeric import NumericScore
from bench.scoring.used_variables import VariableUse


@dataclass(frozen=True)
class Scorecard:
    """What the judge says of one expression for one problem. The defaults are the worst score.

    ``failure`` says why nothing could be scored (no expression, or text that is none). Where the
    truth is unknown, ``edit`` and ``variables`` are None and ``verdicts`` is empty; ``ood`` is
    None where the problem has no such split, ``dimensionally_consistent`` where units are not known
    (constants may carry some: ``bench.problems.units``). ``verdicts`` maps each rule to a Verdict
    as a dict (answer, step, reason, evidence, witness, seconds). ``judge_version`` is that of the
    ``ScoringLimits``. ``seconds`` is the time each step took, and ``limits_hit`` names what was
    cut short, as ``step: why``.
    """

    problem: str
    expression: str | None
    judge_version: str
    failure: str = ""
    test: NumericScore = field(default_factory=NumericScore)
    ood: NumericScore | None = None
    edit: EditDistance | None = None
    verdicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    variables: VariableUse | None = None
    complexity: int | None = None
    dimensionally_consistent: bool | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    limits_hit: tuple[str, ...] = ()

    @property
    def ned(self) -> float | None:
        """The normalised edit distance; None where the truth is unknown."""
        return None if self.edit is None else self.edit.ned

    def answer(self, rule: str) -> str | None:
        """``yes``, ``no`` or ``undecided`` by ``rule``; None where it was not asked."""
        verdict = self.verdicts.get(rule)
        return None if verdict is None else str(verdict["answer"])

    def but(self, **changes: Any) -> Self:
        """This card with other values in some fields."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; infinities as the words ``inf`` and ``-inf``."""
        plain = {name.name: getattr(self, name.name) for name in fields(self)}
        plain["test"] = self.test.as_dict()
        plain["ood"] = None if self.ood is None else self.ood.as_dict()
        plain["edit"] = None if self.edit is None else asdict(self.edit)
        plain["variables"] = None if self.variables is None else self.variables.as_dict()
        plain["verdicts"] = {rule: dict(verdict) for rule, verdict in self.verdicts.items()}
        plain["seconds"] = dict(self.seconds)
        plain["limits_hit"] = list(self.limits_hit)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Scorecard:
        """Inverse of ``as_dict``. Raises KeyError or TypeError for what is no scorecard."""
        values = dict(plain)
        values["test"] = NumericScore.from_dict(plain["test"])
        for name, kind in (("ood", NumericScore), ("variables", VariableUse)):
            values[name] = None if plain[name] is None else kind.from_dict(plain[name])
        values["edit"] = None if plain["edit"] is None else EditDistance(**plain["edit"])
        values["limits_hit"] = tuple(plain["limits_hit"])
        return cls(**values)


def verdicts_of(
    answer: str, step: str, reason: str, rules: Iterable[str] = RULES
) -> dict[str, dict[str, Any]]:
    """The same verdict by every rule, for what never came before the judge."""
    verdict: dict[str, Any] = {
        "answer": answer, "step": step, "reason": reason,
        "evidence": {}, "witness": None, "seconds": 0.0,
    }  # fmt: skip
    return {rule: dict(verdict) for rule in rules}
