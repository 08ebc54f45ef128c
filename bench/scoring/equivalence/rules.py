"""The rules by which a prediction is the law: one row of ``RULES`` each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.scoring.equivalence.verdict import Ruling

if TYPE_CHECKING:
    from bench.expression import Expression
    from bench.scoring.equivalence.case import Case


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the question it answers, and what decides.

    ``decide(case, r2)`` takes the prediction before its law, and its R2 on test data or None.
    ``title`` heads its column in brief tables; empty: its name. ``out_of_scope(truth)`` says why
    the rule is not asked of a law, empty where it is; None: it is asked of every law.
    ``sees_same(prediction, truth)`` says whether two sides that are one tree, but for the order of
    sums and products, are one to the rule; None: they always are.
    """

    name: str
    question: str
    decide: Callable[[Case, float | None], Ruling]
    title: str = ""
    out_of_scope: Callable[[Expression], str] | None = None
    sees_same: Callable[[Expression, Expression], bool] | None = None
    origin: str = "built-in"


def _exact(case: Case, r2: float | None) -> Ruling:
    from bench.scoring.equivalence.deciding import exact

    return exact(case)


def _skeleton(case: Case, r2: float | None) -> Ruling:
    from bench.scoring.equivalence.deciding import skeleton

    return skeleton(case)


def _srbench_relative(case: Case, r2: float | None) -> Ruling:
    from bench.scoring.equivalence.deciding import srbench_relative

    return srbench_relative(case, r2)


def _srbench(case: Case, r2: float | None) -> Ruling:
    from bench.scoring.equivalence.published import srbench

    return srbench(case, r2)


def _out_of_scope(truth: Expression) -> str:
    from bench.scoring.equivalence.published import out_of_scope

    return out_of_scope(truth)


def _sees_same(prediction: Expression, truth: Expression) -> bool:
    from bench.scoring.equivalence.published import sees_same

    return sees_same(prediction, truth)


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "srbench_relative",
            "is it the law up to an added or multiplied constant, others to three digits?",
            _srbench_relative,
            title="SRBench rel.",
        ),
        Rule("exact", "is it the law, constants included?", _exact),
        Rule("skeleton", "are there constants that make it the law?", _skeleton),
        Rule(
            "srbench",
            "is it a solution by SRBench's published rule, to the letter?",
            _srbench,
            title="SRBench",
            out_of_scope=_out_of_scope,
            sees_same=_sees_same,
        ),
    )
}
"""Every rule by its name, in the order of tables."""
