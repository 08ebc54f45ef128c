"""``judge``: the steps in their order, cheapest first."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from time import perf_counter, thread_time

import numpy as np

from bench.expression import (
    Call,
    Expression,
    Number,
    ParseError,
    Reading,
    Symbol,
    read,
    substitute,
    symbols,
)
from bench.expression.compiled.fit import Fitter
from bench.expression.compiled.program import compile_program
from bench.problems import Domain, Variable
from bench.scoring.equivalence.case import Case
from bench.scoring.equivalence.law import NoValues, OutOfRange, law_on
from bench.scoring.equivalence.numerics.normal import normal_key
from bench.scoring.equivalence.numerics.points import Region, default_domain, region_of
from bench.scoring.equivalence.numerics.slopes import values_and_slopes
from bench.scoring.equivalence.rules import RULES
from bench.scoring.equivalence.templates import NO_CONSTANTS, filled
from bench.scoring.equivalence.thresholds import LEAST_R2
from bench.scoring.equivalence.verdict import JudgeLimits, Ruling, Verdict

Rulings = dict[str, Ruling]
SKELETON = "skeleton"


def judge(
    prediction: Expression | Reading | str,
    truth: Expression | str,
    domain: Domain | None = None,
    *,
    rules: Iterable[str] = tuple(RULES),
    r2: float | None = None,
    limits: JudgeLimits | None = None,
    cases: list[Case] | None = None,
) -> dict[str, Verdict]:
    """Is ``prediction`` the law ``truth`` on ``domain``? One verdict for each of ``rules``.

    The rules are those of ``rules.RULES``. Text is read in the names and symbols of the domain's
    variables; without a domain every variable of either side is taken from
    ``points.DEFAULT_SAMPLING``. Of a template, which has constants without a value, ``skeleton``
    alone is asked. ``r2`` is the prediction's on test data, for the rules that ask; by default it
    is taken on the points of the domain.

    ``cases`` takes the cases that were looked into: what was tried stands there.

    Raises ValueError for a rule there is none of, and nothing else: what goes wrong is a verdict.
    """
    wanted = tuple(rules)
    unknown = [rule for rule in wanted if rule not in RULES]
    if unknown:
        raise ValueError(f"no rule {unknown[0]!r} (there are {', '.join(RULES)})")
    _have_machine_code()
    started, seen = perf_counter(), [] if cases is None else cases
    try:
        asked = _Asked(domain, wanted, r2, limits or JudgeLimits(), thread_time(), seen)
        with _without_collector(), np.errstate(all="ignore"):
            rulings = _judge(prediction, truth, asked)
    except Exception as error:  # whatever it is, a run of thousands goes on
        reason = f"{type(error).__name__}: {error}"[:300]
        rulings = dict.fromkeys(wanted, Ruling("undecided", "failure", reason))
    seconds = perf_counter() - started
    return {rule: _verdict(rulings[rule], seconds) for rule in wanted}


@contextmanager
def _without_collector() -> Iterator[None]:
    """Put off the search for cycles: it takes a tenth of the time, and finds next to none."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@cache
def _have_machine_code() -> None:
    """Load or compile the kernels before the first clock is started: that may take seconds."""
    X = np.ones((4, 1))
    program = compile_program(Call("mul", (Number(1.5), Symbol("x"))), ("x",))
    values_and_slopes(program, program.constants, X)
    Fitter(X, np.ones(4), np.ones(4)).fit(program, max_iterations=1)


@dataclass(frozen=True)
class _Asked:
    """What is asked of a prediction: where, by which rules, how closely and since when.

    ``cases`` are those that were looked into so far.
    """

    domain: Domain | None
    rules: tuple[str, ...]
    r2: float | None
    limits: JudgeLimits
    started: float
    cases: list[Case]

    @property
    def late(self) -> bool:
        return thread_time() > self.started + self.limits.seconds


def _verdict(ruling: Ruling, seconds: float) -> Verdict:
    return Verdict(
        ruling.answer, ruling.step, ruling.reason, ruling.evidence, ruling.witness, seconds
    )


def _judge(
    prediction: Expression | Reading | str, truth: Expression | str, asked: _Asked
) -> Rulings:
    names = None if asked.domain is None else asked.domain.variables
    try:
        true = _law(truth, names)
    except ParseError as error:
        return dict.fromkeys(asked.rules, Ruling("undecided", "truth", f"the truth: {error}"))
    outside = {
        rule: Ruling("not_applicable", "scope", reason)
        for rule in asked.rules
        if (reason := _scope(rule, true))
    }
    asked = replace(asked, rules=tuple(rule for rule in asked.rules if rule not in outside))
    try:
        found = read(prediction, names) if isinstance(prediction, str) else prediction
    except ParseError as error:
        return outside | dict.fromkeys(asked.rules, Ruling("no", "parse", str(error)))
    if isinstance(found, Reading) and found.constants:
        return outside | _of_template(found, true, asked)
    tree = found.expression if isinstance(found, Reading) else found
    return outside | _of_expression(tree, true, asked)


def _of_expression(prediction: Expression, truth: Expression, asked: _Asked) -> Rulings:
    same = _same_tree(prediction, truth, asked)
    asked = replace(asked, rules=tuple(rule for rule in asked.rules if rule not in same))
    if not asked.rules:
        return same
    domain = asked.domain or default_domain(sorted(symbols(truth) | symbols(prediction)))
    question = _Question(prediction, truth, region_of(domain), asked)
    rules = asked.rules
    answers = _tied(question, rules) if question.region.ties else _decided(question, rules)
    if asked.limits.prove and any(ruling.answer == "yes" for ruling in answers.values()):
        answers = _with_proof(question, answers)
    return same | answers


