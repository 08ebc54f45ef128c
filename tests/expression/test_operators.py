"""Every row of the operator table, held against mpmath, SymPy and its own derivative.

A row that is added is tested here without a new test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from expression_strategies import NAMES, call_of, value_of
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expression import (
    OPERATORS,
    Operator,
    compile_expression,
    evaluate,
    from_sympy,
    parse,
    to_sympy,
)
from bench.expression.compiled import dispatch
from bench.expression.compiled.fit import Fitter
from bench.expression.compiled.opcodes import LAST_BINARY, OPCODES, UNUSED, VARIABLE
from bench.expression.compiled.program import compile_program
from bench.expression.definitions import DEFINITIONS
from bench.expression.names import FUNCTION_SPELLINGS
from bench.expression.operators.precise_values import precise_function
from bench.problems.portable import evaluate_portably
from bench.problems.problem import Problem, Target
from bench.problems.units import check_units
from bench.problems.variable import Unit, Variable
from bench.scoring.equivalence.numerics.normal import normal_key
from bench.scoring.equivalence.numerics.precise import Precise
from bench.scoring.ned.canonical import canonical_form

CONTEXT = mpmath.MPContext()
CONTEXT.dps = 60


def of_rows(chosen: Callable[[Operator], bool] = lambda row: True) -> pytest.MarkDecorator:
    rows = [row for row in OPERATORS.values() if chosen(row)]
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


def analytic(row: Operator) -> bool:
    """Whether mpmath's function of that name is one of complex numbers."""
    return isinstance(row.precise, str) and row.name not in ("floor", "ceil", "atan2")


ROWS = of_rows()
seeds = st.integers(0, 2**32 - 1)


def columns(row: Operator, seed: int, rows: int = 8, reach: float = 4.0) -> np.ndarray:
    """Random arguments inside the operator's domain, shape (arguments, rows)."""
    rng = np.random.default_rng(seed)
    count = row.least
    intervals = row.domain * count if len(row.domain) == 1 else row.domain
    values = []
    for kind, (low, high) in zip(row.kinds(count), intervals, strict=False):
        if kind == "condition":
            values.append(rng.integers(0, 2, rows).astype(float))
        else:
            low = max(low, -reach)
            values.append(rng.uniform(low, min(high, low + 2 * reach), rows))
    return np.array(values)


def truth(row: Operator, arguments: np.ndarray) -> list[mpmath.mpf]:
    function = precise_function(row, CONTEXT)
    return [function(*map(CONTEXT.mpf, column)) for column in arguments.T.tolist()]


@ROWS
def test_rows_are_complete(row):
    arguments = row.least if row.most is not None else 2
    if row.name in OPCODES and row.name != "piecewise":
        assert row.value
        assert len(row.slopes) == arguments
        assert 0 < OPCODES[row.name] < UNUSED < VARIABLE
        assert (OPCODES[row.name] <= LAST_BINARY) == (arguments == 2)
    assert row.name in OPCODES
    assert row.sympy or row.to_sympy
    assert len(row.domain) in (1, arguments)
    assert row.takes(row.least)
    assert not row.takes(row.least - 1)
    if row.inverse:
        assert OPERATORS[row.inverse].inverse == row.name


def test_every_spelling_has_one_meaning():
    words = list(OPERATORS)
    words += [word for row in OPERATORS.values() for word in row.spellings.split()]
    words += [word for definition in DEFINITIONS for word in definition.spellings.split()]
    # ``log`` and ``ln`` are defined anew, for their base.
    assert {word for word, count in Counter(words).items() if count > 1} <= {"log", "ln"}
    assert set(words) == set(FUNCTION_SPELLINGS)


@ROWS
@settings(deadline=None, max_examples=10)
@given(seeds)
def test_real_values_are_those_of_mpmath(row, seed):
    arguments = columns(row, seed)
    expected = np.array([float(value) for value in truth(row, arguments)])
    np.testing.assert_allclose(row.apply(list(arguments)), expected, rtol=1e-14, atol=1e-300)


@ROWS
@settings(deadline=None, max_examples=10)
@given(seeds)
def test_the_kernel_and_numpy_give_one_value(row, seed):
    arguments = columns(row, seed)
    whole = value_of(row)
    program = compile_program(whole, NAMES[: len(arguments)])
    values = Fitter(arguments.T, np.zeros(arguments.shape[1])).values(program, program.constants)
    expected = evaluate(whole, NAMES[: len(arguments)], arguments.T)
    np.testing.assert_allclose(values, expected, rtol=4e-15, atol=1e-300)


