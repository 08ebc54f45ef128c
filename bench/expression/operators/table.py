"""The operator table: one row is all that is known of an operator anywhere in the project.

To add one, add a row; ``tests/expression/test_operators.py`` holds every row against mpmath,
SymPy and its own derivative.
"""

from __future__ import annotations

import operator
from math import inf

import numpy as np

from bench.expression.operators import complex_values as over_complex
from bench.expression.operators import precise_values as precise
from bench.expression.operators import real_values as real
from bench.expression.operators import sympy_forms as forms
from bench.expression.operators.operator_row import REALS, Operator
from bench.expression.operators.precise_values import LARGEST_ANGLE, LARGEST_EXPONENT

_POSITIVE, _UNIT = (0.0, inf), (-1.0, 1.0)

_ARITHMETIC = (
    Operator(
        "add", 2, None, np.add, "a + b", ("1.0", "1.0"),
        domain=(REALS, REALS), precise=precise.plain(operator.add), to_sympy=forms.addition,
        portable="real", units="alike", spellings="plus Add",
        infix=True, commutes=True, algebraic=True, common=True,
    ),
    Operator(
        "mul", 2, None, np.multiply, "a * b", ("b", "a"),
        domain=(REALS, REALS), precise=precise.plain(operator.mul), to_sympy=forms.product,
        portable="real", units="product", spellings="times multiply Mul",
        infix=True, commutes=True, algebraic=True, common=True,
    ),
    Operator(
        "sub", 2, 2, np.subtract, "a - b", ("1.0", "-1.0"),
        domain=(REALS, REALS), precise=precise.plain(operator.sub), to_sympy=operator.sub,
        portable="real", units="alike", spellings="minus subtract",
        infix=True, algebraic=True, common=True,
    ),
    Operator(
        "div", 2, 2, np.divide, "a / b", ("1.0 / b", "-v / b"),
        domain=(REALS, REALS), precise=precise.plain(operator.truediv), to_sympy=operator.truediv,
        portable="real", units="quotient", spellings="divide",
        infix=True, algebraic=True, common=True,
    ),
    Operator(
        "pow", 2, 2, real.power, "power(a, b)", ("power_by_base(a, b)", "power_by_exponent(a, v)"),
        complex=over_complex.on_cut(np.power), domain=(_POSITIVE, REALS), precise=precise.power,
        to_sympy=forms.power, portable="power", units="power", spellings="power Pow",
        infix=True, algebraic=True, common=True,
    ),
    Operator(
        "neg", 1, 1, np.negative, "-a", ("-1.0",),
        precise=precise.plain(operator.neg), to_sympy=operator.neg,
        portable="real", units="same", spellings="negative",
        infix=True, algebraic=True, parity="odd", inverse="neg", common=True,
    ),
)  # fmt: skip

_CIRCULAR = (
    Operator(
        "sin", 1, 1, np.sin, "math.sin(a)", ("math.cos(a)",),
        most_bits=LARGEST_ANGLE, sympy="sin", portable="sin", parity="odd", inverse="asin",
        common=True,
    ),
    Operator(
        "cos", 1, 1, np.cos, "math.cos(a)", ("-math.sin(a)",),
        most_bits=LARGEST_ANGLE, sympy="cos", portable="cos", parity="even", inverse="acos",
        common=True,
    ),
    Operator(
        "tan", 1, 1, np.tan, "math.tan(a)", ("1.0 + v * v",),
        most_bits=LARGEST_ANGLE, sympy="tan", portable="tan", parity="odd", inverse="atan",
    ),
    Operator(
        "asin", 1, 1, np.arcsin, "math.asin(a)", ("1.0 / math.sqrt(1.0 - a * a)",),
        complex=over_complex.on_cut(np.arcsin), domain=(_UNIT,), sympy="asin", portable="asin",
        spellings="arcsin", parity="odd", inverse="sin",
    ),
    Operator(
        "acos", 1, 1, np.arccos, "math.acos(a)", ("-1.0 / math.sqrt(1.0 - a * a)",),
        complex=over_complex.on_cut(np.arccos), domain=(_UNIT,), sympy="acos", portable="acos",
        spellings="arccos", inverse="cos",
    ),
    Operator(
        "atan", 1, 1, np.arctan, "math.atan(a)", ("1.0 / (1.0 + a * a)",),
        complex=over_complex.on_cut(np.arctan), sympy="atan", portable="atan",
        spellings="arctan", parity="odd", inverse="tan",
    ),
    Operator(
        "atan2", 2, 2, np.arctan2, "math.atan2(a, b)",
        ("per_square(b, a, b)", "per_square(-a, a, b)"),
        complex=over_complex.of_reals(np.arctan2), domain=(REALS, REALS),
        sympy="atan2", portable="atan2", units="compared", spellings="arctan2",
    ),
)  # fmt: skip

