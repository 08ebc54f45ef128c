"""The value of a constant counts, and not its spelling; what stands for no constant stays."""

from __future__ import annotations

import random
from fractions import Fraction
from math import pi, sqrt

import pytest

from bench.problems import Domain, Sampling, Variable
from bench.scoring.equivalence import default_domain, judge

RULES = ("srbench_relative", "exact", "skeleton")
FORMS = (
    "{k}*x/(y*z**2)", "x + {k}*y", "log({k} + x**2)*y", "{k}**abs(x) + y", "atan({k}*x/y)",
    "abs(x)**{k}*y", "x*sin({k}*y)", "(x + {k})*(y - {k})",
)  # fmt: skip


def verdicts(prediction: str, truth: str, on: Domain | None = None) -> list[str]:
    found = judge(prediction, truth, on, rules=RULES)
    return [found[rule].answer for rule in RULES]


def positive(*names: str) -> Domain:
    return Domain(tuple(Variable(name, sampling=Sampling("uniform", 1, 5)) for name in names))


@pytest.mark.parametrize("form", FORMS)
def test_every_spelling_of_a_constant_has_one_verdict(form: str) -> None:
    draw = random.Random(form)
    symbolic, value = draw.choice(
        [("pi/2", pi / 2), ("sqrt(2)", sqrt(2)), ("sqrt(3)/2", 0.75**0.5)]
    )
    near = Fraction(value).limit_denominator(5000)
    spelled = [symbolic, f"{near.numerator}/{near.denominator}", f"{value:.7f}", f"{value:.15g}"]
    for first in spelled:
        law = form.format(k=f"({draw.choice(spelled)})")
        on = draw.choice([None, positive("x", "y", "z")])
        assert verdicts(form.format(k=f"({first})"), law, on) == ["yes"] * 3, (first, law)


@pytest.mark.parametrize("form", FORMS)
def test_a_constant_that_is_off_is_off_in_every_spelling(form: str) -> None:
    near = Fraction(pi / 2 * 1.004).limit_denominator(500)
    for spelled in (f"{near.numerator}/{near.denominator}", f"{float(near):.9f}", "pi*0.502"):
        found = verdicts(form.format(k=f"({spelled})"), form.format(k="(pi/2)"))
        assert found[1] == "no", spelled


def test_a_fraction_is_one_constant() -> None:
    # 19 and 7 would each have to move by 7e-4, the fraction by 1.4e-3.
    assert verdicts("x + 19/7*y", "x + e*y")[1:] == ["no", "no"]
    assert verdicts("(19/7)**abs(x) + y", "e**abs(x) + y")[2] == "no"


@pytest.mark.parametrize(
    ("prediction", "truth"),
    [
        ("sqrt(x)", "x**0.503"),
        ("x*y**2", "x*y**2.006"),
        ("x/y", "x*y**-0.996"),
        ("cbrt(x)*y", "x**0.335*y"),
    ],
)
def test_the_laws_own_constants_move_within_the_tolerance_only(prediction: str, truth: str) -> None:
    assert verdicts(prediction, truth, positive("x", "y"))[1:] == ["no", "no"]


@pytest.mark.parametrize(
    ("prediction", "truth"),
    [("sqrt(x)*y", "x**0.50003*y"), ("x*y**2", "x*y**2.0002"), ("x/y", "x*y**-0.9999")],
)
def test_they_do_move_within_it(prediction: str, truth: str) -> None:
    assert verdicts(prediction, truth, positive("x", "y")) == ["yes"] * 3


def test_whole_exponents_stay_where_their_base_is_negative() -> None:
    assert verdicts("q/(4*pi*r**2)", "0.0795775*q/r**2", default_domain(["q", "r"])) == ["yes"] * 3


def test_a_variable_that_matters_beyond_the_domain_only_is_still_a_variable() -> None:
    ranges = {"x": (6, 9), "y": (1, 5)}
    on = Domain(tuple(Variable(n, sampling=Sampling("uniform", *r)) for n, r in ranges.items()))
    for sides in (("max(x, y)", "x"), ("x", "max(x, y)")):
        found = judge(*sides, on, rules=RULES)
        assert all(verdict.answer == "no" and verdict.witness for verdict in found.values())
    assert verdicts("x*abs(y)/y", "x", on) == ["yes"] * 3
    assert verdicts("max(x, 5)", "x", on) == ["yes"] * 3


def test_a_constant_that_is_far_off_is_found_beside_those_that_are_right() -> None:
    law = "23.788*x*(1 - 0.05042*(y - 330.2)) + x**0.95855*5.2295*(y - 330.2)"
    other = law.replace("(y - 330.2))", "(y - 543.8))")
    on = Domain((
        Variable("x", sampling=Sampling("uniform", 0.01, 0.6)),
        Variable("y", sampling=Sampling("uniform", 273, 573)),
    ))  # fmt: skip
    assert verdicts(other, law, on)[1:] == ["no", "yes"]


def test_an_exponent_that_might_be_dropped_is_no_fault_of_the_judge() -> None:
    form = "7.7*{0}**3 + 55.1*{0}**0.266*exp(-52.5/(8.3*{1})) + {0}*3.8*sin({1} - 276.4)"
    on = Domain((
        Variable("x", sampling=Sampling("uniform", 0.01, 0.6)),
        Variable("y", sampling=Sampling("uniform", 273, 573)),
    ))  # fmt: skip
    found = judge(form.format("y", "x"), form.format("x", "y"), on, rules=RULES)
    assert all(verdict.answer == "no" for verdict in found.values())
