"""Values: against the math modules of Python, real and complex, on arrays of any shape.

(Random trees are compared with SymPy in ``test_expression_sympy.py``.)
"""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from expression_strategies import NAMES, constants, floats, integers, symbols, trees
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expression import FUNCTIONS, OPERATORS, compile_expression, evaluate, parse

trees_to_evaluate = trees(st.one_of(integers, floats, symbols, constants))


def at(text: str, x: complex) -> complex:
    return evaluate(parse(text), ["x"], np.array([[x]]))[0]


@pytest.mark.parametrize(
    "name", ["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "atanh",
             "exp", "log", "log10", "log2", "sqrt"],
)  # fmt: skip
def test_functions_of_one_argument(name):
    assert at(f"{name}(x)", 0.7) == pytest.approx(getattr(math, name)(0.7), rel=1e-15)


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("acosh(x)", 2.0, math.acosh(2)),
        ("cbrt(x)", -8.0, -2.0),
        ("abs(x)", -3.0, 3.0),
        ("sign(x)", -3.0, -1.0),
        ("sign(x)", 0.0, 0.0),
        ("min(x, 2, 1)", 5.0, 1.0),
        ("max(x, 7, 1)", 5.0, 7.0),
        ("aq(x, 3)", 2.0, 2 / math.sqrt(10)),
        ("aq(1, x)", 1e200, 1e-200),
        ("-x**2", 3.0, -9.0),
        ("x**-1", 4.0, 0.25),
        ("(-x)**3", 2.0, -8.0),
        ("x**0.5", 2.0, math.sqrt(2)),
        ("1/x", 0.0, math.inf),
        ("log(x)", 0.0, -math.inf),
        ("9**9**9**9", 0.0, math.inf),
        ("-9**9**9**9 + x", 0.0, -math.inf),
        ("9**9**9**9*0 + x", 0.0, math.nan),
        ("sqrt(x)", -1.0, math.nan),
        ("log(x)", -1.0, math.nan),
        ("x**0.5", -1.0, math.nan),
        ("I*x", 1.0, math.nan),
        ("min(sqrt(x), 1)", -1.0, math.nan),
    ],
)
def test_real_values(text, x, value):
    assert at(text, x) == pytest.approx(value, rel=1e-15, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("sqrt(x)", -4, 2j),
        ("sqrt(-x)", 4, 2j),
        ("sqrt(1/(-x))", 4, 0.5j),
        ("log(x)", -1, math.pi * 1j),
        ("log(-x)", 1, math.pi * 1j),
        ("log10(-x)", 1, math.pi * 1j / math.log(10)),
        ("x**(1/3)", -8, 1 + math.sqrt(3) * 1j),
        ("x**3", -2, -8),
        ("cbrt(x)", -8, -2),
        ("asin(x)", 2, cmath.asin(2)),
        ("acos(x)", 2, cmath.acos(2)),
        ("acosh(x)", 0.5, cmath.acosh(0.5)),
        ("atanh(x)", 2, cmath.atanh(2)),
        ("I*x", 3, 3j),
        ("I*I*x", 3, -3),
        ("exp(I*pi)*x", 1, cmath.exp(1j * cmath.pi)),
        ("abs(3 + 4*I)*x", 1, 5),
        ("sign(3 + 4*I)*x", 1, 0.6 + 0.8j),
        ("max(x, I)", 1, complex(math.nan, 0)),
        ("sin(x)", 1 + 2j, cmath.sin(1 + 2j)),
        ("1/(1 + 2*exp(x))", 1000, 0),  # inf*0j would make it nan
    ],
)
def test_complex_values(text, x, value):
    result = at(text, complex(x))
    assert isinstance(result, np.complex128)
    if cmath.isnan(value):
        assert np.isnan(result)
    else:
        assert abs(result - value) <= 4e-16 * abs(value)


@settings(deadline=None)
@given(trees_to_evaluate, st.lists(st.floats(-4, 4), min_size=3, max_size=3))
def test_complex_evaluation_continues_the_real_one(tree, row):
    X = np.array([row])
    real = evaluate(tree, NAMES, X)
    over_complex = evaluate(tree, NAMES, X + 0j)
    assert real.dtype == np.float64
    assert over_complex.dtype == np.complex128
    if np.isfinite(real[0]) and "nan" not in repr(over_complex):
        # Equal but where a part leaves the reals and a min, max or sign brings it back.
        np.testing.assert_allclose(over_complex.real, real, rtol=1e-12)


def test_shapes_and_types():
    f = compile_expression(parse("x*y + 1"), ["x", "y"])
    assert f(np.zeros((0, 2))).shape == (0,)
    assert f(np.ones((4, 2), dtype=np.float32)).dtype == np.float64
    assert f([[1, 2], [3, 4]]).tolist() == [3.0, 13.0]
    assert f(np.ones((2, 2), dtype=np.complex64)).dtype == np.complex128
    assert evaluate(parse("2"), ["x"], np.ones((3, 1))).tolist() == [2.0] * 3
    assert evaluate(parse("2"), [], np.ones((3, 0))).tolist() == [2.0] * 3


def test_the_result_is_nobody_elses_memory():
    X = np.ones((3, 1))
    evaluate(parse("x"), ["x"], X)[:] = 7
    assert X.tolist() == [[1.0]] * 3


def test_each_distinct_part_is_computed_once():
    tape = compile_expression(parse("sin(x*y) + cos(x*y) + sin(x*y)**2 + x*y"), ["x", "y"])
    names = [instruction.operator.name for instruction in tape.instructions]
    assert names.count("mul") == 1
    assert names.count("sin") == 1


def test_errors_name_the_symbol_and_the_shape():
    with pytest.raises(ValueError, match="'z'; the columns are x, y"):
        compile_expression(parse("z"), ["x", "y"])
    f = compile_expression(parse("x"), ["x"])
    with pytest.raises(ValueError, match=r"shape \(3,\); \(n, 1\) is needed"):
        f(np.ones(3))


def test_the_table_names_every_operator_once():
    assert set(FUNCTIONS) < set(OPERATORS)
    assert len({operator.name for operator in OPERATORS.values()}) == len(OPERATORS)
