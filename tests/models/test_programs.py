"""Programs become expressions: what a program computes, its expression computes."""

from __future__ import annotations

import warnings
from random import Random

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from program_writing import GUARDS, HIDDEN, NAMES, PARAMETERS, Writer

from bench.expression import (
    OPERATORS,
    Call,
    Expression,
    Number,
    Symbol,
    evaluate,
    parse,
    postorder,
    symbols,
)
from bench.models.programs import ProgramError, from_program, without_guards

POINTS = np.random.default_rng(7).normal(0.0, 2.0, (12, 6))
VALUES = tuple(name for name, row in OPERATORS.items() if row.gives == "value")
COMPARED = ("lt", "le", "gt", "ge", "eq", "ne")


def _leaf(random: Random) -> Expression:
    kind = random.randrange(10)
    if kind < 5:
        return Symbol(random.choice(NAMES))
    if kind < 8:
        return Symbol(random.choice(PARAMETERS))
    if kind == 8:
        return Number(random.randint(0, 5))
    return Number(round(random.uniform(0.0, 4.0), 2))


def _condition(random: Random, depth: int) -> Expression:
    kind = random.randrange(6)
    if kind == 0:
        return Call("not", (_condition(random, depth - 1),))
    if kind == 1:
        parts = tuple(_condition(random, depth - 1) for _ in range(2))
        return Call(random.choice(("and", "or")), parts)
    sides = _tree(random, depth - 1), _tree(random, depth - 1)
    return Call(random.choice(COMPARED), sides)


def _tree(random: Random, depth: int) -> Expression:
    """A random expression; of a quarter of the operators each, arithmetic most often."""
    if depth <= 0 or random.random() < 0.15:
        return _leaf(random)
    op = random.choice(VALUES if random.random() < 0.5 else ("add", "mul", "sub", "div"))
    row = OPERATORS[op]
    count = row.most or random.choice([n for n in (2, 3, 5) if row.takes(n)])
    args = [
        _tree(random, depth - 1) if kind == "value" else _condition(random, depth - 1)
        for kind in row.kinds(count)
    ]
    return Call(op, tuple(args))


