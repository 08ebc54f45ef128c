"""Units: what is consistent, what a constant would have to carry, and where it fails."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import ParseError, evaluate, parse, replace_numbers
from bench.problems import load_dataset, sample_domain
from bench.problems.problem import Problem, Target
from bench.problems.units import check_units, unit_text
from bench.problems.variable import Unit, Variable

METRE, SECOND, NONE = (1, 0, 0, 0, 0), (0, 1, 0, 0, 0), (0, 0, 0, 0, 0)
SPEED, ENERGY, MASS = (1, -1, 0, 0, 0), (2, -2, 1, 0, 0), (0, 0, 1, 0, 0)


def problem(target: Unit | None, *units: Unit | None) -> Problem:
    variables = tuple(Variable(f"x{index}", unit=unit) for index, unit in enumerate(units))
    target_variable = Variable("y", unit=target)
    return Problem("made", "1", "p", variables, (Target(target_variable),), source=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "target", "units"),
    [
        ("x0/x1", SPEED, (METRE, SECOND)),
        ("x0*x1**2/2", ENERGY, (MASS, SPEED)),
        ("sqrt(2*x0/x1)", SPEED, (ENERGY, MASS)),
        ("(x0/x1)**0.3333333333333333*x2", METRE, (METRE, METRE, METRE)),
        ("sqrt(x0**2 + x1**2)", METRE, (METRE, METRE)),
        ("x0*exp(-x1/x2)", METRE, (METRE, SECOND, SECOND)),
        ("max(x0, x1) - abs(min(x0, x1))", METRE, (METRE, METRE)),
        ("x0**(3/2)/x0**0.5", METRE, (METRE,)),
        ("x0 + 0", METRE, (METRE,)),
        ("sign(x0)*x1", SECOND, (METRE, SECOND)),
        ("aq(x0, x1/x2)", METRE, (METRE, SECOND, SECOND)),
        ("x0*(x1/x2)**(x2/x1)", METRE, (METRE, SECOND, SECOND)),
        ("cbrt(x0**3)", METRE, (METRE,)),
        ("x0", None, (METRE,)),
    ],
)
def test_consistent_without_any_unit_of_a_constant(
    text: str, target: Unit | None, units: tuple[Unit, ...]
) -> None:
    check = check_units(text, problem(target, *units))
    assert check.consistent
    assert check.constants == ()
    assert str(check) == "consistent"


@pytest.mark.parametrize(
    ("text", "target", "units", "where"),
    [
        ("x0 + x1", METRE, (METRE, SECOND), "x0 + x1"),
        ("x0 - 3", METRE, (METRE,), "x0 - 3"),
        ("2*sin(x0)", NONE, (METRE,), "sin(x0)"),
        ("x0**x1", NONE, (METRE, NONE), "x0**x1"),
        ("x0**2", METRE, (METRE,), "x0**2"),
        ("1 + x0/x1*exp(x0)", NONE, (METRE, METRE), "exp(x0)"),
        ("aq(x0, x1)", METRE, (METRE, SECOND), "aq(x0, x1)"),
        ("log(x0) - log(x1)", NONE, (METRE, METRE), "log(x0)"),
        ("x0*2.5**x1", METRE, (METRE, SECOND), "2.5**x1"),
        ("min(x0, 2.5, x1)", METRE, (METRE, SECOND), "min(x0, 2.5, x1)"),
    ],
)
def test_inconsistent_says_where(
    text: str, target: Unit, units: tuple[Unit, ...], where: str
) -> None:
    check = check_units(text, problem(target, *units))
    assert check.consistent is False
    assert check.where == where
    assert check.reason


def test_the_units_that_constants_would_need() -> None:
    lorentz = problem(MASS, MASS, SPEED)
    check = check_units("x0/sqrt(1 - 1.11e-17*x1**2)", lorentz)
    assert check.consistent
    (constant,) = check.constants
    assert (constant.position, constant.value) == (1, 1.11e-17)
    assert constant.unit == (-2, 2, 0, 0, 0)
    assert str(check) == "consistent if 1.11e-17 carries s**2/m**2"


def test_only_the_constants_that_must_carry_a_unit_are_named() -> None:
    check = check_units("0.5*x0 + 9.81*x1**2", problem(METRE, METRE, SECOND))
    assert [(c.value, c.unit) for c in check.constants] == [(9.81, (1, -2, 0, 0, 0))]


def test_a_burden_that_two_constants_share_lies_on_the_last() -> None:
    check = check_units("2.5*0.3*x0", problem(SPEED, METRE))
    assert [(c.value, unit_text(c.unit)) for c in check.constants] == [(0.3, "1/s")]


def test_one_constant_cannot_be_of_two_units_at_once() -> None:
    # c*x0 must be a pure number for exp, and c itself a length.
    check = check_units("exp(2.5*x0) + x1*sin(2.5*x0 + x1)", problem(NONE, METRE, SECOND))
    assert check.consistent is False


def test_many_constants_take_no_time() -> None:
    text = " + ".join(f"{k}.5*x0*({k}.25 + {k}.125*x1)" for k in range(1, 1000))
    check = check_units(text, problem(MASS, MASS, SPEED))
    assert check.consistent and len(check.constants) == 999


def test_a_root_gives_fractional_units() -> None:
    check = check_units("2.5*x0", problem(METRE, (0.5, 0, 0, 0, 0)))
    assert check.constants[0].unit == (0.5, 0, 0, 0, 0)
    assert unit_text(check.constants[0].unit) == "m**(1/2)"


def test_an_integer_is_a_count_unless_too_long_for_one() -> None:
    assert check_units("3*x0", problem(METRE, SECOND)).consistent is False
    assert check_units(f"{3 * 10**20}*x0", problem(METRE, SECOND)).consistent


def test_unknown_units_are_no_verdict() -> None:
    check = check_units("x0 + x1", problem(METRE, METRE, None))
    assert check.consistent is None
    assert str(check) == "unknown: the unit of x1 is not known"
    assert check_units("2*x0", problem(METRE, METRE, None)).consistent


def test_text_that_does_not_parse() -> None:
    with pytest.raises(ParseError):
        check_units("x0 +", problem(METRE, METRE))


@pytest.mark.parametrize(
    ("unit", "text"),
    [(NONE, "1"), (ENERGY, "kg*m**2/s**2"), ((0, -1, -1, 0, 0), "1/(kg*s)"), (SPEED, "m/s")],
)
def test_units_as_text(unit: Unit, text: str) -> None:
    assert unit_text(unit) == text


@pytest.mark.parametrize("problem", load_dataset("srsd").problems, ids=lambda one: one.name)
def test_every_law_of_srsd_is_consistent_but_the_one_that_is_flawed(problem: Problem) -> None:
    assert problem.truth is not None
    check = check_units(problem.truth, problem)
    assert check.consistent == ("not_the_law" not in problem.flaws), str(check)


def test_the_flawed_law_of_srsd_lacks_a_square() -> None:
    problem = load_dataset("srsd_hard")["feynman-bonus.6"]
    assert problem.truth is not None
    assert "x0*x1" in problem.truth
    assert check_units(problem.truth.replace("x0*x1", "x0**2*x1"), problem).consistent


SCALES = np.array([3.0, 0.7, 11.0, 1.9, 0.13])  # of a metre, a second, ... in smaller units


def factor(unit: Unit | None) -> float:
    assert unit is not None
    return float(np.prod(SCALES ** np.array(unit)))


@pytest.mark.parametrize(
    "problem",
    [p for name in ("aifeynman", "aifeynman_bonus", "srsd") for p in load_dataset(name).problems],
    ids=lambda one: one.id,
)
def test_a_consistent_law_holds_in_any_units(problem: Problem) -> None:
    """The check beside its meaning: measure all columns and constants in other units."""
    if "not_the_law" in problem.flaws:
        return
    law = parse(problem.truth or "", problem.variables)
    constants = check_units(law, problem).constants
    rescaled = replace_numbers(law, {c.position: c.value * factor(c.unit) for c in constants})
    X = sample_domain(problem.domain, 200)
    scaled = X * [factor(variable.unit) for variable in problem.variables]
    y = evaluate(law, problem.names, X)
    kept = np.isfinite(y)
    expected = y[kept] * factor(problem.target.variable.unit)
    assert kept.any()
    with np.errstate(all="ignore"):
        found = evaluate(rescaled, problem.names, scaled)[kept]
    assert np.allclose(found, expected, rtol=1e-6)