@of_rows(lambda row: row.slopes and not row.branches)  # of branches, see test_expression_fit.py
@settings(deadline=None, max_examples=10)
@given(seeds)
def test_slopes_are_those_of_the_precise_value(row, seed):
    arguments = columns(row, seed)
    function = precise_function(row, CONTEXT)
    value = row.apply(list(arguments))
    token, ones = OPCODES[row.name], np.ones_like(value)
    for place in range(len(row.slopes)):
        found = np.empty_like(value)
        if len(row.slopes) == 1:
            dispatch.unary_adjoint(token, arguments[0], value, ones, found)
        else:
            pull = (dispatch.first_adjoint, dispatch.second_adjoint)[place]
            pull(token, arguments[0], arguments[1], value, ones, found)
        order = tuple(int(index == place) for index in range(len(row.slopes)))
        expected = [
            float(CONTEXT.diff(function, tuple(map(CONTEXT.mpf, column)), order))
            for column in arguments.T.tolist()
        ]
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@of_rows(analytic)
@settings(deadline=None, max_examples=10)
@given(seeds)
def test_complex_values_are_those_of_mpmath(row, seed):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=6) + 1j * rng.normal(size=6)
    function = getattr(CONTEXT, row.precise or row.name)
    expected = [complex(function(CONTEXT.mpc(one))) for one in z.tolist()]
    np.testing.assert_allclose(row.over_complex(z), expected, rtol=1e-13)


@ROWS
@settings(deadline=None, max_examples=5)
@given(seeds)
def test_complex_evaluation_of_reals_is_the_real_one(row, seed):
    arguments = columns(row, seed)
    whole, names = value_of(row), NAMES[: len(arguments)]
    over_complex = row.over_complex(*(argument + 0j for argument in arguments))
    if not row.chain:
        np.testing.assert_allclose(over_complex, row.apply(list(arguments)), rtol=1e-13)
    np.testing.assert_array_equal(
        evaluate(whole, names, arguments.T + 0j), evaluate(whole, names, arguments.T)
    )


@ROWS
@settings(deadline=None, max_examples=5)
@given(seeds)
def test_sympy_has_the_same_value_and_gives_the_operator_back(row, seed):
    arguments = columns(row, seed, rows=3)
    whole, names = value_of(row), NAMES[: len(arguments)]
    formula = to_sympy(whole, real=True)
    back = from_sympy(formula)
    symbols = {symbol.name: symbol for symbol in formula.free_symbols}
    expected = evaluate(whole, names, arguments.T)
    np.testing.assert_allclose(evaluate(back, names, arguments.T + 0j), expected, rtol=1e-13)
    for column, value in zip(arguments.T.tolist(), expected, strict=True):
        point = {symbols[n]: x for n, x in zip(names, column, strict=True) if n in symbols}
        assert float(formula.subs(point).evalf()) == pytest.approx(value, rel=1e-12, abs=1e-15)


@ROWS
@settings(deadline=None, max_examples=5)
@given(seeds)
def test_portable_values_are_right_or_refused_in_words(row, seed):
    arguments = columns(row, seed)
    whole, names = value_of(row), NAMES[: len(arguments)]
    if not row.portable:
        with pytest.raises(ValueError, match=f"'{row.name}' has no value that is the same on"):
            evaluate_portably(whole, names, arguments.T)
        return
    expected = evaluate(whole, names, arguments.T)
    found = evaluate_portably(whole, names, arguments.T)
    np.testing.assert_allclose(found, expected, rtol=2e-15, atol=1e-300)


@ROWS
def test_text_gives_the_tree_back(row):
    whole = value_of(row)
    assert parse(str(whole)) == whole
    for spelling in row.spellings.split():
        args = ", ".join(str(arg) for arg in call_of(row).args)
        if row.gives == "value":
            assert parse(f"{spelling}({args})") == whole
        else:
            assert parse(f"piecewise(1, {spelling}({args}), 0)") == whole


METRE, NONE = (1, 0, 0, 0, 0), (0, 0, 0, 0, 0)
# By rule: whether an operator takes metres, whether metres and a pure number, and what it makes
# of metres (or where it takes none, of pure numbers).
UNIT_RULES = {
    "pure": (False, False, NONE), "same": (True, True, METRE), "none": (True, True, NONE),
    "alike": (True, False, METRE), "compared": (True, False, NONE), "choice": (True, False, METRE),
    "product": (True, True, (2, 0, 0, 0, 0)), "quotient": (True, True, NONE),
    "power": (False, False, NONE), "first": (False, True, NONE),
}  # fmt: skip


def units_agree(row: Operator, target: Unit, *units: Unit) -> bool:
    kinds = row.kinds(row.least)
    # What a condition of the call compares is a pure number here, and its own affair.
    units = tuple(NONE if kind == "condition" else u for u, kind in zip(units, kinds, strict=False))
    variables = tuple(Variable(n, unit=u) for n, u in zip(NAMES, units, strict=False))
    whole = call_of(row)
    problem = Problem("made", "1", "p", variables, (Target(Variable("t", unit=target)),), None)  # type: ignore[arg-type]
    return check_units(whole, problem).consistent is True