_HYPERBOLIC = (
    Operator(
        "sinh", 1, 1, np.sinh, "math.sinh(a)", ("math.cosh(a)",),
        most_bits=LARGEST_EXPONENT, sympy="sinh", portable="sinh", parity="odd", inverse="asinh",
    ),
    Operator(
        "cosh", 1, 1, np.cosh, "math.cosh(a)", ("math.sinh(a)",),
        most_bits=LARGEST_EXPONENT, sympy="cosh", portable="cosh", parity="even", inverse="acosh",
    ),
    Operator(
        "tanh", 1, 1, np.tanh, "math.tanh(a)", ("1.0 - v * v",),
        most_bits=LARGEST_ANGLE, sympy="tanh", portable="tanh", parity="odd", inverse="atanh",
        common=True,
    ),
    Operator(
        "asinh", 1, 1, np.arcsinh, "math.asinh(a)", ("1.0 / math.sqrt(a * a + 1.0)",),
        complex=over_complex.on_cut(np.arcsinh), sympy="asinh", portable="asinh",
        spellings="arcsinh arsinh", parity="odd", inverse="sinh",
    ),
    Operator(
        "acosh", 1, 1, np.arccosh, "math.acosh(a)", ("1.0 / math.sqrt(a * a - 1.0)",),
        complex=over_complex.on_cut(np.arccosh), domain=((1.0, inf),), sympy="acosh",
        portable="acosh", spellings="arccosh arcosh", inverse="cosh",
    ),
    Operator(
        "atanh", 1, 1, np.arctanh, "math.atanh(a)", ("1.0 / (1.0 - a * a)",),
        complex=over_complex.on_cut(np.arctanh), domain=(_UNIT,), sympy="atanh",
        portable="atanh", spellings="arctanh artanh", parity="odd", inverse="tanh",
    ),
)  # fmt: skip

_EXPONENTIAL = (
    Operator(
        "exp", 1, 1, np.exp, "math.exp(a)", ("v",),
        precise=precise.exponential, sympy="exp", portable="exp", inverse="log", common=True,
    ),
    Operator(
        "log", 1, 1, np.log, "math.log(a)", ("1.0 / a",),
        complex=over_complex.on_cut(np.log), domain=(_POSITIVE,), sympy="log", portable="log",
        spellings="ln", inverse="exp", common=True,
    ),
    Operator(
        "log2", 1, 1, np.log2, "math.log2(a)", ("1.0 / (a * LN2)",),
        complex=over_complex.on_cut(np.log2), domain=(_POSITIVE,),
        precise=precise.logarithm("ln2"), to_sympy=forms.logarithm_2, portable="log2",
    ),
    Operator(
        "log10", 1, 1, np.log10, "math.log10(a)", ("1.0 / (a * LN10)",),
        complex=over_complex.on_cut(np.log10), domain=(_POSITIVE,),
        precise=precise.logarithm("ln10"), to_sympy=forms.logarithm_10, portable="log10",
    ),
    Operator(
        "sqrt", 1, 1, np.sqrt, "math.sqrt(a)", ("0.5 / v",),
        complex=over_complex.on_cut(np.sqrt), domain=(_POSITIVE,), to_sympy=forms.square_root,
        portable="real", units="root", degree=2, algebraic=True, common=True,
    ),
    Operator(
        "cbrt", 1, 1, np.cbrt, "cube_root(a)", ("1.0 / (3.0 * v * v)",),
        complex=over_complex.cube_root, precise=precise.cube_root, to_sympy=forms.cube_root,
        portable="cbrt", units="root", degree=3, algebraic=True, parity="odd",
    ),
)  # fmt: skip

_SPECIAL = (
    Operator(
        "erf",
        1,
        1,
        real.error_function,
        "math.erf(a)",
        ("TWO_PER_ROOT_PI * math.exp(-a * a)",),
        most_bits=LARGEST_ANGLE,
        sympy="erf",
        parity="odd",
    ),
    Operator(
        "gamma",
        1,
        1,
        real.gamma_function,
        "gamma_function(a)",
        ("v * digamma(a)",),
        most_bits=LARGEST_EXPONENT,
        sympy="gamma",
        to_sympy=forms.gamma_function,
        spellings="Gamma tgamma",
    ),
)