def _same_tree(prediction: Expression, truth: Expression, asked: _Asked) -> Rulings:
    """Yes by the rules to which it is enough that both sides are one tree after sorting."""
    if normal_key(prediction) != normal_key(truth) or not (asked.r2 is None or asked.r2 > LEAST_R2):
        return {}
    same = Ruling("yes", "same tree", "the same sums, products and functions")
    enough = {rule: RULES[rule].sees_same for rule in asked.rules}
    return {rule: same for rule, sees in enough.items() if sees is None or sees(prediction, truth)}


def _of_template(template: Reading, truth: Expression, asked: _Asked) -> Rulings:
    """``skeleton`` for one set of constants after the other, in the time of one question."""
    rulings = dict.fromkeys(asked.rules, Ruling("no", "template", NO_CONSTANTS))
    if SKELETON not in asked.rules:
        return rulings
    for one in filled(template, truth):
        if asked.late:
            reason = "the time ended before all constants were tried"
            return rulings | {SKELETON: Ruling("undecided", "time", reason)}
        found = _of_expression(one, truth, replace(asked, rules=(SKELETON,), r2=None))
        rulings |= found
        if found[SKELETON].answer == "yes":
            break
    return rulings


def _scope(rule: str, truth: Expression) -> str:
    out_of_scope = RULES[rule].out_of_scope
    return "" if out_of_scope is None else out_of_scope(truth)


def _law(truth: Expression | str, names: tuple[Variable, ...] | None) -> Expression:
    """The tree of the truth, kept: it is asked for once per prediction. Raises ParseError."""
    if not isinstance(truth, str):
        return truth
    reading = _kept(truth, names)
    if reading.constants:
        raise ParseError(f"a template: {', '.join(reading.constants)} have no value", truth, 0)
    return reading.expression


_kept = lru_cache(maxsize=256)(read)


@dataclass(frozen=True)
class _Question:
    """A prediction before a law on a region, and what is asked of it."""

    prediction: Expression
    truth: Expression
    region: Region
    asked: _Asked

    def on_data(self) -> _Question:
        """The question in the variables that vary: what the data fix of others is written out.

        In its place, to all digits: float64 rounds it.
        """
        sides = [self.prediction, self.truth]
        for tie in reversed(self.region.ties):
            sides = [substitute(side, {tie.name: tie.value}) for side in sides]
        return replace(self, prediction=sides[0], truth=sides[1])


def _decided(question: _Question, rules: Iterable[str]) -> Rulings:
    """The ruling of each rule on the region as it is."""
    try:
        law = law_on(question.truth, question.region)
    except NoValues as error:
        return dict.fromkeys(rules, Ruling("undecided", "truth", str(error)))
    except OutOfRange as error:
        return _decided(_brought_in(question, error.power), rules)
    asked = question.asked
    case = Case(question.prediction, law, asked.limits, asked.started)
    asked.cases.append(case)
    refuted = _refuted(case)
    if refuted is not None:
        return dict.fromkeys(rules, refuted)
    return {rule: RULES[rule].decide(case, asked.r2) for rule in rules}


def _brought_in(question: _Question, power: int) -> _Question:
    """The question with both sides times a power of ten, so that float64 can hold their values."""
    factor = Call("pow", (Number(10), Number(power)))
    sides = (Call("mul", (side, factor)) for side in (question.prediction, question.truth))
    return replace(question, prediction=next(sides), truth=next(sides))


def _tied(question: _Question, rules: tuple[str, ...]) -> Rulings:
    """The rulings where the data fix variables.

    No where the data refute, yes where it does not hang on what is fixed.

    What agrees on the data, and would not agree if the variables were free, cannot be told.
    """
    on_data = _decided(question.on_data(), rules)
    open_rules = [rule for rule, ruling in on_data.items() if ruling.answer != "no"]
    free = _decided(replace(question, region=question.region.untied()), open_rules)
    ties = ", ".join(map(str, question.region.ties))
    reason = f"the data fix {ties}: they cannot tell the two apart, which other data might"
    undecided = Ruling("undecided", "data", reason)
    return {
        rule: on_data[rule]
        if rule not in free
        else free[rule]
        if free[rule].answer == "yes"
        else undecided
        for rule in rules
    }


def _refuted(case: Case) -> Ruling | None:
    """What refutes under every rule."""
    witness = case.undefined()
    if witness is not None:
        reason = f"no finite real value at a point of the domain: {witness.prediction}"
        return Ruling("no", "undefined", reason, {}, witness)
    if not case.enough_points():
        reason = "the prediction's values could not be worked out at enough points in the time"
        return Ruling("undecided", "time", reason)
    lacking = case.lacking()
    if lacking is not None:
        name, witness = lacking
        reason = f"the truth depends on {name}, the prediction does not"
        return Ruling("no", "variables", reason, {}, witness)
    return None


def _with_proof(question: _Question, rulings: Rulings) -> Rulings:
    """Each "yes" as proved, if the prediction as it is written is the truth for SymPy as well."""
    from bench.scoring.equivalence.prove import proved

    positive = frozenset(
        name for name, rule in question.region.rules if rule.signs == "positive" and rule.low > 0
    )
    seconds = question.asked.limits.prove_seconds
    if not proved(question.prediction, question.truth, positive, seconds=seconds):
        return rulings
    return {
        rule: replace(ruling, step="proved") if ruling.answer == "yes" else ruling
        for rule, ruling in rulings.items()
    }