@of_rows(lambda row: row.takes_kinds != ("condition",))
def test_units_follow_the_rule_of_the_row(row):
    if row.units == "root":
        assert units_agree(row, METRE, (row.degree, 0, 0, 0, 0))
        assert not units_agree(row, METRE, METRE)
        return
    alike, mixed, made = UNIT_RULES[row.units]
    assert units_agree(row, made, *[METRE if alike else NONE] * 3)
    assert not units_agree(row, (0, 0, 0, 0, 1), *[METRE if alike else NONE] * 3)
    if not alike:
        assert not units_agree(row, made, *[METRE] * 3)
    if row.least > 1 and not mixed:
        targets = (METRE, NONE)
        assert not any(units_agree(row, target, METRE, NONE, NONE) for target in targets)


@ROWS
@pytest.mark.timeout(20)  # not the digits of what nobody can write down
@pytest.mark.parametrize("size", ["1e-400", "1e300", "1e20000"])
def test_precise_values_come_at_once_or_not_at_all(row, size):
    function = precise_function(row, CONTEXT)
    arguments = [
        CONTEXT.one if kind == "condition" else sign * CONTEXT.mpf(size)
        for sign, kind in zip((1, -1, 1), row.kinds(row.least), strict=False)
    ]
    try:
        function(*arguments)
    except (ArithmeticError, ValueError):
        return


@ROWS
def test_the_judge_takes_every_row(row):
    arguments = columns(row, 1)
    whole, names = value_of(row), NAMES[: len(arguments)]
    precise, expected = Precise(whole, 40), evaluate(whole, names, arguments.T)
    for column, value in zip(arguments.T.tolist(), expected, strict=True):
        assert float(precise(precise.point(names, column))) == pytest.approx(value, rel=1e-14)
    assert canonical_form(whole).tree is not None
    assert normal_key(whole) == normal_key(parse(str(whole)))


@ROWS
def test_tapes_take_every_row(row):
    arguments = columns(row, 0)
    names = NAMES[: len(arguments)]
    values = compile_expression(value_of(row), names)(arguments.T)
    assert np.isfinite(values).all()


def test_what_a_definition_stands_for():
    x = 0.37
    meant = {
        "sec(x)": 1 / np.cos(x), "coth(x)": 1 / np.tanh(x), "acot(x)": np.arctan(1 / x),
        "asech(x)": np.arccosh(1 / x), "erfc(x)": 1 - float(mpmath.erf(x)),
        "factorial(4)": 24.0, "sigmoid(x)": 1 / (1 + np.exp(-x)),
        "softplus(x)": np.log(1 + np.exp(x)), "heaviside(x)": 1.0, "heaviside(0)": 0.5,
        "heaviside(0, 7)": 7.0, "heaviside(-x, 7)": 0.0, "hypot(3, 4)": 5.0,
        "clip(x, 0.5, 1)": 0.5, "where(lt(x, 0), 1, 2)": 2.0, "exp2(3)": 8.0, "log(8, 2)": 3.0,
        "expm1(x)": np.expm1(x), "log1p(x)": np.log1p(x),
    }  # fmt: skip
    for text, value in meant.items():
        found = evaluate(parse(text), ["x"], np.array([[x]]))[0]
        assert found == pytest.approx(value, rel=1e-14), text


def test_conditions_are_three_valued():
    def at(text: str, x: float) -> float:
        return float(evaluate(parse(text), ["x"], np.array([[x]]))[0])

    assert at("piecewise(0, le(x, 0), log(x))", -1.0) == 0.0  # what is not taken may be undefined
    assert np.isnan(at("piecewise(1, lt(sqrt(x), 1), 2)", -1.0))
    assert at("piecewise(1, and(gt(x, 0), lt(sqrt(x), 1)), 2)", -1.0) == 2.0
    assert at("piecewise(1, or(lt(x, 0), lt(sqrt(x), 1)), 2)", -1.0) == 1.0
    assert np.isnan(at("piecewise(1, not(lt(sqrt(x), 1)), 2)", -1.0))


@pytest.mark.parametrize(
    "text",
    ["lt(x, 1)", "lt(x, 1) + 2", "sin(lt(x, 1))", "-lt(x, 1)", "piecewise(1, x, 2)", "and(x, 1)",
     "not(x)", "lt(lt(x, 1), 2)", "piecewise(lt(x, 1), lt(x, 1), 2)", "piecewise(1, lt(x, 1))",
     "piecewise(1, lt(x, 1), 2, gt(x, 3))"],
)  # fmt: skip
def test_conditions_stand_where_conditions_are_asked_for(text):
    with pytest.raises(ValueError, match=r"condition|odd number|or more"):
        parse(text)