_STEPS = (
    Operator(
        "abs", 1, 1, np.abs, "abs(a)", ("math.copysign(1.0, a)",),
        precise=precise.plain(abs), sympy="Abs", portable="real", units="same",
        spellings="Abs absolute fabs", algebraic=True, parity="even", common=True,
    ),
    Operator(
        "sign", 1, 1, np.sign, "sign(a)", ("0.0",),
        complex=over_complex.sign, sympy="sign", portable="real", units="none",
        spellings="sgn signum", algebraic=True, parity="odd",
    ),
    Operator(
        "floor", 1, 1, np.floor, "np.floor(a)", ("0.0",),
        complex=over_complex.of_reals(np.floor), sympy="floor", portable="real", algebraic=True,
    ),
    Operator(
        "ceil", 1, 1, np.ceil, "np.ceil(a)", ("0.0",),
        complex=over_complex.of_reals(np.ceil), sympy="ceiling", portable="real",
        spellings="ceiling", algebraic=True,
    ),
    Operator(  # of the divisor's sign, as in Python and NumPy
        "mod", 2, 2, np.mod, "np.mod(a, b)", ("1.0", "(v - a) / b"),
        complex=over_complex.of_reals(np.mod), domain=(REALS, REALS),
        precise=precise.plain(operator.mod), sympy="Mod", portable="real", units="alike",
        spellings="Mod modulo remainder", algebraic=True,
    ),
    Operator(
        "min", 2, None, np.minimum, "a if a <= b or math.isnan(a) else b",
        ("1.0 if v == a else 0.0", "0.0 if v == a else 1.0"),
        complex=over_complex.of_reals(np.minimum), domain=(REALS, REALS),
        precise=precise.plain(min), sympy="Min", portable="real", units="alike",
        spellings="Min minimum fmin", commutes=True, algebraic=True,
    ),
    Operator(
        "max", 2, None, np.maximum, "a if a >= b or math.isnan(a) else b",
        ("1.0 if v == a else 0.0", "0.0 if v == a else 1.0"),
        complex=over_complex.of_reals(np.maximum), domain=(REALS, REALS),
        precise=precise.plain(max), sympy="Max", portable="real", units="alike",
        spellings="Max maximum fmax", commutes=True, algebraic=True,
    ),
    Operator(
        "relu", 1, 1, real.rectified, "a if a > 0.0 or math.isnan(a) else 0.0",
        ("1.0 if a > 0.0 else 0.0",),
        complex=over_complex.of_reals(real.rectified), precise=precise.rectified,
        to_sympy=forms.rectified, portable="real", units="same", spellings="ReLU",
        algebraic=True,
    ),
    Operator(
        "aq", 2, 2, real.analytic_quotient, "a / math.hypot(1.0, b)",
        ("1.0 / math.hypot(1.0, b)", "-v * (b / math.hypot(1.0, b)) / math.hypot(1.0, b)"),
        complex=over_complex.analytic_quotient, domain=(REALS, REALS),
        precise=precise.analytic_quotient, to_sympy=forms.analytic_quotient,
        portable="analytic_quotient", units="first", algebraic=True,
    ),
)  # fmt: skip


def _comparison(name: str, sign: str, numpy: np.ufunc, sympy: str, *spellings: str) -> Operator:
    holds = getattr(operator, name)
    return Operator(
        name, 2, 2, real.comparison(numpy), f"compared(a, b, a {sign} b)", ("0.0", "0.0"),
        complex=over_complex.of_reals(real.comparison(numpy)), domain=(REALS, REALS),
        precise=precise.comparison(holds), sympy=sympy, portable="real", units="compared",
        spellings=" ".join(spellings), gives="condition", commutes=name in ("eq", "ne"),
        algebraic=True,
    )  # fmt: skip


_CONDITIONS = (
    _comparison("lt", "<", np.less, "StrictLessThan", "less", "Lt"),
    _comparison("le", "<=", np.less_equal, "LessThan", "less_equal", "Le"),
    _comparison("gt", ">", np.greater, "StrictGreaterThan", "greater", "Gt"),
    _comparison("ge", ">=", np.greater_equal, "GreaterThan", "greater_equal", "Ge"),
    _comparison("eq", "==", np.equal, "Equality", "equal", "Eq"),
    _comparison("ne", "!=", np.not_equal, "Unequality", "not_equal", "Ne"),
    Operator(
        "and", 2, None, real.conjunction, "conjunction(a, b)", ("0.0", "0.0"),
        complex=over_complex.of_reals(real.conjunction), domain=(REALS, REALS),
        precise=precise.conjunction, sympy="And", portable="real", units="none",
        spellings="And logical_and", takes_kinds=("condition",), gives="condition",
        commutes=True, algebraic=True,
    ),
    Operator(
        "or", 2, None, real.disjunction, "disjunction(a, b)", ("0.0", "0.0"),
        complex=over_complex.of_reals(real.disjunction), domain=(REALS, REALS),
        precise=precise.disjunction, sympy="Or", portable="real", units="none",
        spellings="Or logical_or", takes_kinds=("condition",), gives="condition",
        commutes=True, algebraic=True,
    ),
    Operator(
        "not", 1, 1, real.negation, "1.0 - a", ("0.0",),
        complex=over_complex.of_reals(real.negation), precise=precise.plain(real.negation),
        sympy="Not", portable="real", units="none", spellings="Not logical_not",
        takes_kinds=("condition",), gives="condition", algebraic=True, inverse="not",
    ),
    Operator(
        "piecewise", 3, None, real.piecewise, precise=precise.piecewise, sympy="Piecewise",
        to_sympy=forms.piecewise, portable="real", units="choice",
        takes_kinds=("value", "condition"), algebraic=True,
    ),
)  # fmt: skip

TABLE = (
    *_ARITHMETIC, *_CIRCULAR, *_HYPERBOLIC, *_EXPONENTIAL, *_SPECIAL, *_STEPS, *_CONDITIONS,
)  # fmt: skip
