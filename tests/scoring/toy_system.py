"""The scoring half of a kind as a package would bring it: laws of several states.

An answer is one expression for each state. Each has a step of its own that takes its values, and
is held against its own law; the metrics are of the whole answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

import numpy as np

from bench.expression import Expression, ParseError, compile_expression, parse
from bench.problems import Domain
from bench.scoring import (
    Claim,
    Comparison,
    FormCache,
    InstalledRule,
    Item,
    Metric,
    NoAnswer,
    Scheme,
    Scorecard,
    ScoringLimits,
    ScoringStep,
    ned_metric,
    nothing_compared,
    rule_metrics,
)
from bench.scoring.equivalence import default_domain
from bench.scoring.rules import all_rules


@dataclass(frozen=True)
class Flow:
    """x' = f(x) for each state; no data but what its domain gives."""

    name: str
    truth: Mapping[str, str] = field(default_factory=lambda: {"u": "v", "v": "-u*v"})
    kind: ClassVar[str] = "flow"
    dataset: ClassVar[str] = "flows"
    version: ClassVar[str] = "1"

    @property
    def domain(self) -> Domain:
        return default_domain(sorted(self.truth))


@dataclass(frozen=True)
class FlowSubject:
    """An answer made ready, expression by expression."""

    problem: Flow
    predictions: Mapping[str, Expression]
    truths: Mapping[str, Expression]
    forms: FormCache
    limits: ScoringLimits

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        errors = [
            ScoringStep(
                "error", partial(self._error, name), partial(_no_error, name), name,
                prepare=partial(_look_up, name),
            )
            for name in self.truths
        ]  # fmt: skip
        claims = [
            Claim(
                self.predictions[name], truth, lambda: self.problem.domain, self.forms,
                self.limits, name,
            )
            for name, truth in self.truths.items()
        ]  # fmt: skip
        return (*errors, *(step for claim in claims for step in claim.steps))

    def _error(self, name: str, card: Scorecard) -> Scorecard:
        while name == "trap":
            pass
        names = sorted(self.truths)
        X = np.random.default_rng(0).uniform(1.0, 2.0, (20, len(names)))
        found, true = (
            compile_expression(one[name], names)(X) for one in (self.predictions, self.truths)
        )
        return card.compared(name, numbers={"error": float(np.abs(found - true).max())})


def _no_error(name: str, card: Scorecard, why: str) -> tuple[Scorecard, str]:
    return card.compared(name, numbers={"error": math.inf}), why


def _look_up(name: str) -> None:
    if name == "gone":
        raise FileNotFoundError("the file of 'gone' is not there")


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> FlowSubject:
    problem: Flow = item.problem
    names = {name: name for name in problem.truth}
    truths = {name: parse(text, names) for name, text in problem.truth.items()}
    if not isinstance(item.answer, Mapping) or set(item.answer) != set(names):
        raise NoAnswer(f"an expression is asked for each of {', '.join(names)}")
    try:
        predictions = {name: parse(text, names) for name, text in item.answer.items()}
    except ParseError as error:
        raise NoAnswer(f"no expression: {error}") from None
    return FlowSubject(problem, predictions, truths, forms, limits)


def _failed(item: Item, why: str) -> dict[str, Comparison]:
    worst = {name: nothing_compared(parse(text), why) for name, text in item.problem.truth.items()}
    return {name: replace(one, numbers={"error": math.inf}) for name, one in worst.items()}


SCHEME = Scheme("flow", _ready, _failed)


class FlowKind:
    """The kind itself."""

    name = "flow"

    def scheme(self) -> Scheme:
        return SCHEME

    def metrics(self) -> tuple[Metric, ...]:
        worst_error = Metric(
            "flow_error",
            "by how much is the derivative of the worst state wrong?",
            lambda card: max(one.numbers["error"] for one in card.comparisons.values()),
            summary="median", better="lower", worst=math.inf, kinds=("flow",),
        )  # fmt: skip
        share = Metric(
            "states_right",
            "what share of the states' laws is found?",
            lambda card: np.mean(
                [one.verdicts["exact"].answer == "yes" for one in card.comparisons.values()]
            ),
            summary="mean", better="higher", worst=0.0, kinds=("flow",), interval=True,
        )  # fmt: skip
        rules = [rule for rule in all_rules().values() if not isinstance(rule, InstalledRule)]
        return (
            *rule_metrics(("flow",), rules), ned_metric(("flow",)), worst_error, share,
        )  # fmt: skip


KIND = FlowKind()

STATES = Metric(
    "states",
    "of how many states is the answer?",
    lambda subject: len(subject.predictions),
    step="error", summary="mean", better="higher", worst=0.0, kinds=("flow",),
)  # fmt: skip
"""Asked of the subject after the step's last expression."""