def _run(source: str, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """What Python makes of a program of ours, row by row; nan where it raises."""
    scope: dict[str, object] = {"np": np, "special": scipy.special}
    exec(source, scope)
    function = scope["equation"]
    assert callable(function)
    values = []
    for row in points.copy():  # a program may change its arguments in their place
        columns = [row[None, :3]] if "(X" in source else [row[i : i + 1] for i in range(3)]
        vector = [*row[3:], *np.ones(7)]
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                values.append(float(np.broadcast_to(function(*columns, vector), 1)[0]))
        except (ArithmeticError, ValueError, TypeError):
            values.append(np.nan)
    return np.array(values)


def _agree(tree: Expression, other: NDArray[np.float64]) -> None:
    values = evaluate(tree, (*NAMES, *PARAMETERS), POINTS)
    rows = np.isfinite(values) & np.isfinite(other) & (np.abs(values) < 1e100)
    np.testing.assert_allclose(values[rows], other[rows], rtol=1e-7, atol=1e-9)


def _constant_fault(tree: Expression, error: ProgramError) -> bool:
    """Whether a program was refused for a constant without a value, and has a constant call."""
    calls = [node for node in postorder(tree) if isinstance(node, Call) and not symbols(node)]
    return "finite value" in error.reason and bool(calls)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_a_random_expression_written_in_many_styles_comes_back(seed: int) -> None:
    random = Random(seed)
    tree = _tree(random, 4)
    source = Writer(random).program(tree)
    try:
        found = from_program(source, NAMES)
    except ProgramError as error:
        assert _constant_fault(tree, error), source
        return
    _agree(tree, evaluate(found.expression, (*NAMES, *PARAMETERS), POINTS))
    _agree(found.expression, _run(source, POINTS))
    assert parse(str(found.expression)) == found.expression
    assert set(found.parameters) == symbols(found.expression) - set(NAMES)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_guards_are_kept_in_one_variant_and_left_out_of_the_other(seed: int) -> None:
    random = Random(seed)
    tree = _tree(random, 3)
    source = Writer(random, guards=0.3).program(tree)
    try:
        found = from_program(source, NAMES)
    except ProgramError as error:
        assert _constant_fault(tree, error), source
        return
    plain = evaluate(without_guards(tree), (*NAMES, *PARAMETERS), POINTS)
    _agree(found.unguarded, plain)
    if not any(word in source for word in HIDDEN):
        _agree(found.expression, _run(source, POINTS))


@pytest.mark.parametrize("guard", GUARDS)
def test_every_guard_is_known(guard: str) -> None:
    found = from_program(f"y = x*y\nreturn {guard.format('y')}", NAMES)
    assert str(found.unguarded) == "x*y"
    traces = not any(word in guard for word in HIDDEN)
    assert (found.expression != found.unguarded) == traces
    assert bool(found.notes) != traces


FORMS = [
    # a program, or what stands in one; its expression
    ("def f(x, y, z, params):\n    return params[0]*x + params[-1]", "params_0*x + params_9"),
    ("def f(z, y, x):\n    return x - z", "x - z"),
    ("def f(a, b, c):\n    return a - c", "x - z"),
    ("def f(a, b, c, w):\n    return w[1]*a - c", "params_1*x - z"),
    ("def f(inputs, theta):\n    return theta[2]*inputs[:, 1]", "params_2*y"),
    ("def f(x, p):\n    return p[0] + x[:, 2]*x[..., 0]", "params_0 + z*x"),
    ("def f(x, y, params):\n    return x - y*params[0]", "x - y*params_0"),
    ("def f(df, p):\n    return df['y'] + p[0]", "y + params_0"),
    ("def old(x, y, z):\n    return x\ndef new(x, y, z):\n    return y", "y"),
    ("K = 3.0\nimport math\ndef f(x, y, z):\n    return K*math.exp(x)", "3.0*exp(x)"),
    ("from numpy import exp as e, pi\ndef f(x, y, z):\n    return e(pi*x)", "exp(pi*x)"),
    ("from scipy.special import expit\nreturn expit(x)", "1/(1 + exp(-x))"),
    ("import scipy.special as s\ny = s.erf(x)", "erf(x)"),
    ("lambda x, y, z, p: p[3]*z", "params_3*z"),
    ("f = lambda a: a[:, 0]*a[:, 2]", "x*z"),
    ("y = c0*x + c1*sin(pi*z)", "params_10*x + params_11*sin(pi*z)"),
    ("a = x**2\nb = a + 1\na*b", "x**2*(x**2 + 1)"),
    ("params[1]*x", "params_1*x"),
    ("x if y > 0 else z", "piecewise(x, gt(y, 0), z)"),
    ("np.where((x > 0) & ~(y <= 1), x, z)", "piecewise(x, and(gt(x, 0), not(le(y, 1))), z)"),
    ("(x > 0)*y", "piecewise(1, gt(x, 0), 0)*y"),
    ("(x > 0).astype(float)*y", "piecewise(1, gt(x, 0), 0)*y"),
    ("np.where(0 < x, x, np.nan)", "x"),
    ("np.clip(x, 0, y)", "min(max(x, 0), y)"),
    ("x.clip(0, None)", "max(x, 0)"),
    ("np.clip(x, a_min=None, a_max=2)", "min(x, 2)"),
    ("max(x, y, 1)", "max(x, y, 1)"),
    ("np.divide(x, y, out=np.zeros_like(x), where=y != 0)", "piecewise(x/y, ne(y, 0), 0.0)"),
    ("np.sinc(x)", "sin(pi*x)/(pi*x)"),
    ("np.log1p(x) + np.cbrt(y) + np.square(z)", "log(1 + x) + cbrt(y) + z**2"),
    ("np.power(x, 3) + pow(y, 2)", "x**3 + y**2"),
    ("math.log(x, 2)", "log(x)/log(2)"),
    ("np.heaviside(x, 0.5)", "piecewise(0, lt(x, 0), 1, gt(x, 0), 0.5)"),
    ("x // 2 + y % 3", "floor(x/2) + mod(y, 3)"),
    ("np.full_like(x, 2.5)*y + np.ones(x.shape[0])", "2.5*y + 1.0"),
    ("sum([x, y, z])", "x + y + z"),
    ("params[len(params) - 1]*x", "params_9*x"),
    ("int(2.0)*x", "2*x"),
    ("x if len(params) > 5 else y", "x"),
    ("if params is None:\n    y = 1\nreturn x", "x"),
    ("u = x.copy()\nu += 1\nu*x", "(x + 1)*x"),
    ("u = x\nu += 1\nu*x", "(x + 1)*(x + 1)"),  # as NumPy has it: the array is one
    ("u = params[0]\nv = u\nv *= 2\nu + v", "params_0 + params_0*2"),
    ("-2*x - -y", "-2*x - -y"),
    ("1e3*x + 2_000", "1000.0*x + 2000"),
]


@pytest.mark.parametrize(("source", "expected"), FORMS)
def test_forms(source: str, expected: str) -> None:
    assert str(from_program(source, NAMES).expression) == expected


REFUSALS = [
    ("for i in range(3):\n    x += i\nreturn x", 1, "a loop; write its terms out"),
    ("y = x\nwhile True: pass", 2, "a loop; write its terms out"),
    ("y = sum([c*x for c in params])", 1, "a comprehension; write its terms out"),
    ("def f(x, y, z):\n    def g(a): return a\n    return g(x)", 2, "a function within"),
    ("class A: pass", 1, "a class; write one function"),
    ("try:\n    y = x\nexcept Exception: y = z", 1, "try; leave it out"),
    ("import os\nos.system('ls')", 2, "a text"),
    ("import os\ny = os.getpid()", 2, "'os.getpid' is not read; np and math are"),
    ("__import__('os').system('ls')", 1, "'__import__' stands for nothing"),
    ("eval('x')", 1, "'eval' stands for nothing"),
    ("().__class__.__base__", 1, "the attribute '__class__' is not read"),
    ("x.__class__(3)", 1, "the method '__class__' is not read"),
    ("np.load(x)", 1, "the function 'load' is not read"),
    ("np.linalg.norm(x)", 1, "'linalg.norm' is not read"),
    ("np.random.rand()", 1, "'random.rand' is not read"),
    ("x ^ 2", 1, "write ** for a power"),
    ("x**int(params[0])", 1, "a whole number cannot be fitted"),
    ("np.mean(x)*y", 1, "'np.mean' looks at all rows at once"),
    ("x.max()", 1, "'np.max' looks at all rows at once"),
    ("np.any(x > 0)", 1, "'np.any' looks at all rows at once"),
    ("y = np.zeros_like(x)\ny[x > 0] = 1\nreturn y", 2, "write np.where(condition, a, b)"),
    ("x[1:]", 1, "takes some of the rows"),
    ("params[10]", 1, "there are 10, counted from 0"),
    ("params", 1, "write one of them, as params[0]"),
    ("params[x]", 1, "is no index that is known"),
    ("1j*x", 1, "a complex number"),
    ("1e999*x", 1, "beyond the range of float64"),
    ("10**10**10", 1, "a constant without a finite value"),
    ("np.inf*x", 1, "an infinite number"),
    ("x/0*np.log(0)", 1, "a constant without a finite value"),
    ("f'{x}'", 1, "a text"),
    ("a*x + b", 1, "'a' stands for nothing; the variables are x, y, z"),
    ("def f(x, y, z):\n    y = x", 1, "the program returns nothing"),
    ("def f(q, r):\n    return q", 1, "it must take x, y, z and params"),
    ("def f(*args):\n    return args", 1, "name each variable"),
    ("x + ", 1, "no Python"),
    ("", 0, "the program returns nothing"),
    ("Here is the formula you asked for", 1, "no Python"),
    ("if x > 0:\n    return y", 1, "one of the branches returns nothing"),
    ("return x, y", 1, "is a tuple or list"),
    ("if x > 0:\n    q = 1\nreturn q", 3, "'q' stands for nothing"),
    ("np.exp()", 1, "exp takes 1 argument, 0 given"),
    ("np.exp(x, base=2)", 1, "the argument 'base=' is not read"),
]


@pytest.mark.parametrize(("source", "line", "reason"), REFUSALS)
def test_refusals_name_the_line_the_thing_and_the_way_out(
    source: str, line: int, reason: str
) -> None:
    with pytest.raises(ProgramError) as refusal:
        from_program(source, NAMES)
    assert reason in str(refusal.value)
    assert refusal.value.line == line
    assert len(str(refusal.value)) < 400
    assert "\n" not in str(refusal.value)


def test_numbers_fill_the_parameters() -> None:
    found = from_program("np.maximum(params[2]*x, 1e-9) + params[0]", NAMES)
    assert found.indices == (0, 2)
    assert str(found.filled([1.5, 0.0, -2.0])) == "max(-2.0*x, 1e-09) + 1.5"
    assert str(found.filled([1.5, 0.0, -2.0], guarded=False)) == "-2.0*x + 1.5"
    with pytest.raises(ValueError, match="uses parameter 2, and there are 2 values"):
        found.filled([1.0, 2.0])
    with pytest.raises(ValueError, match="finite"):
        found.filled([1.0, 2.0, np.inf])


def test_parameters_are_called_as_no_variable_is() -> None:
    names = ("params_0", "_params_1")
    found = from_program("params[1]*params_0 + _params_1", names)
    assert found.parameters == ("__params_1",)
    assert str(found.expression) == "__params_1*params_0 + _params_1"
