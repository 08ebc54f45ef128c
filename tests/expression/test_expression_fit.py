"""Fitting: derivatives against SymPy's, constants recovered to the last digits, hard cases."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from expression_strategies import NAMES, constants, floats, integers, symbols, trees, value_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.expression import OPERATORS, evaluate, numbers, parse, to_sympy
from bench.expression import symbols as used
from bench.expression.compiled.adjoint import backward
from bench.expression.compiled.fit import Fitter, fit_constants
from bench.expression.compiled.kernel import forward, mark
from bench.expression.compiled.program import compile_program, decode

# Where each operator of one argument is smooth; the others are tried on (0.3, 0.9).
PLACES = {
    "gamma": (0.3, 3.0), "acosh": (1.2, 3.0), "abs": (-2.0, -0.5), "sign": (-2.0, -0.5),
    "cbrt": (-2.0, -0.5),
}  # fmt: skip
BINARY = [
    "1.3*x + 0.7*y", "1.3*x - 0.7*y", "(1.3*x)*(0.7*y)", "(1.3*x)/(0.7*y)", "(1.3*x)**(0.7*y)",
    "aq(1.3*x, 0.7*y)", "(1.3*x)**2.0", "(1.3*x)**-1.0", "(1.3*x)**1.0", "(1.3*x)**3.0",
]  # fmt: skip
# SymPy leaves the derivative of a step undone.
UNARY = [
    name
    for name, row in OPERATORS.items()
    if row.most == 1 and not row.branches and name not in ("floor", "ceil")
]


def derivatives(text, X):
    """Value and derivatives by every number, from the kernel."""
    program = compile_program(parse(text), NAMES[: X.shape[1]])
    length, n = len(program.tokens), len(X)
    V, G = np.empty((length, n)), np.empty((length, n))
    J = np.empty((len(program.numbers), n))
    columns = np.ascontiguousarray(X.T)
    forward(program.tokens, length, program.right, columns, program.numbers, V)
    active = np.empty(length, dtype=bool)
    mark(program.tokens, length, program.right, np.arange(len(program.numbers)), active)
    backward(program.tokens, length, program.right, active, V, G, J)
    return V[0], J


def symbolic_derivatives(text, X):
    """The same by SymPy, at 30 digits; at every number that is a float, from left to right."""
    tree = parse(text)
    values = numbers(tree)
    thetas = sympy.symbols(f"t:{len(values)}", real=True)
    rebuilt = text
    for value, theta in zip(values, thetas, strict=True):
        rebuilt = rebuilt.replace(repr(value), str(theta), 1)
    formula = to_sympy(parse(rebuilt), real=True)
    names = [sympy.Symbol(name, real=True) for name in NAMES[: X.shape[1]]]
    rows = []
    for theta in thetas:
        slope = formula.diff(theta)
        at = [
            slope.subs(
                [*zip(thetas, values, strict=True), *zip(names, map(sympy.Float, row), strict=True)]
            )
            for row in X.tolist()
        ]
        rows.append([float(value.evalf(30)) for value in at])
    return np.array(rows)


@pytest.mark.parametrize("name", UNARY)
def test_derivatives_of_functions(name):
    low, high = PLACES.get(name, (0.3, 0.9))
    X = np.linspace(low, high, 5)[:, None]
    text = f"{name}(0.1 + 0.95*x)"
    value, J = derivatives(text, X)
    np.testing.assert_allclose(value, evaluate(parse(text), ["x"], X), rtol=1e-14)
    np.testing.assert_allclose(J, symbolic_derivatives(text, X), rtol=1e-12)


@pytest.mark.parametrize("text", BINARY)
def test_derivatives_of_two_arguments(text):
    X = np.random.default_rng(1).uniform(0.3, 2.0, (5, 2))
    value, J = derivatives(text, X)
    np.testing.assert_allclose(value, evaluate(parse(text), ["x", "y"], X), rtol=1e-14)
    np.testing.assert_allclose(J, symbolic_derivatives(text, X), rtol=1e-12)


def test_derivatives_of_min_max_and_of_powers_of_negative_numbers():
    X = np.array([[1.0, 4.0], [3.0, 1.0]])
    assert derivatives("min(1.5*x, 0.5*y)", X)[1].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert derivatives("max(1.5*x, 0.5*y)", X)[1].tolist() == [[0.0, 3.0], [4.0, 0.0]]
    J = derivatives("(0.5 - 1.5*x)**3", X)[1]
    np.testing.assert_allclose(J[0], [3.0, 48.0])
    assert np.isnan(J[2]).all()  # with an exponent that moves, the power would leave the reals


def test_derivatives_of_a_branch_are_zero_where_another_is_taken():
    X = np.array([[-2.0], [0.5], [4.0]])
    text = "piecewise(1.5*log(x), gt(x, 1.0), 2.5*sqrt(0.5 - x), lt(x, 0.25), 3.5)"
    value, J = derivatives(text, X)
    np.testing.assert_allclose(value, [2.5 * np.sqrt(2.5), 3.5, 1.5 * np.log(4.0)])
    zero, root = [0.0, 0.0, 0.0], np.sqrt(2.5)
    expected = [[0.0, 0.0, np.log(4.0)], zero, [root, 0.0, 0.0], [1.25 / root, 0.0, 0.0], zero,
                [0.0, 1.0, 0.0]]  # fmt: skip
    np.testing.assert_allclose(J, expected)


def test_constants_are_fitted_in_every_branch():
    X = np.linspace(-3.0, 3.0, 60)[:, None]
    y = evaluate(parse("piecewise(exp(0.5*x), lt(x, 0), 1.0 + 0.5*x**2)"), ["x"], X)
    guess = parse("piecewise(exp(0.9*x), lt(x, 0), 0.3 + 0.9*x**2)")
    fit = fit_constants(guess, ["x"], X, y)
    assert fit.residual < 1e-14
    assert fit.constants == pytest.approx([0.5, 1.0, 0.5])


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 7.3, 1e-300, 1e200, -1e200,
           np.inf, -np.inf, np.nan]  # fmt: skip


@pytest.mark.parametrize("name", list(OPERATORS))
def test_kernel_and_numpy_agree_on_every_operator(name):
    pairs = np.array([(a, b) for a in SPECIAL for b in SPECIAL]).T
    pairs = np.vstack([pairs, np.ones(pairs.shape[1])])
    tree = value_of(OPERATORS[name])
    program = compile_program(tree, NAMES)
    V = np.empty((len(program.tokens), pairs.shape[1]))
    forward(program.tokens, len(program.tokens), program.right, pairs, program.numbers, V)
    np.testing.assert_allclose(V[0], evaluate(tree, NAMES, pairs.T), rtol=2e-15, atol=0)


EXACT = (
    "add", "sub", "mul", "div", "neg", "abs", "min", "max", "sqrt", "sign", "floor", "ceil", "relu",
    "piecewise",
)  # fmt: skip


@settings(deadline=None)  # the first compiles
@given(trees(st.one_of(integers, floats, symbols, constants), EXACT))
@example(parse("x/sign(0*x)"))
def test_kernel_and_numpy_agree_on_trees(tree):
    X = np.random.default_rng(0).uniform(-2.0, 2.0, (30, 3))
    program = compile_program(tree, NAMES)
    values = Fitter(X, np.zeros(30)).values(program, program.constants)
    np.testing.assert_array_equal(values, evaluate(tree, NAMES, X))


@settings(deadline=None)
@given(trees(st.one_of(integers, floats, symbols)))
def test_programs_decode_to_trees_of_the_same_values(tree):
    program = compile_program(tree, NAMES)
    X = np.random.default_rng(0).uniform(0.5, 2.0, (5, 3))
    decoded = decode(program.tokens.tolist(), numbers(tree), NAMES)
    np.testing.assert_array_equal(evaluate(decoded, NAMES, X), evaluate(tree, NAMES, X))
    assert program.expression(program.constants) == tree


@pytest.mark.parametrize(
    ("truth", "guess"),
    [
        ("6.674e-11*a*b/c**2", "1e-11*a*b/c**2"),
        ("1e-180*a*b", "3e-180*a*b**1.1"),
        ("1e160*a*b", "3e161*a*b**1.1"),
        ("a*exp(-0.37*b) + 2.5", "1.1*a*exp(-0.3*b) + 1.0 + 0.01*c"),
        ("sin(a)", "sin(1.0000001*a)*exp(-2.5e-7*a)"),
        ("a + a**2", "0.4130*a*(2.6317 + 2.4213*a) - 0.0869*a"),
        ("a/(b + 0.3)**2", "1.1*a/(0.9*b + 0.1)**2.0 + 0.001*a*b*c"),
        ("3*a", "1.0*a + 1.0*a + 2.0*1.0*a"),
        ("(a - 2)**2", "(a - 2.1)**2.0"),
        ("max(a, 1.5)", "max(1.1*a, 1.2)"),
        ("exp(0.7*a)*cos(3*b)", "exp(0.5*a)*cos(2.9*b + 0.1)"),
        ("a**1.5", "a**1.0006 + 0.1*a"),
        ("sqrt(a*a + b*b)", "sqrt(1.2*a*a + 0.7*b*b + 0.01)"),
        ("log(2.5*a + 0.1*b)", "log(1.5*a + 1.0*b) + 0.5"),
    ],
)
def test_the_right_structure_falls_to_rounding_error(truth, guess):
    names = ["a", "b", "c"]
    X = np.random.default_rng(0).uniform(0.2, 4.0, (300, 3))
    y = evaluate(parse(truth), names, X)
    fit = fit_constants(parse(guess), names, X, y, weights=1 / np.abs(y))
    relative = np.abs(evaluate(fit.expression, names, X) / y - 1)
    assert fit.converged
    assert fit.residual < 1e-15
    assert np.median(relative) < 1e-15


@pytest.mark.parametrize("guess", ["0.9*sinh(1.1*a)", "1.0*a + 0.2*a**2 + 0.1*a**4"])
def test_a_wrong_structure_stalls(guess):
    X = np.linspace(0.2, 4.0, 100)[:, None]
    y = evaluate(parse("a + a**3/6"), ["a"], X)
    fit = fit_constants(parse(guess), ["a"], X, y, weights=1 / np.abs(y))
    assert fit.converged
    assert fit.residual > 1e-4


def test_linear_models_are_those_of_least_squares():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(50, 2))
    y = rng.normal(size=50)
    weights = rng.uniform(0.5, 2.0, 50)
    fit = fit_constants(parse("1.0*x + 1.0*y + 1.0"), ["x", "y"], X, y, weights=weights)
    A = np.column_stack([X, np.ones(50)]) * weights[:, None]
    solution, square, *_ = np.linalg.lstsq(A, y * weights)
    np.testing.assert_allclose(fit.constants, solution, rtol=1e-7)
    assert fit.residual == pytest.approx(np.sqrt(square[0] / 50), rel=1e-12)


def test_only_floats_are_free_unless_said_otherwise():
    X = np.linspace(1, 2, 20)[:, None]
    y = 3.0 * X[:, 0] ** 2.5
    tree = parse("2.0*x**2")
    assert numbers(fit_constants(tree, ["x"], X, y).expression)[1] == 2
    both = fit_constants(tree, ["x"], X, y, free=[0, 1])
    assert both.constants == pytest.approx([3.0, 2.5], rel=1e-13)
    exponent = fit_constants(tree, ["x"], X, 2.0 * X[:, 0] ** 2.5, free=[1])
    assert str(exponent.expression) == "2.0*x**2.5"


def test_nothing_free_is_a_fit_of_its_own():
    X = np.ones((4, 1))
    fit = fit_constants(parse("2*x"), ["x"], X, np.full(4, 5.0))
    assert (fit.residual, fit.iterations, fit.converged) == (3.0, 0, True)
    assert fit.constants.shape == (0,)


def test_rows_that_are_not_finite_are_left_out():
    X = np.linspace(1, 2, 20)[:, None]
    y = 3.0 * X[:, 0]
    y[3], X[5, 0] = np.nan, np.inf
    assert fit_constants(parse("1.0*x"), ["x"], X, y).constants[0] == pytest.approx(3.0, rel=1e-15)


def test_a_start_that_is_not_finite_is_reported_and_restarts_mend_it():
    X = np.linspace(1, 2, 20)[:, None]
    y = np.log(2.0 * X[:, 0])
    tree = parse("log(-1.0*x)")
    stuck = fit_constants(tree, ["x"], X, y)
    assert (stuck.residual, stuck.converged) == (np.inf, False)
    assert fit_constants(tree, ["x"], X, y, restarts=20).constants[0] == pytest.approx(2.0)


def test_restarts_leave_a_local_minimum_and_the_seed_fixes_them():
    X = np.linspace(0, 10, 200)[:, None]
    y = np.sin(2.3 * X[:, 0])
    tree = parse("sin(0.8*x)")
    assert fit_constants(tree, ["x"], X, y).residual > 0.1
    again = [fit_constants(tree, ["x"], X, y, restarts=60, seed=1) for _ in range(2)]
    assert again[0].residual < 1e-14
    assert again[0].constants.tolist() == again[1].constants.tolist()


@pytest.mark.parametrize(
    "text", ["0.0*x", "1.0*x**2.0 + 0.0", "1e300*x*1e300", "exp(900.0*x)", "1.0/0.0"]
)
def test_odd_starts_end_in_order(text):
    X = np.linspace(-1, 1, 20)[:, None]
    fit = fit_constants(parse(text), ["x"], X, np.linspace(-1, 1, 20), restarts=2)
    assert np.isfinite(fit.constants).all()
    assert fit.iterations <= 300


def test_a_constant_that_goes_to_infinity_is_no_fit():
    X = np.linspace(1.0, 1.01, 20)[:, None]  # tanh of infinity would be 1 everywhere
    fit = fit_constants(parse("tanh(1.5*exp(-730*x))"), ["x"], X, np.ones(20))
    assert fit.residual == np.inf and fit.constants.tolist() == [1.5]


def test_few_rows_and_many_constants():
    tree = parse("1.0*x + 1.0*x**2 + 1.0*x**3 + 1.0")
    fit = fit_constants(tree, ["x"], np.array([[0.5], [1.0]]), np.array([2.0, 3.0]))
    assert fit.residual < 1e-14


def test_one_fitter_serves_many_expressions():
    X = np.random.default_rng(0).uniform(0.5, 2.0, (40, 2))
    fitter = Fitter(X, 2.0 * X[:, 0] + X[:, 1])
    for text, small in [("1.5*x", False), ("1.5*x + 0.5*y", True), ("1.5*x*y", False)]:
        fit = fitter.fit(compile_program(parse(text), ["x", "y"]))
        assert (fit.residual < 1e-14) is small


def test_errors_name_what_does_not_fit():
    X, y = np.ones((3, 1)), np.ones(3)
    with pytest.raises(ValueError, match="'z'; the columns are x"):
        fit_constants(parse("1.0*z"), ["x"], X, y)
    with pytest.raises(ValueError, match="imaginary unit"):
        fit_constants(parse("1.0*I*x"), ["x"], X, y)
    with pytest.raises(ValueError, match=r"shapes \(3, 1\), \(2,\)"):
        fit_constants(parse("1.0*x"), ["x"], X, np.ones(2))
    with pytest.raises(ValueError, match="1 numbers are free, the start has 2"):
        fit_constants(parse("1.0*x"), ["x"], X, y, start=[1.0, 2.0])


def test_a_parameter_is_one_number_wherever_it_stands():
    X = np.random.default_rng(0).uniform(0.5, 2.0, (60, 2))
    names = ("a", "b")
    truth = parse("2.5*a + b*exp(-2.5*b) + 0.75*(a - 2.5)**2", {"a": "a", "b": "b"})
    y = evaluate(truth, names, X)
    known = {name: name for name in ("a", "b", "p", "q")}
    form = parse("p*a + b*exp(-p*b) + q*(a - p)**2", known)
    fit = fit_constants(form, names, X, y, parameters={"p": 1.0, "q": 1.0})
    assert fit.residual < 1e-13
    assert fit.parameters == pytest.approx({"p": 2.5, "q": 0.75}, rel=1e-12)
    assert list(fit.constants) == [fit.parameters["p"], fit.parameters["q"]]
    found = numbers(fit.expression)
    assert found[0] == found[1] == found[3]
    assert used(fit.expression) == {"a", "b"}


def test_parameters_and_decimals_move_together():
    X = np.linspace(0.1, 2.0, 40)[:, None]
    y = 3.0 * np.exp(-0.5 * X[:, 0]) + 3.0
    form = parse("2.0*0.5*k*exp(-0.4*x) + k", {"x": "x", "k": "k"})
    fit = fit_constants(form, ("x",), X, y, free=[2], parameters={"k": 1.0})
    assert fit.residual < 1e-12
    assert fit.parameters == pytest.approx({"k": 3.0})
    assert fit.constants == pytest.approx([3.0, -0.5])


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_tied_derivatives_are_those_of_one_number(seed):
    random = np.random.default_rng(seed)
    X = random.uniform(0.5, 2.0, (8, 1))
    form = parse("sin(p*x) + p**2*x - p/x", {"x": "x", "p": "p"})
    program = compile_program(form, ("x",), parameters={"p": 0.7})
    fitter = Fitter(X, np.zeros(8))
    at, step = random.uniform(0.5, 2.0), 1e-6
    above, below = fitter.values(program, [at + step]), fitter.values(program, [at - step])
    x = X[:, 0]
    slope = np.cos(at * x) * x + 2 * at * x - 1 / x
    np.testing.assert_allclose((above - below) / (2 * step), slope, rtol=1e-6, atol=1e-7)
    assert program.tied.shape == (2, 2)


def test_a_column_is_no_parameter():
    with pytest.raises(ValueError, match="'x' is a column"):
        fit_constants(parse("x", {"x": "x"}), ("x",), [[1.0]], [1.0], parameters={"x": 1.0})
