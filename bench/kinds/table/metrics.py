"""The metrics of ``table``: one row each, in the order of the leaderboard's columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.expression import complexity
from bench.problems.identifiable.stored import stored
from bench.problems.units import check_units
from bench.scoring.cdm.rows import Looks, cdm_metrics
from bench.scoring.metrics import Metric, ned_metric, rule_metrics
from bench.scoring.numeric import ACCURATE_R2, TAU
from bench.scoring.rules import all_rules

if TYPE_CHECKING:
    from bench.kinds.table.scoring import TableSubject
    from bench.problems.identifiable.stored import Identifiability
    from bench.scoring.scorecard import Scorecard

NUMERIC = "numeric"
"""The step that takes the answer's values on the problem's data."""


def _consistent(subject: TableSubject) -> bool | None:
    if subject.reading is None:
        return None
    return check_units(subject.prediction, subject.problem).consistent


def _right_share(subject: TableSubject) -> float | None:
    use = subject.variables
    if use is None:
        return None
    needed = len(use.right) + len(use.missed)
    return len(use.right) / needed if needed else 1.0


def _dummies(subject: TableSubject) -> int | None:
    return None if subject.variables is None else len(subject.variables.dummy)


def _looks(subject: TableSubject) -> Looks | None:
    if not subject.limits.cdm or subject.truth is None or subject.reading is None:
        return None
    return Looks(subject.prediction, subject.truth)


def _known(problem_id: str) -> Identifiability | None:
    """What is kept of whether the law can be told from its data; None where nobody has looked."""
    dataset, _, name = problem_id.partition("/")
    return stored(dataset).get(name)


def _identifiable(card: Scorecard) -> bool | None:
    known, answer = _known(card.problem), card.answer_by("skeleton")
    return None if known is None or known.identifiable == "no" or not answer else answer == "yes"


def _fits_no_larger(subject: TableSubject) -> bool | None:
    if subject.truth is None or _known(subject.problem.id) is None:
        return None
    if subject.reading is None:
        return False
    from bench.kinds.table.rivals import beside_law

    found = beside_law(subject.prediction, subject.truth, subject.problem.names, subject.data.train)
    return found.fits and found.no_larger


METRICS = (
    Metric(
        "accuracy", f"is R² above {ACCURATE_R2} on the test split?",
        lambda subject: subject.test.accurate,
        step=NUMERIC, summary="rate", better="higher", worst=0.0, interval=True, title="R2>.999",
        rank=2,
    ),
    Metric(
        "acc_tau", f"is every test point within {TAU:.0%} (Acc_{TAU})?",
        lambda subject: subject.test.within_tau,
        step=NUMERIC, summary="rate", better="higher", worst=0.0, interval=True, title="",
    ),
    ned_metric(("table",)),
    Metric(
        "r2", "what is R² on the test split?",
        lambda subject: subject.test.r2,
        step=NUMERIC, summary="median", better="higher", worst=-math.inf, title="R2",
    ),
    Metric(
        "nmse", "what is the NMSE on the test split?",
        lambda subject: subject.test.nmse,
        step=NUMERIC, summary="median", better="lower", worst=math.inf, title="",
    ),
    Metric(
        "finite", "at what share of test points is the prediction finite?",
        lambda subject: subject.test.finite_share,
        step=NUMERIC, summary="mean", better="higher", worst=0.0, title="",
    ),
    Metric(
        "ood_accuracy", "as `accuracy`, out of domain, where a problem has that?",
        lambda subject: subject.ood and subject.ood.accurate,
        step=NUMERIC, summary="rate", better="higher", worst=0.0, everywhere=False, title="",
    ),
    Metric(
        "ood_acc_tau", "as `acc_tau`, out of domain, where a problem has that?",
        lambda subject: subject.ood and subject.ood.within_tau,
        step=NUMERIC, summary="rate", better="higher", worst=0.0, everywhere=False, title="",
    ),
    Metric(
        "ood_nmse", "what is the NMSE out of domain, where a problem has that?",
        lambda subject: subject.ood and subject.ood.nmse,
        step=NUMERIC, summary="median", better="lower", worst=math.inf, everywhere=False, title="",
    ),
    Metric(
        "variables_right", "what share of the law's variables does the answer use?",
        _right_share,
        step=NUMERIC, summary="mean", better="higher", worst=0.0, everywhere=False, title="",
    ),
    Metric(
        "dummies", "how many variables does the answer use that the law does not have?",
        _dummies,
        step=NUMERIC, summary="mean", better="lower", worst=0.0, everywhere=False, title="",
    ),
    Metric(
        "dimensionally_consistent", "do the units agree, where they are known?",
        _consistent,
        step=NUMERIC, summary="rate", better="higher", worst=0.0, everywhere=False, title="",
    ),
    Metric(
        "complexity", "how many nodes does the answer have?",
        lambda subject: subject.reading and complexity(subject.prediction),
        step=NUMERIC, summary="median", better="lower", worst=None, title="nodes",
    ),
    Metric(
        "skeleton_identifiable",
        "as `symbolic_skeleton`, of laws that were looked at and have no rival that is known?",
        _identifiable,
        summary="rate", better="higher", worst=0.0, interval=True, everywhere=False,
        title="skeleton, identifiable",
    ),
    Metric(
        "fits_no_larger",
        "of laws that were looked at: does it fit the training rows to rounding, and is it no "
        "larger than the law?",
        _fits_no_larger,
        step=NUMERIC, summary="rate", better="higher", worst=0.0, interval=True, everywhere=False,
        title="fits, no larger",
    ),
    Metric(
        "black_box", "of answers that keep a predictor: has it no formula, and numbers only?",
        lambda subject: None if subject.predictor_values is None else subject.reading is None,
        step=NUMERIC, summary="rate", better="lower", worst=None, everywhere=False,
        title="black box",
    ),
    Metric(
        "text_differs", "of answers that keep a predictor: does its text have other values?",
        lambda subject: subject.text_differs,
        step=NUMERIC, summary="rate", better="lower", worst=None, everywhere=False,
        title="text differs",
    ),
    Metric(
        "predictor_accuracy", "as `accuracy`, of what the answer's own predictor says?",
        lambda subject: subject.test_of_predictor and subject.test_of_predictor.accurate,
        step=NUMERIC, summary="rate", better="higher", worst=None, everywhere=False,
        title="R2>.999 by predictor",
    ),
    Metric(
        "predictor_r2", "as `r2`, of what the answer's own predictor says?",
        lambda subject: subject.test_of_predictor and subject.test_of_predictor.r2,
        step=NUMERIC, summary="median", better="higher", worst=None, everywhere=False, title="",
    ),
    Metric(
        "predictor_nmse", "as `nmse`, of what the answer's own predictor says?",
        lambda subject: subject.test_of_predictor and subject.test_of_predictor.nmse,
        step=NUMERIC, summary="median", better="lower", worst=None, everywhere=False, title="",
    ),
    Metric(
        "predictor_ood_nmse", "as `ood_nmse`, of what the answer's own predictor says?",
        lambda subject: subject.ood_of_predictor and subject.ood_of_predictor.nmse,
        step=NUMERIC, summary="median", better="lower", worst=None, everywhere=False, title="",
    ),
    Metric(
        "text_gap", "how far are the text's values from its own predictor's, in variances?",
        lambda subject: subject.text_gap,
        step=NUMERIC, summary="median", better="lower", worst=None, everywhere=False, title="",
    ),
)  # fmt: skip
"""The rows but for those of the judge's rules."""


def table_metrics() -> tuple[Metric, ...]:
    """All rows, those of the rules first, of installed packages' among them."""
    rules = rule_metrics(("table",), all_rules().values())
    return (*rules, *METRICS, *cdm_metrics(_looks, ("table",)))
