"""One constant, spelled as a decimal, a fraction or in symbols, has one verdict for each rule.

Random constants in random places: factors, addends, exponents, divisors, arguments; sides swapped.
"""

from __future__ import annotations

import random
from fractions import Fraction
from math import e, log, pi, sqrt

import pytest

from bench.problems import Domain, Sampling, Variable
from bench.scoring.equivalence import judge

RULES = ("srbench_relative", "exact", "skeleton")
YES = ["yes"] * 3
PLACES = {
    "factor": ("{k}*x*y", "x + {k}*y", "x**2 - {k}*x + y", "x - {k}*sin(y)"),
    "addend": ("x*y + {k}", "log(x + {k})*y", "(x - {k})*(y + {k})", "cos(x + {k}) + y"),
    "exponent": ("x**{k}*y", "(x + y)**{k}", "x/y**{k}", "sqrt(x**{k} + y)", "x**({k}*2) + y"),
    "base": ("{k}**x + y", "2**({k}*x)*y"),
    "argument": ("sin({k}*x)*y", "x*exp(-{k}*y)", "log({k}*x*y)", "tanh({k}*x) - y"),
    "divisor": ("x/({k} + y)", "x/({k}*y)", "{k}/(x + y)", "1/(y + exp(-{k}*x))"),
}
SYMBOLIC = {
    "pi/2": pi / 2, "sqrt(2)": sqrt(2), "E/3": e / 3, "log(2)": log(2), "(1 + sqrt(5))/2":
    (1 + sqrt(5)) / 2, "1/(4*pi)": 0.25 / pi, "5/7": 5 / 7, "3/2": 1.5, "2": 2.0, "1/3": 1 / 3,
}  # fmt: skip


def spellings(symbolic: str, value: float) -> list[str]:
    """One constant in many ways, some of them a few parts in a million off."""
    near = Fraction(value * 1.000003).limit_denominator(100_000)
    return [
        symbolic, repr(value), f"{value:.8g}", f"{near.numerator}/{near.denominator}",
        f"{value * 1.00001:.7g}", f"{100 * value:.10g}e-2",
    ]  # fmt: skip


def verdicts(prediction: str, truth: str) -> list[str]:
    on = Domain(tuple(Variable(n, sampling=Sampling("uniform", 0.5, 4.0)) for n in ("x", "y")))
    found = judge(prediction, truth, on, rules=RULES)
    return [found[rule].answer for rule in RULES]


@pytest.mark.parametrize("place", PLACES)
def test_every_spelling_is_the_law_from_either_side(place: str) -> None:
    draw = random.Random(place)
    for _ in range(10):
        form, (symbolic, value) = draw.choice(PLACES[place]), draw.choice([*SYMBOLIC.items()])
        pair = [form.format(k=f"({k})") for k in draw.sample(spellings(symbolic, value), 2)]
        assert verdicts(*pair) == YES, pair
        assert verdicts(*pair[::-1]) == YES, pair[::-1]


@pytest.mark.parametrize("place", PLACES)
def test_a_constant_that_is_off_is_no_constant_of_any_spelling(place: str) -> None:
    draw = random.Random(place)
    for _ in range(3):
        form, (symbolic, value) = draw.choice(PLACES[place]), draw.choice([*SYMBOLIC.items()])
        off = form.format(k=f"({value * draw.choice([1.02, 0.98]):.9g})")
        laws = [form.format(k=f"({k})") for k in draw.sample(spellings(symbolic, value), 3)]
        assert [verdicts(off, law)[1] for law in laws] == ["no"] * 3, (off, laws)
        assert len({verdicts(off, law)[2] for law in laws}) == 1, (off, laws)


@pytest.mark.parametrize("exponent", ["12", "12.0", "-1", "1/2", "1"])
def test_a_plain_exponent_is_a_law_of_any_spelling_next_to_it(exponent: str) -> None:
    near = Fraction(exponent) * Fraction(100_001, 100_000)
    for spelled in (str(near), repr(float(near)), f"{exponent}*100001/100000"):
        assert verdicts(f"x**({exponent})*y", f"x**({spelled})*y") == YES, spelled
        assert verdicts(f"x**({spelled})*y", f"x**({exponent})*y") == YES, spelled
    for law in ("sqrt(x**-1 + y)", "sqrt(x**-1.0 + y)", "sqrt(1/x + y)"):
        assert verdicts("sqrt(x**-0.995 + y)", law)[1] == "no", law


@pytest.mark.parametrize("law", ["sin({}*y)*x + y", "x*exp(-{}*y)"])
def test_constants_far_off_are_found_in_every_spelling(law: str) -> None:
    laws = [law.format(spelled) for spelled in ("sqrt(8)", "2.8284271", "28284/10000")]
    answers = {tuple(verdicts(law.format(0.7), one)) for one in laws}
    assert answers == {("no", "no", "yes")}
