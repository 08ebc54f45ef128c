"""What is hard to see: tiny terms of the law, series, sums in pieces, letters of the rule."""

from __future__ import annotations

import pytest
import sympy

from bench.expression import Expression, parse, to_sympy
from bench.problems import Domain, Sampling, Variable
from bench.scoring.equivalence import judge
from bench.scoring.equivalence.forms.gathered import Gathered
from bench.scoring.equivalence.forms.written import written
from bench.scoring.equivalence.numerics.witnesses import sides_of, texts_at
from bench.scoring.equivalence.search.linear import factors_of_terms


def on(**ranges: tuple[float, float]) -> Domain:
    rules = {name: Sampling("log_uniform", *ends) for name, ends in ranges.items()}
    return Domain(tuple(Variable(name, sampling=rule) for name, rule in rules.items()))


@pytest.mark.parametrize("form", ["1/(1 - {u}/2)", "1 + {u}/2", "exp({u}/2)", "1"])
def test_a_term_of_the_law_does_not_vanish_because_the_predictions_may(form: str) -> None:
    u = "1.1e-17*v**2"
    found = judge(
        f"m*v*({form.format(u=u)})", f"m*v/sqrt(1 - {u})", on(m=(0.01, 1.0), v=(1e5, 1e7))
    )
    for rule in ("srbench_relative", "exact", "skeleton"):
        assert found[rule].answer == "no", (rule, found[rule].reason)


def test_constants_that_leave_no_real_value_are_turned_back_from() -> None:
    # The root's 3.5e-15 goes through 0 on the way to the best constants.
    found = judge(
        "a*exp(-3.526765e-15*r**2/2)", "a*cos(sqrt(3.526765e-15)*r)", on(a=(1, 5), r=(1e3, 1e5))
    )
    assert {found[rule].answer for rule in ("exact", "skeleton")} == {"no"}


@pytest.mark.parametrize("extra", ["(1.0 + 1990.5*q)", "exp(-1990.5*q)"])
def test_what_is_dispensable_takes_no_variable_of_the_law_with_it(extra: str) -> None:
    law = "a*b + sqrt(8e-20*m**2 + 9.1*b**2)"
    prediction = law.replace("m**2", f"(m*{extra})**2")
    domain = on(a=(1, 5), b=(1, 5), m=(1e-2, 1.0), q=(1e-11, 1e-9))
    for rule in ("srbench_relative", "exact", "skeleton"):
        assert judge(prediction, law, domain)[rule].answer == "yes", rule
        assert judge("a*b + sqrt(9.1*b**2)", law, domain)[rule].answer == "no", rule


def test_factors_far_off_are_found_where_all_inside_is_right() -> None:
    law = "0.17*(x/1.047 - 1)*(1 - x/10.21)*x + 0.17*(1 - exp(-0.0971*x))*x"
    pieces = "0.31*(x/1.047)*(1 - x/10.21)*x - 0.11*(1 - x/10.21)*x + 0.09*(1 - exp(-0.0971*x))*x"
    assert judge(pieces, law, on(x=(1.0, 10.9)))["skeleton"].answer == "yes"


@pytest.mark.parametrize(
    ("text", "factors"),
    [
        ("2.5*x + 1.5*sin(3.5*x) - 4.5", {0, 1, 3}),
        ("(0.5*x + 0.7)*(1.1*y + 1.3)", {0, 1}),
        ("2.5*(0.5*x + 0.7)", {0}),
        ("3.5*x/(1.5 + x)", {0}),
        ("exp(1.5*x)", set()),
        ("-(1.5*x)", {0}),
    ],
)
def test_factors_of_terms_are_what_a_value_is_linear_in(text: str, factors: set[int]) -> None:
    assert factors_of_terms(parse(text)) == factors


def test_a_difference_in_the_two_hundredth_digit_is_shown() -> None:
    sides = sides_of(parse("cosh(v)"), parse("exp(v)/2"))
    first, second = texts_at(sides, ("v",), (240.0,))
    assert first != second and first[:150] == second[:150]
    same = sides_of(parse("cosh(v)"), parse("(exp(v) + exp(-v))/2"))
    assert len(set(texts_at(same, ("v",), (240.0,)))) == 1


POWERS = (
    "exp(x)**2.0", "(2*x)**2.0", "(-2*x)**2.0", "(x*y)**2.0", "(x**3)**2.0", "sqrt(x)**3.0",
    "(-2.5*x*y)**2.0", "(2*exp(x))**2.0", "(x**2)**0.5", "sqrt(exp(x)**2.0)", "(x**0.5)**3.0",
    "(exp(x)*y)**2", "(x**2.0)**3", "(4*x)**(-1.0)", "(x**2.0)**2.0", "sqrt(4*x*y)",
)  # fmt: skip


@pytest.mark.parametrize("text", POWERS)
def test_powers_are_drawn_together_as_sympy_does(text: str) -> None:
    gathered = Gathered()
    ours = written(gathered, gathered.node(parse(text)))
    assert shape(ours) == shape(parse(str(to_sympy(parse(text))))), ours


def shape(expression: Expression) -> object:
    """A tree for SymPy with its own evaluation, so that spelling does not count."""
    return sympy.sympify(str(to_sympy(expression)))


@pytest.mark.parametrize(
    "law",
    ["exp(3.7e8)*abs(x0)", "2**(3.7e8)*x0", "9**400*x0 + 1", "cosh(3.7e8)", "x0*exp(-900)"],
)
def test_constants_beyond_float64_are_numbers_like_others(law: str) -> None:
    for rule, verdict in judge("x0 + 1", law).items():
        assert verdict.step != "failure", (rule, verdict.reason)
    assert judge(f"0 + {law}", law)["exact"].answer == "yes"


@pytest.mark.parametrize("law", ["c*sign(exp(-1410*a**2))", "c + 0*a", "c*sign(a**800)"])
def test_a_variable_that_does_not_matter_is_not_lacking_on_either_side(law: str) -> None:
    for sides in ((law, "c"), ("c", law)):
        for rule, verdict in judge(*sides).items():
            assert verdict.answer == "yes", (sides, rule, verdict.reason)


def test_a_law_of_steep_exponentials_is_not_its_negative() -> None:
    law = "3.7e-3*x**3/(exp(x/y) - 1)"
    for domain in (on(x=(1.0, 100.0), y=(0.2, 0.4)), on(x=(100.0, 300.0), y=(0.5, 1.0))):
        assert judge(f"-({law})", law, domain)["srbench_relative"].answer == "no"
