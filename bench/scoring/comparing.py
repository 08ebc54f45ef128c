"""Holding an expression against the true one: the steps of any kind whose truths are laws.

First the judge's verdicts, then the canonical form of the truth, whose time is not the
prediction's, then the edit distance. A rule of an installed package is a step of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from bench.expression import Expression, Reading
from bench.problems import Domain
from bench.scoring.equivalence.rules import RULES
from bench.scoring.equivalence.verdict import JudgeLimits, Verdict
from bench.scoring.ned.canonical import CanonicalForm
from bench.scoring.ned.edit_distance import EditDistance, form_distance
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.rules import InstalledRule, all_rules, installed_rules
from bench.scoring.scorecard import SOLE, Comparison, Scorecard, plain_json
from bench.scoring.steps import PATIENCE, ScoringLimits, ScoringStep, step_key

VERDICTS, TRUTH_FORM, EDIT_DISTANCE = "verdicts", "truth_form", "edit_distance"
_MOST_PROVING = 10.0  # seconds by the clock


def _unknown(card: Scorecard) -> None:
    return None


@dataclass(frozen=True)
class Claim:
    """That ``prediction`` is the law ``truth``; ``steps`` look into it.

    ``domain()`` says where the two are to agree. ``r2(card)`` is the prediction's on test data,
    for the rules that ask; None: they draw points of their own. ``part`` names the expression
    in an answer of several. ``reading`` is that of its text, where it was text: of a template,
    ``prediction`` is what it is filled with.
    """

    prediction: Expression
    truth: Expression
    domain: Callable[[], Domain]
    forms: FormCache
    limits: ScoringLimits
    part: str = SOLE
    r2: Callable[[Scorecard], float | None] = _unknown
    reading: Reading | None = None

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        """The steps, cheapest first."""
        installed = (
            ScoringStep(
                f"rule {name}",
                partial(self._asked, rule),
                partial(self._undecided, (name,)),
                self.part,
            )
            for name, rule in installed_rules().items()
        )  # fmt: skip
        return (
            ScoringStep(VERDICTS, self._judged, partial(self._undecided, tuple(RULES)), self.part),
            *installed,
            ScoringStep(
                TRUTH_FORM, self._truth_form, self._no_truth_form, self.part, (EDIT_DISTANCE,)
            ),
            ScoringStep(EDIT_DISTANCE, self._edit_distance, self._no_edit_distance, self.part),
        )

    def _judged(self, card: Scorecard) -> Scorecard:
        from bench.scoring.equivalence import judge

        limits = JudgeLimits(
            tolerance=self.limits.tolerance,
            prove=self.limits.prove,
            prove_seconds=min(_MOST_PROVING, PATIENCE * self.limits.seconds / (len(RULES) + 1)),
        )
        reading = self.reading
        if reading is not None:
            card = card.compared(self.part, read_as=reading.told)
        claimed = self.prediction if reading is None else reading
        verdicts = judge(claimed, self.truth, self.domain(), r2=self.r2(card), limits=limits)
        return self._with_verdicts(card, verdicts)

    def _asked(self, rule: InstalledRule, card: Scorecard) -> Scorecard:
        why = rule.out_of_scope(self.truth) if rule.out_of_scope else ""
        if why:
            return self._with_verdicts(card, {rule.name: Verdict("not_applicable", "scope", why)})
        verdict = rule.decide(self.prediction, self.truth, self.domain())
        return self._with_verdicts(card, {rule.name: verdict})

    def _with_verdicts(self, card: Scorecard, verdicts: dict[str, Verdict]) -> Scorecard:
        known = card.comparisons.get(self.part, Comparison()).verdicts
        plain = {
            rule: replace(one, evidence=plain_json(one.evidence)) for rule, one in verdicts.items()
        }
        return card.compared(self.part, verdicts={**known, **plain})

    def _undecided(
        self, rules: tuple[str, ...], card: Scorecard, why: str
    ) -> tuple[Scorecard, str]:
        verdict = Verdict("undecided", "limit", why)
        return self._with_verdicts(card, dict.fromkeys(rules, verdict)), why

    def _truth_form(self, card: Scorecard) -> Scorecard:
        """Only the cache is filled: the time that the truth takes is not the prediction's."""
        truth = self._form_of(self.truth)
        return card if truth.seconds is None else self._hit(card, TRUTH_FORM, truth.reason)

    def _edit_distance(self, card: Scorecard) -> Scorecard:
        truth = self._form_of(self.truth)
        if truth.tree is None:
            return card.compared(self.part, edit=form_distance(truth, truth))
        prediction = self._form_of(self.prediction)
        card = card.compared(self.part, edit=form_distance(prediction, truth))
        # A time-out without one: an earlier run's, as the cache remembers it.
        if prediction.seconds is None:
            return card
        return self._hit(card, EDIT_DISTANCE, prediction.reason)

    def _no_truth_form(self, card: Scorecard, why: str) -> tuple[Scorecard, str]:
        failure = self._remember(self.truth, why)
        edit = form_distance(failure, failure)
        return card.compared(self.part, edit=edit), failure.reason

    def _no_edit_distance(self, card: Scorecard, why: str) -> tuple[Scorecard, str]:
        failure = self._remember(self.prediction, why)
        truth = self.forms.get(self.truth)
        nodes = None if truth is None or truth.tree is None else len(truth.tree)
        edit = EditDistance(true_nodes=nodes, reason=failure.reason)
        return card.compared(self.part, edit=edit), failure.reason

    def _form_of(self, expression: Expression) -> CanonicalForm:
        return self.forms.form_of(expression, self.limits.seconds)

    def _remember(self, expression: Expression, why: str) -> CanonicalForm:
        """Keep the failure of a simplification, so that it is not tried again in vain."""
        failure = CanonicalForm(reason=f"simplification {why}", seconds=self.limits.seconds)
        if self.forms.get(expression) is None:
            self.forms.put(expression, failure)
        return failure

    def _hit(self, card: Scorecard, step: str, why: str) -> Scorecard:
        return card.but(limits_hit=(*card.limits_hit, f"{step_key(step, self.part)}: {why}"))


def nothing_compared(truth: Expression, why: str) -> Comparison:
    """The comparison of what is no expression with ``truth``: the worst, and why."""
    verdicts = {}
    for name, rule in all_rules().items():
        scope = rule.out_of_scope(truth) if rule.out_of_scope else ""
        verdict = (
            Verdict("not_applicable", "scope", scope) if scope else Verdict("no", "parse", why)
        )
        verdicts[name] = verdict
    return Comparison(verdicts, EditDistance(reason=why))
