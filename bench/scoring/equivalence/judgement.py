"""``judge``: the steps in their order, cheapest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from time import perf_counter, thread_time

import numpy as np

from bench.expression import Expression, ParseError, parse, symbols
from bench.problems import Domain
from bench.scoring.equivalence.case import Case
from bench.scoring.equivalence.law import NoValues, law_on
from bench.scoring.equivalence.numerics.normal import normal_key
from bench.scoring.equivalence.numerics.points import default_domain, rules_of
from bench.scoring.equivalence.rules import RULES, Ruling
from bench.scoring.equivalence.verdict import JudgeLimits, Verdict


def judge(
    prediction: Expression | str,
    truth: Expression | str,
    domain: Domain | None = None,
    *,
    rules: Iterable[str] = RULES,
    r2: float | None = None,
    limits: JudgeLimits | None = None,
) -> dict[str, Verdict]:
    """Is ``prediction`` the law ``truth`` on ``domain``? One verdict for each of ``rules``.

    The rules are those of ``rules.RULES``. Text is parsed in the
    names and symbols of the domain's variables; without a domain every variable of either side is
    taken from ``points.DEFAULT_SAMPLING``. ``r2`` is the prediction's on test data, for the rule
    that asks; by default it is taken on the points of the domain.

    Raises ValueError for a rule there is none of, and nothing else: what goes wrong is a verdict.
    """
    wanted = tuple(rules)
    unknown = [rule for rule in wanted if rule not in RULES]
    if unknown:
        raise ValueError(f"no rule {unknown[0]!r} (there are {', '.join(RULES)})")
    started = perf_counter()
    try:
        with np.errstate(all="ignore"):
            return _judge(prediction, truth, domain, wanted, r2, limits or JudgeLimits(), started)
    except Exception as error:  # whatever it is, a run of thousands goes on
        reason = f"{type(error).__name__}: {error}"[:300]
        return _all(wanted, Ruling("undecided", "failure", reason, {}), started)


def _judge(
    prediction: Expression | str,
    truth: Expression | str,
    domain: Domain | None,
    rules: tuple[str, ...],
    r2: float | None,
    limits: JudgeLimits,
    started: float,
) -> dict[str, Verdict]:
    try:
        true = _parsed(truth, domain)
    except ParseError as error:
        return _all(rules, Ruling("undecided", "truth", f"the truth: {error}", {}), started)
    try:
        found = _parsed(prediction, domain)
    except ParseError as error:
        return _all(rules, Ruling("no", "parse", str(error), {}), started)
    if domain is None:
        domain = default_domain(sorted(symbols(true) | symbols(found)))
    if normal_key(found) == normal_key(true) and (r2 is None or r2 > 0.5):
        finding = Ruling("yes", "same tree", "the same sums, products and functions", {})
        return _all(rules, finding, started)
    try:
        law = law_on(true, domain)
    except NoValues as error:
        return _all(rules, Ruling("undecided", "truth", str(error), {}), started)
    case = Case(found, law, limits, thread_time())
    settled = _refuted(case)
    if settled is not None:
        return _all(rules, settled, started)
    verdicts = {rule: _timed(RULES[rule].decide(case, r2), started) for rule in rules}
    if limits.prove and any(verdict.answer == "yes" for verdict in verdicts.values()):
        return _with_proof(verdicts, found, true, domain, limits)
    return verdicts


def _with_proof(
    verdicts: dict[str, Verdict],
    found: Expression,
    true: Expression,
    domain: Domain,
    limits: JudgeLimits,
) -> dict[str, Verdict]:
    """Each "yes" as proved, if the prediction as it is written is the truth for SymPy as well."""
    from bench.scoring.equivalence.prove import proved

    positive = frozenset(
        name for name, rule in rules_of(domain) if rule.signs == "positive" and rule.low > 0
    )
    if not proved(found, true, positive, seconds=limits.prove_seconds):
        return verdicts
    return {
        rule: replace(verdict, step="proved") if verdict.answer == "yes" else verdict
        for rule, verdict in verdicts.items()
    }


def _parsed(expression: Expression | str, domain: Domain | None) -> Expression:
    if not isinstance(expression, str):
        return expression
    return parse(expression, None if domain is None else domain.variables)


def _refuted(case: Case) -> Ruling | None:
    """What refutes under every rule."""
    witness = case.undefined()
    if witness is not None:
        reason = f"no finite real value at a point of the domain: {witness.prediction}"
        return Ruling("no", "undefined", reason, {}, witness)
    if not case.enough_points():
        reason = "float64 overflows in the prediction at nearly all points of the domain"
        return Ruling("undecided", "failure", reason, {})
    lacking = case.lacking()
    if lacking is not None:
        name, witness = lacking
        reason = f"the truth depends on {name}, the prediction does not"
        return Ruling("no", "variables", reason, {}, witness)
    return None


def _timed(finding: Ruling, started: float) -> Verdict:
    seconds = perf_counter() - started
    return Verdict(
        finding.answer, finding.step, finding.reason, finding.evidence, finding.witness, seconds
    )


def _all(rules: Iterable[str], finding: Ruling, started: float) -> dict[str, Verdict]:
    return {rule: _timed(finding, started) for rule in rules}
