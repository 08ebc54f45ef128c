"""The steps that fill a scorecard, cheapest first.

A step that is cut short (by time, memory or a crash; see ``bench.scoring.pool``) leaves what the
earlier ones found and lets the later ones go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import Any

from bench.expression import Expression, ParseError, compile_expression, complexity, parse
from bench.problems.data import Data
from bench.problems.problem import Problem
from bench.problems.units import check_units
from bench.scoring.json_numbers import to_json
from bench.scoring.ned.canonical import CanonicalForm
from bench.scoring.ned.edit_distance import EditDistance, form_distance
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.numeric import numeric_score
from bench.scoring.scorecard import Scorecard, verdicts_of
from bench.scoring.used_variables import variable_use

SCORING_VERSION = "2"
"""Raise when the same prediction gets another scorecard."""

PATIENCE = 10.0
"""How much longer than its processor time a step may take by the clock."""

NUMERIC, VERDICTS, TRUTH_FORM, EDIT_DISTANCE = "numeric", "verdicts", "truth_form", "edit_distance"

JUDGING = (VERDICTS, TRUTH_FORM, EDIT_DISTANCE)
"""The steps that need no data, only the truth."""
STEPS = (NUMERIC, *JUDGING)


@dataclass(frozen=True, slots=True)
class ScoringLimits:
    """What each step may use, and how closely the judge looks.

    ``seconds`` of processor time bound every step, the simplification of one expression among
    them. SRSD's authors waited 120 s for that; of what takes more than 1 s, hardly anything is
    closer to the truth than nothing. On a machine so busy that a step does not get them within
    ``PATIENCE`` times as long by the clock, it is ended all the same. ``memory_mb`` is how much a
    step's process may grow. ``tolerance`` is the judge's relative tolerance on constants;
    ``prove`` asks it for a symbolic proof of each "yes".
    """

    seconds: float = 3.0
    memory_mb: int = 2048
    tolerance: float = 1e-3
    prove: bool = False

    @property
    def version(self) -> str:
        """What a scorecard follows from besides its item: under another, score again."""
        settings = f"{self.seconds:g} s, {self.memory_mb} MB, tolerance {self.tolerance:g}"
        proof = ", proof" if self.prove else ""
        return f"{SCORING_VERSION} (sympy {version('sympy')}, {settings}{proof})"


@dataclass(frozen=True)
class Item:
    """One expression to score for one problem, by some of the steps.

    ``data`` None: those of the problem for ``data_seed``.
    """

    expression: str | None
    problem: Problem
    data_seed: int = 0
    data: Data | None = field(default=None, repr=False, compare=False)
    steps: tuple[str, ...] = STEPS

    def blank(self, limits: ScoringLimits, failure: str = "") -> Scorecard:
        """The scorecard before any step: the worst."""
        card = Scorecard(self.problem.id, self.expression, limits.version, failure)
        if failure and self.problem.truth is not None:
            edit = EditDistance(reason=failure)
            verdicts = verdicts_of("no", "parse", failure) if VERDICTS in self.steps else {}
            card = card.but(edit=edit, verdicts=verdicts)
        return card


@dataclass
class Subject:
    """An item made ready: its expressions parsed and, where a step needs them, its data."""

    item: Item
    prediction: Expression
    truth: Expression | None
    forms: FormCache
    limits: ScoringLimits

    @property
    def problem(self) -> Problem:
        return self.item.problem

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that apply: without a truth there is nothing to judge."""
        known = self.truth is not None
        return tuple(step for step in self.item.steps if known or step not in JUDGING)

    @cached_property
    def data(self) -> Data:
        given = self.item.data
        return self.problem.data(self.item.data_seed) if given is None else given

    def form_of(self, expression: Expression) -> CanonicalForm:
        return self.forms.form_of(expression, self.limits.seconds)


def make_ready(item: Item, forms: FormCache, limits: ScoringLimits) -> Subject | Scorecard:
    """The subject of the steps; the finished scorecard where ``item`` has no expression.

    Raises ParseError where it is the problem's truth that is none.
    """
    if item.expression is None:
        return item.blank(limits, "no expression")
    truth = item.problem.truth
    target = None if truth is None else parse(truth, item.problem.variables)
    try:
        prediction = parse(item.expression, item.problem.variables)
    except ParseError as error:
        return item.blank(limits, f"no expression: {error}")
    return Subject(item, prediction, target, forms, limits)


