"""The judge: is this the law? An answer by each of several rules, and always the reason.

``judge`` compares a predicted with a true expression on the domain of a problem. Cheap refutations
come first and carry a witness, a point of the domain with both values; a "yes" is an identity that
holds to tens of digits at fresh points, with constants moved no further than the rule allows.
``judge`` is imported when it is first used: it needs numba, and who only asks others to judge,
in processes of their own, does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.scoring.equivalence.numerics.points import DEFAULT_SAMPLING, default_domain
from bench.scoring.equivalence.rules import RULES, Rule
from bench.scoring.equivalence.verdict import STEPS, Answer, JudgeLimits, Verdict, Witness

if TYPE_CHECKING:
    from bench.scoring.equivalence.judgement import judge

__all__ = [
    "DEFAULT_SAMPLING",
    "RULES",
    "STEPS",
    "Answer",
    "JudgeLimits",
    "Rule",
    "Verdict",
    "Witness",
    "default_domain",
    "judge",
]


def __getattr__(name: str) -> Any:
    if name != "judge":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from bench.scoring.equivalence.judgement import judge

    globals()[name] = judge
    return judge
