"""Gathering constants keeps the value, and leaves no constant that does another's work."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import Call, Number, Symbol, evaluate, numbers, parse
from methods.tidy import gather

X = np.random.default_rng(0).uniform(0.5, 2.0, (20, 2))
NAMES = ("x0", "x1")

LEAVES = st.one_of(
    st.sampled_from([Symbol("x0"), Symbol("x1")]),
    st.floats(-5, 5).filter(lambda v: abs(v) > 1e-3).map(Number),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.tuples(st.sampled_from(["add", "sub", "mul", "div"]), below, below).map(
            lambda t: Call(t[0], t[1:])
        ),
        st.tuples(st.sampled_from(["neg", "sin", "sqrt", "abs", "exp"]), below).map(
            lambda t: Call(t[0], t[1:])
        ),
        st.tuples(below, st.sampled_from([2, 3, -1, 0.5])).map(
            lambda t: Call("pow", (t[0], Number(t[1])))
        ),
    ),
    max_leaves=12,
)


@given(EXPRESSIONS)
@settings(deadline=None, max_examples=300)
def test_the_value_stays(expression):
    with np.errstate(all="ignore"):
        before = evaluate(expression, NAMES, X)
        after = evaluate(gather(expression), NAMES, X)
    # What is finite before stays finite; cancellation bounds how near the values must be.
    largest = max(map(abs, numbers(expression)), default=1.0)
    usable = np.isfinite(before) & np.isfinite(after) & (np.abs(before) < 1e6)
    np.testing.assert_allclose(
        after[usable], before[usable], rtol=1e-6, atol=1e-9 * (1 + largest) ** 4
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5*(2.0*x0*(3.0*x1)) + 0.0", "3.0*x0*x1"),
        ("(2.0*x0)**2", "4.0*x0**2"),
        ("erf(-2.0*x0)*cosh(-3.0*x1)", "-(erf(2.0*x0)*cosh(3.0*x1))"),
        ("piecewise(0.5*2.0*x1, lt(2.0, 1.0), -1.0*x0)", "piecewise(x1, lt(2.0, 1.0), -x0)"),
        ("sqrt(4.0*x0)", "2.0*sqrt(x0)"),
        ("x0/(2.0*x1)*4.0", "2.0*x0/x1"),
        ("x0*x1*x0", "x0**2*x1"),
        ("x0/x1/x1", "x0/x1**2"),
        ("sqrt(x0*x1)**2/x1", "x0"),
        ("x0*x1 + 2.0*(x1*x0)", "3.0*x0*x1"),
        ("2.0*(x0 + 1.5) - 3.0", "2.0*x0"),
        ("1.0*x0**1.0", "x0"),
        ("(-2.0*x0)**1.5", "(-2.0*x0)**1.5"),
        ("x0 - x0", "0.0"),
        ("0.3 + 1.0*(x1*x0 - 0.1 - 0.2)", "x0*x1"),
        ("sin(x0)*x10*x2", "x2*x10*sin(x0)"),
    ],
)
def test_constants_meet(text, expected):
    assert gather(parse(text)) == parse(expected)


@pytest.mark.parametrize(
    "text, expected",
    [("3*sin(-2*x0)", "-3*sin(2*x0)"), ("cos(1 - x0) + 1", "cos(x0 - 1) + 1"),
     ("x1 - tanh(-x0)", "x1 + tanh(x0)"), ("exp(-x0)", "exp(-x0)")],
)  # fmt: skip
def test_signs_leave_odd_and_even_functions(text, expected):
    assert gather(parse(text)) == gather(parse(expected))
    assert "(-" not in str(gather(parse(text))).replace("exp(-", "")


def test_a_constant_too_large_for_its_power_stays_inside():
    gathered = gather(parse("(1e200*x0)**2.5"))
    assert evaluate(gathered, ("x0",), np.array([[1e-200]])) == pytest.approx(1.0)


def test_a_sum_of_many_terms_is_gathered_link_after_link():
    text = " + ".join(f"{k}.5*x0**{k}*x1**{60 - k}" for k in range(1, 60))
    gathered = gather(parse(text))
    X = np.random.default_rng(0).uniform(0.5, 1.5, (20, 2))
    expected = evaluate(parse(text), ("x0", "x1"), X)
    np.testing.assert_allclose(evaluate(gathered, ("x0", "x1"), X), expected, rtol=1e-12)