def score(
    expression: str | None,
    problem: Problem,
    data: Data | None = None,
    *,
    forms: FormCache | None = None,
) -> Scorecard:
    """The scorecard of ``expression``, made here and now by all steps.

    None stands for a run that found nothing. No limit is enforced on SymPy, which may take
    minutes and gigabytes: ``bench.scoring.pool.score_many`` is for what others wrote.
    """
    limits = ScoringLimits(seconds=float("inf"))
    forms = FormCache.of_user() if forms is None else forms
    subject = make_ready(Item(expression, problem, data=data), forms, limits)
    if isinstance(subject, Scorecard):
        return subject
    card, steps = subject.item.blank(limits), subject.steps
    while steps:
        card, steps = advance(subject, card, steps)
    return card


def advance(
    subject: Subject, card: Scorecard, steps: tuple[str, ...]
) -> tuple[Scorecard, tuple[str, ...]]:
    """Take the first of ``steps``: the card with what it found, and the steps that remain.

    A step that raises is cut short, as one that hits a limit is; MemoryError is the caller's.
    """
    step = steps[0]
    start = time.perf_counter()
    try:
        card = _STEPS[step](subject, card)
    except MemoryError:
        raise
    except Exception as error:
        why = f"error ({type(error).__name__}: {error})"
        return cut_short(step, card, why), steps_after_failure(step, steps)
    elapsed = round(time.perf_counter() - start, 6)
    return card.but(seconds={**card.seconds, step: elapsed}), steps[1:]


def cut_short(step: str, card: Scorecard, why: str, true_nodes: int | None = None) -> Scorecard:
    """``card`` where ``step`` did not finish: its metrics are the worst, and say so."""
    if step == VERDICTS:
        card = card.but(verdicts=verdicts_of("undecided", "limit", why))
    elif step in (TRUTH_FORM, EDIT_DISTANCE):
        why = f"simplification {why}"
        failed = CanonicalForm(reason=why)
        edit = EditDistance(true_nodes=true_nodes, reason=why)
        card = card.but(edit=form_distance(failed, failed) if step == TRUTH_FORM else edit)
    return _hit(card, step, why)


def _hit(card: Scorecard, step: str, why: str) -> Scorecard:
    return card.but(limits_hit=(*card.limits_hit, f"{step}: {why}"))


def steps_after_failure(step: str, remaining: tuple[str, ...]) -> tuple[str, ...]:
    """What of ``remaining``, which begins with ``step``, is still worth doing without it."""
    needless = {step, EDIT_DISTANCE} if step == TRUTH_FORM else {step}
    return tuple(other for other in remaining if other not in needless)


def _numeric(subject: Subject, card: Scorecard) -> Scorecard:
    names = subject.problem.names
    values = compile_expression(subject.prediction, names)
    test, ood = subject.data.test, subject.data.ood
    changes: dict[str, Any] = {
        "complexity": complexity(subject.prediction),
        "dimensionally_consistent": check_units(subject.prediction, subject.problem).consistent,
        "test": numeric_score(test.y, values(test.X)),
        "ood": None if ood is None else numeric_score(ood.y, values(ood.X)),
    }
    if subject.truth is not None:
        changes["variables"] = variable_use(subject.prediction, subject.truth, names, test.X)
    return card.but(**changes)


def _verdicts(subject: Subject, card: Scorecard) -> Scorecard:
    from bench.scoring.equivalence import JudgeLimits, judge

    assert subject.truth is not None
    # Where the numeric step was left out or cut short, the judge draws points of its own.
    r2 = card.test.r2 if NUMERIC in card.seconds else None
    limits = subject.limits
    verdicts = judge(
        subject.prediction,
        subject.truth,
        subject.problem.domain,
        r2=r2,
        limits=JudgeLimits(
            tolerance=limits.tolerance,
            prove=limits.prove,
            prove_seconds=min(10.0, PATIENCE * limits.seconds / 4),  # three rules, by the clock
        ),
    )
    return card.but(verdicts={rule: to_json(each.as_dict()) for rule, each in verdicts.items()})


def _truth_form(subject: Subject, card: Scorecard) -> Scorecard:
    """Only the cache is filled: the time that the truth takes is not the prediction's."""
    assert subject.truth is not None
    truth = subject.form_of(subject.truth)
    return card if truth.seconds is None else _hit(card, TRUTH_FORM, truth.reason)


def _edit_distance(subject: Subject, card: Scorecard) -> Scorecard:
    assert subject.truth is not None
    truth = subject.form_of(subject.truth)
    if truth.tree is None:
        return card.but(edit=form_distance(truth, truth))
    prediction = subject.form_of(subject.prediction)
    card = card.but(edit=form_distance(prediction, truth))
    # A time-out without one: an earlier run's, as the cache remembers it.
    return card if prediction.seconds is None else _hit(card, EDIT_DISTANCE, prediction.reason)


_STEPS: dict[str, Callable[[Subject, Scorecard], Scorecard]] = {
    NUMERIC: _numeric,
    VERDICTS: _verdicts,
    TRUTH_FORM: _truth_form,
    EDIT_DISTANCE: _edit_distance,
}
