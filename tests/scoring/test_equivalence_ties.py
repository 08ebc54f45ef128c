"""Data in which variables do not vary freely: what they cannot tell is undecided, and said."""

from __future__ import annotations

import pytest

from bench.problems import Domain, Sampling, Variable
from bench.scoring.equivalence import RULES, judge

UNDECIDED = {"undecided"}


def answers(prediction: str, truth: str, domain: Domain) -> set[str]:
    return {verdict.answer for verdict in judge(prediction, truth, domain).values()}


def on(*constraints: str, **ranges: tuple[float, float]) -> Domain:
    rules = {name: Sampling("uniform", *ends) for name, ends in ranges.items()}
    variables = tuple(Variable(name, sampling=rule) for name, rule in rules.items())
    return Domain(variables, constraints)


@pytest.mark.parametrize(
    ("prediction", "truth", "tie"),
    [
        ("1.5*b", "3*a", "b == 2*a"),
        ("3*a", "1.5*b", "b == 2*a"),
        ("3*a + 1", "b + 1", "b == 3*a"),
        ("4*a", "a + b", "b == 3*a"),
        ("sin(a)", "sin(b)", "b == a"),
        ("a*sqrt(10)", "b*a/abs(a)", "b == sqrt(10)*a"),
    ],
)
def test_columns_that_are_proportional_cannot_be_told(
    prediction: str, truth: str, tie: str
) -> None:
    domain = on(tie, a=(1, 5), b=(1, 5))
    assert answers(prediction, truth, domain) == UNDECIDED
    assert (
        f"the data fix {tie.replace('==', '=')}" in judge(prediction, truth, domain)["exact"].reason
    )


@pytest.mark.parametrize("low", [3, 3.0, 3.25])
def test_a_column_that_is_constant_tells_what_does_not_hang_on_it(low: float) -> None:
    domain = on(a=(1, 5), b=(low, low))
    assert answers(f"{low}*a", "a*b", domain) == UNDECIDED
    assert answers("a + a*b", "a*(1 + b)", domain) == {"yes"}
    assert judge(f"{low + 2}*a", "a*b", domain)["exact"].answer == "no"


def test_rows_that_are_all_equal_tell_nothing() -> None:
    assert answers("4", "a + b", on(a=(1, 1), b=(3, 3))) == UNDECIDED
    assert answers("a", "a + b - b", on(a=(1, 1), b=(3, 3))) == {"yes"}


def test_a_witness_is_of_the_data() -> None:
    found = judge("a + 1", "b + 1.5", on("b == 3*a", a=(1, 5), b=(1, 5)))
    for rule in RULES:
        witness = found[rule].witness
        assert found[rule].answer == "no"
        assert witness is None or witness.point["b"] == pytest.approx(3 * witness.point["a"])
    assert found["exact"].witness is not None
