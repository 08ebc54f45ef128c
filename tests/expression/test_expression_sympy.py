"""The bridge to SymPy: the same expression there and back, and nothing too large on the way."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from expression_strategies import NAMES, integers, symbols, trees
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from bench.expression import (
    Call,
    ExpressionTooLarge,
    Number,
    UnsupportedNode,
    complexity,
    evaluate,
    from_sympy,
    numbers,
    parse,
    postorder,
    replace_numbers,
    to_sympy,
)

small = st.one_of(
    st.integers(-4, 4).map(Number),
    st.sampled_from([0.5, -1.25, 2.0, 0.1, 3e-7, 0.30000000000000004, 1e22]).map(Number),
    symbols,
)
PLAIN = ("add", "sub", "mul", "div", "neg", "pow", "sin", "exp", "log", "sqrt", "abs", "tanh")


@settings(max_examples=150, deadline=None)
@given(trees(small, PLAIN))
@example(parse("2*(x + y)*z"))
@example(parse("0.1 + 0.2 + x + 3 - 0.3"))
@example(parse("x - (y - 2.0*x)"))
@example(parse("-(x + y)*2"))
def test_what_sympify_would_read(tree):
    try:
        ours = to_sympy(tree)
    except (ExpressionTooLarge, UnsupportedNode):
        assume(False)
    assert sympy.srepr(ours) == sympy.srepr(sympy.sympify(str(tree)))


def _equal(left, right):
    both_nan = np.isnan(left) & np.isnan(right)
    return both_nan | np.isclose(left, right, rtol=1e-7, atol=1e-9 * (1 + abs(right)))


def _at_a_jump(part, X):
    """Whether rounding may decide the value of the operator at the top."""
    if not isinstance(part, Call):
        return False
    values = [evaluate(arg, NAMES, X) for arg in part.args]
    match part.op:
        case "floor" | "ceil":
            return np.isclose(values[0], np.round(values[0])).any()
        case "mod":
            ratio = values[0] / values[1]
            return np.isclose(ratio, np.round(ratio)).any()
        case "lt" | "le" | "gt" | "ge" | "eq" | "ne":
            return np.isclose(values[0], values[1]).any()
        case "atan2":
            return np.isclose(np.abs(values[0]) + np.abs(values[1]), 0.0).any()
    return False


def _steady(tree, X):
    """Whether rounding can carry no part of the tree over a jump, nor blow it up."""
    nudged = replace_numbers(tree, {i: v * (1 + 1e-13) for i, v in enumerate(numbers(tree))})
    for part, other in zip(postorder(tree), postorder(nudged), strict=True):
        value = evaluate(part, NAMES, X)
        if not np.isfinite(value).all() or np.abs(value).max() > 1e9:
            return False
        if _at_a_jump(part, X):
            return False
        if not _equal(evaluate(other, NAMES, X * (1 + 1e-13)), value).all():
            return False
    return True


@settings(max_examples=200, deadline=None)
@given(trees(st.one_of(integers, symbols)))
@example(parse("pi*x + e**y"))
@example(parse("(2**-4)**4**6"))
def test_there_and_back_the_values_agree(tree):
    """Floats end at 2**-1074, exact numbers only where they grow too long to write: as 2**-16384.

    Such a tree has a steady value, 0.0, and yet no expression of SymPy's to compare it with.
    """
    X = np.random.default_rng(0).uniform(0.3, 2.7, (20, 3))
    assume(_steady(tree, X))
    try:
        there = to_sympy(tree, real=True)
    except ExpressionTooLarge:
        reject()
    after = evaluate(from_sympy(there), NAMES, X + 0j)
    assert _equal(after, evaluate(tree, NAMES, X)).all()


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("x/y", "x/y"),
        ("-x - y", "-x - y"),
        ("y/x**2", "y/x**2"),
        ("1/(x*y)", "1/(x*y)"),
        ("sqrt(x)/2", "sqrt(x)/2"),
        ("1/sqrt(x)", "1/sqrt(x)"),
        ("x**Rational(2, 3)", "x**(2/3)"),
        ("x**Rational(-2, 3)", "1/x**(2/3)"),
        ("-1/x", "-1/x"),
        ("x - 1.5", "x - 1.5"),
        ("x - 3/y", "x - 3/y"),
        ("-3*x/2", "-3*x/2"),
        ("2*x/3", "2*x/3"),
        ("x**(-y)", "x**(-y)"),
        ("exp(1) + pi*I", "e + I*pi"),
        ("Max(x, y)*Abs(x)*sign(y)", "abs(x)*max(x, y)*sign(y)"),
        ("sec(x)", "1/cos(x)"),
        ("cot(x)", "1/tan(x)"),
        ("acot(x)", "atan(1/x)"),
        ("asech(x)", "acosh(1/x)"),
        ("Piecewise((x, x > 0), (1, True))", "piecewise(x, gt(x, 0), 1)"),
        (
            "Piecewise((x, (x > 0) & (y < 1)), (2, Ne(x, y)), (1, True))",
            "piecewise(x, and(gt(x, 0), lt(y, 1)), 2, ne(x, y), 1)",
        ),
        ("Heaviside(x)", "heaviside(x)"),
        ("erfc(x)", "1 - erf(x)"),
        ("factorial(x)", "gamma(x + 1)"),
        ("Mod(x, y)", "mod(x, y)"),
        ("ceiling(x) - floor(y)", "ceil(x) - floor(y)"),
    ],
)
def test_sympys_forms_are_read_as_people_write_them(text, tree):
    ours = from_sympy(sympy.sympify(text))
    assert complexity(ours) == complexity(parse(tree))
    X = np.random.default_rng(0).uniform(0.2, 0.9, (5, 2)) + 0j
    names = ["x", "y"]
    np.testing.assert_allclose(evaluate(ours, names, X), evaluate(parse(tree), names, X))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("re(x)", "re"),
        ("nan", "NaN"),
        ("oo", "Infinity"),
        ("zoo", "ComplexInfinity"),
        ("f(x)", "f"),
        ("Piecewise((x, x > 0))", "Piecewise has no value"),
        ("Eq(x > 0, y > 0)", "Equality|value where"),
        ("x > 1", "Greater"),
        ("1e400*x", "Float"),
        ("10**400*x", "float64"),
    ],
)
def test_what_no_expression_can_have_is_refused_by_name(text, name):
    with pytest.raises(UnsupportedNode, match=name):
        from_sympy(sympy.sympify(text))


def test_large_fractions_become_floats():
    ratio = sympy.Rational(10**400 + 1, 3 * 10**400)
    assert from_sympy(ratio) == Number(1 / 3)


@pytest.mark.timeout(60)  # the numbers themselves would take years
@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9",
        "9**9**9",
        "x**9**9**9",
        "2**(10000001/2)",
        "(1/3)**99999999",
        "9.0**9.0**9.0",
        "(1e300)**(1e300)",
        "(1e-300)**1e300",
        "exp(1e300)",
        "exp(exp(exp(exp(9.0))))",
        "((2**9999)**9)*x",
        "*".join(["2**15000"] * 4),
        "sin(" * 900 + "x" + ")" * 900,
    ],
)
def test_numbers_too_large_to_write_down_are_refused_at_once(text):
    with pytest.raises(ExpressionTooLarge):
        to_sympy(parse(text))


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [("cbrt(x)", -8, -2), ("log10(x)", 1000, 3), ("log2(x)", 8, 3), ("aq(x, 2)", 5, 5**0.5)],
)
def test_functions_that_sympy_lacks(text, x, value):
    assert to_sympy(parse(text)).subs("x", x).evalf() == pytest.approx(value, abs=1e-14)


def test_what_sympy_refuses_is_reported():
    with pytest.raises(UnsupportedNode, match="not comparable"):
        to_sympy(parse("max(0, log(0))"))


def test_real_symbols_on_request():
    assert to_sympy(parse("sqrt(x**2)"), real=True) == sympy.Abs(sympy.Symbol("x", real=True))
    assert to_sympy(parse("x")).is_real is None
