"""``judge``: the steps in their order, cheapest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from time import perf_counter, thread_time

import numpy as np

from bench.expression import Call, Expression, Number, ParseError, parse, symbols
from bench.problems import Domain
from bench.scoring.equivalence.case import Case
from bench.scoring.equivalence.law import NoValues, OutOfRange, law_on
from bench.scoring.equivalence.numerics.normal import normal_key
from bench.scoring.equivalence.numerics.points import Region, default_domain, region_of
from bench.scoring.equivalence.rules import RULES
from bench.scoring.equivalence.thresholds import LEAST_R2
from bench.scoring.equivalence.verdict import JudgeLimits, Ruling, Verdict

Rulings = dict[str, Ruling]


def judge(
    prediction: Expression | str,
    truth: Expression | str,
    domain: Domain | None = None,
    *,
    rules: Iterable[str] = tuple(RULES),
    r2: float | None = None,
    limits: JudgeLimits | None = None,
) -> dict[str, Verdict]:
    """Is ``prediction`` the law ``truth`` on ``domain``? One verdict for each of ``rules``.

    The rules are those of ``rules.RULES``. Text is parsed in the names and symbols of the domain's
    variables; without a domain every variable of either side is taken from
    ``points.DEFAULT_SAMPLING``. ``r2`` is the prediction's on test data, for the rules that ask; by
    default it is taken on the points of the domain.

    Raises ValueError for a rule there is none of, and nothing else: what goes wrong is a verdict.
    """
    wanted = tuple(rules)
    unknown = [rule for rule in wanted if rule not in RULES]
    if unknown:
        raise ValueError(f"no rule {unknown[0]!r} (there are {', '.join(RULES)})")
    started = perf_counter()
    try:
        with np.errstate(all="ignore"):
            rulings = _judge(prediction, truth, domain, wanted, r2, limits or JudgeLimits())
    except Exception as error:  # whatever it is, a run of thousands goes on
        reason = f"{type(error).__name__}: {error}"[:300]
        rulings = dict.fromkeys(wanted, Ruling("undecided", "failure", reason))
    seconds = perf_counter() - started
    return {rule: _verdict(rulings[rule], seconds) for rule in wanted}


def _verdict(ruling: Ruling, seconds: float) -> Verdict:
    return Verdict(
        ruling.answer, ruling.step, ruling.reason, ruling.evidence, ruling.witness, seconds
    )


def _judge(
    prediction: Expression | str,
    truth: Expression | str,
    domain: Domain | None,
    rules: tuple[str, ...],
    r2: float | None,
    limits: JudgeLimits,
) -> Rulings:
    try:
        true = _parsed(truth, domain, kept=True)
    except ParseError as error:
        return dict.fromkeys(rules, Ruling("undecided", "truth", f"the truth: {error}"))
    outside = {
        rule: Ruling("not_applicable", "scope", reason)
        for rule in rules
        if (reason := _scope(rule, true))
    }
    asked = tuple(rule for rule in rules if rule not in outside)
    try:
        found = _parsed(prediction, domain)
    except ParseError as error:
        return outside | dict.fromkeys(asked, Ruling("no", "parse", str(error)))
    if normal_key(found) == normal_key(true) and (r2 is None or r2 > LEAST_R2):
        same = Ruling("yes", "same tree", "the same sums, products and functions")
        return outside | dict.fromkeys(asked, same)
    if domain is None:
        domain = default_domain(sorted(symbols(true) | symbols(found)))
    question = _Question(found, true, region_of(domain), r2, limits, thread_time())
    answers = _tied(question, asked) if question.region.ties else _decided(question, asked)
    if limits.prove and any(ruling.answer == "yes" for ruling in answers.values()):
        answers = _with_proof(question, answers)
    return outside | answers


def _scope(rule: str, truth: Expression) -> str:
    out_of_scope = RULES[rule].out_of_scope
    return "" if out_of_scope is None else out_of_scope(truth)


def _parsed(
    expression: Expression | str, domain: Domain | None, *, kept: bool = False
) -> Expression:
    """The tree of a side; ``kept`` for that which is asked for once per prediction."""
    if not isinstance(expression, str):
        return expression
    names = None if domain is None else domain.variables
    return _kept(expression, names) if kept else parse(expression, names)


_kept = lru_cache(maxsize=256)(parse)


@dataclass(frozen=True)
class _Question:
    """What is asked, where, and when the clock was started."""

    prediction: Expression
    truth: Expression
    region: Region
    r2: float | None
    limits: JudgeLimits
    started: float


def _decided(question: _Question, rules: Iterable[str]) -> Rulings:
    """The ruling of each rule on the region as it is."""
    try:
        law = law_on(question.truth, question.region)
    except NoValues as error:
        return dict.fromkeys(rules, Ruling("undecided", "truth", str(error)))
    except OutOfRange as error:
        return _decided(_brought_in(question, error.power), rules)
    case = Case(question.prediction, law, question.limits, question.started)
    refuted = _refuted(case)
    if refuted is not None:
        return dict.fromkeys(rules, refuted)
    return {rule: RULES[rule].decide(case, question.r2) for rule in rules}


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
    on_data = _decided(question, rules)
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
    seconds = question.limits.prove_seconds
    if not proved(question.prediction, question.truth, positive, seconds=seconds):
        return rulings
    return {
        rule: replace(ruling, step="proved") if ruling.answer == "yes" else ruling
        for rule, ruling in rulings.items()
    }
