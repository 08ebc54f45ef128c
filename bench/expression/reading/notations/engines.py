"""Functions as other programs name them, with the value that program computes.

The spellings of ``bench.expression.names`` mean one thing everywhere. Those here are an engine's
own (a logarithm that is protected against its argument, another order of arguments), and what they
were read as is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.expression.errors import TwoReadings
from bench.expression.names import FUNCTION_SPELLINGS, Function
from bench.expression.reading.lenient.lexer import Lexeme
from bench.expression.reading.lenient.naming import TOLD
from bench.expression.tree import Call, Constant, Expression, Number, is_condition

Arguments = tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Foreign:
    """A function of another program: its spellings, its tree, and words for what it is."""

    spellings: str
    build: Callable[..., Expression]
    least: int = 1
    most: int | None = 1
    told: str = ""

    def function(self, spelling: str) -> Function:
        """The function under one of its spellings."""
        return Function(spelling, self.least, self.most, lambda args: self.build(*args))


def _of(op: str, *args: Expression | float) -> Expression:
    trees = (Number(arg) if isinstance(arg, int | float) else arg for arg in args)
    return Call(op, tuple(trees))


def _swapped(name: str) -> Callable[..., Expression]:
    """The function of two arguments, or one, with the first argument last."""
    return lambda *args: FUNCTION_SPELLINGS[name].build(args[::-1])


def _if_above(limit: float, size: Expression, value: Expression, otherwise: float) -> Expression:
    return _of("piecewise", value, _of("gt", _of("abs", size), limit), otherwise)


def _root(a: Expression, degree: Expression) -> Expression:
    return _of("pow", a, _of("div", 1, degree))


def _real_root(a: Expression, degree: Expression) -> Expression:
    if degree != Number(3):
        raise ValueError("of the real roots, only the third is an operator: real_root(x, 3)")
    return _of("cbrt", a)


def _safe(name: str, least: int = 1) -> Foreign:
    told = f"safe_{name} is read as SymbolicRegression.jl's: {name}, undefined off its domain"
    return Foreign(
        f"safe_{name}", lambda *args: FUNCTION_SPELLINGS[name].build(args), least, least, told
    )


def _with_abs(name: str, least: int = 1) -> Foreign:
    told = f"{name}_abs is read as SymbolicRegression.jl's: {name} of the first argument's size"
    return Foreign(
        f"{name}_abs",
        lambda first, *rest: FUNCTION_SPELLINGS[name].build((_of("abs", first), *rest)),
        least, least, told,
    )  # fmt: skip


_FORTRAN = ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
            "cosh", "tanh", "abs")  # fmt: skip
_C = (*_FORTRAN[:13], "asinh", "acosh", "atanh", "log2", "cbrt", "fabs", "floor", "ceil", "erf")
"""Functions that have another name in Fortran for double precision, in C for single."""
_OPERON = "is read as Operon's"
_GPLEARN = "is read as gplearn's"
_KOZA = "is read as Koza's, as DEAP and PonyGE2 have it"
_TABLE = (
    Foreign("logabs", lambda a: _of("log", _of("abs", a)), told=f"logabs {_OPERON} log(abs(x))"),
    Foreign(
        "sqrtabs psqrt", lambda a: _of("sqrt", _of("abs", a)),
        told="a protected square root is read as sqrt(abs(x))",
    ),
    Foreign(
        "powabs", lambda a, b: _of("pow", _of("abs", a), b), 2, 2,
        told=f"powabs {_OPERON} abs(x)**y",
    ),
    *(_with_abs(name) for name in ("log", "log2", "log10", "sqrt")), _with_abs("pow", 2),
    *(_safe(name) for name in ("log", "log2", "log10", "log1p", "sqrt", "asin", "acos", "acosh")),
    _safe("atanh"), _safe("pow", 2),
    Foreign(
        "pdiv protectedDiv", lambda a, b: _of("piecewise", _of("div", a, b), _of("ne", b, 0), 1),
        2, 2, told=f"a protected division {_KOZA}: x/y, and 1 where y is 0",
    ),
    Foreign(
        "_protected_division protected_division",
        lambda a, b: _if_above(0.001, b, _of("div", a, b), 1), 2, 2,
        told=f"a protected division {_GPLEARN}: x/y, and 1 where abs(y) <= 0.001",
    ),
    Foreign(
        "_protected_inverse protected_inverse", lambda a: _if_above(0.001, a, _of("div", 1, a), 0),
        told=f"a protected inverse {_GPLEARN}: 1/x, and 0 where abs(x) <= 0.001",
    ),
    Foreign(
        "_protected_log protected_log",
        lambda a: _if_above(0.001, a, _of("log", _of("abs", a)), 0),
        told=f"a protected logarithm {_GPLEARN}: log(abs(x)), and 0 where abs(x) <= 0.001",
    ),
    Foreign(
        "_protected_sqrt protected_sqrt", lambda a: _of("sqrt", _of("abs", a)),
        told=f"a protected square root {_GPLEARN}: sqrt(abs(x))",
    ),
    Foreign(
        "atanh_clip",
        lambda a: _of("atanh", _of("sub", _of("mod", _of("add", a, 1), 2), 1)),
        told="atanh_clip is read as SymbolicRegression.jl's: atanh(mod(x + 1, 2) - 1)",
    ),
    Foreign("sqr", lambda a: _of("pow", a, 2), told="sqr is read as HeuristicLab's: the square"),
    Foreign("n2", lambda a: _of("pow", a, 2)),
    Foreign("n3", lambda a: _of("pow", a, 3)),
    Foreign("n4 pow4", lambda a: _of("pow", a, 4)),
    Foreign("pow5", lambda a: _of("pow", a, 5)),
    Foreign("expneg", lambda a: _of("exp", _of("neg", a))),
    Foreign("root", _root, 2, 2),
    Foreign("real_root nthroot surd", _real_root, 2, 2),
    Foreign("cuberoot", lambda a: _of("cbrt", a)),
    Foreign("atan_2", lambda a, b: _of("atan2", a, b), 2, 2),
    Foreign("rational", lambda a, b: _of("div", a, b), 2, 2),
    Foreign("float_power", lambda a, b: _of("pow", a, b), 2, 2),
    Foreign("true_divide", lambda a, b: _of("div", a, b), 2, 2),
    Foreign("logaddexp", lambda a, b: _of("log", _of("add", _of("exp", a), _of("exp", b))), 2, 2),
    Foreign("deg2rad radians", lambda a: _of("div", _of("mul", a, Constant("pi")), 180)),
    Foreign("rad2deg degrees", lambda a: _of("div", _of("mul", 180, a), Constant("pi"))),
    Foreign("unitstep", lambda a: _of("piecewise", 1, _of("ge", a, 0), 0)),
    Foreign("heavisidetheta", lambda a: FUNCTION_SPELLINGS["heaviside"].build((a,))),
    Foreign("logisticsigmoid", lambda a: FUNCTION_SPELLINGS["sigmoid"].build((a,))),
    Foreign("ramp", lambda a: _of("relu", a)),
    *(
        Foreign(spelling, lambda a, b, op=op: _of(op, a, b), 2, 2)
        for spelling, op in (
            ("StrictLessThan", "lt"), ("LessThan", "le"), ("StrictGreaterThan", "gt"),
            ("GreaterThan", "ge"), ("Equality", "eq"), ("Unequality", "ne"),
            ("less_or_equal", "le"), ("greater_or_equal", "ge"),
        )
    ),
    Foreign("if ite iif ifthenelse", lambda c, a, b: _of("piecewise", a, c, b), 3, 3),
    Foreign("id identity", lambda a: a),
    Foreign("boole iverson", lambda c: _of("piecewise", 1, c, 0)),
    Foreign("trunc", lambda a: _of("mul", _of("sign", a), _of("floor", _of("abs", a)))),
    Foreign("mult", lambda a, b: _of("mul", a, b), 2, 2),
    Foreign("sum", lambda *args: _of("add", *args), 2, None),
    Foreign("product prod", lambda *args: _of("mul", *args), 2, None),
    *(
        Foreign(spelling, lambda a, name=name: FUNCTION_SPELLINGS[name].build((a,)))
        for spelling, name in (
            *((f"d{name}", name) for name in _FORTRAN), *((f"{name}f", name) for name in _C),
            ("alog", "log"), ("alog10", "log10"), ("tg", "tan"), ("arctg", "atan"), ("ctg", "cot"),
            ("cotg", "cot"), ("cotan", "cot"), ("arcctg", "acot"), ("cosec", "csc"), ("sh", "sinh"),
            ("ch", "cosh"), ("th", "tanh"), ("cth", "coth"),
        )
    ),
    Foreign("powf", lambda a, b: _of("pow", a, b), 2, 2),
    Foreign("atan2f datan2", lambda a, b: _of("atan2", a, b), 2, 2),
)  # fmt: skip
FOREIGN: Mapping[str, Foreign] = {name: row for row in _TABLE for name in row.spellings.split()}


def _piecewise(*args: Expression) -> Expression:
    """The value before each condition or, as in Maple, behind it."""
    if is_condition(args[0]):
        pairs = zip(args[1::2], args[0:-1:2], strict=True)
        args = (*(arg for pair in pairs for arg in pair), args[-1])
    return Call("piecewise", args)


PIECEWISE = Function("piecewise", 3, None, lambda args: _piecewise(*args))
HEAVISIDE = FOREIGN["heavisidetheta"].function("Heaviside")
_MATHEMATICA: Mapping[str, Foreign] = {
    "Log": Foreign("Log", _swapped("log"), 1, 2),
    "ArcTan": Foreign(
        "ArcTan", lambda *args: _of("atan" if len(args) == 1 else "atan2", *args[::-1]), 1, 2
    ),
    "Minus": Foreign("Minus", lambda a: _of("neg", a)),
}
TWO_MEANINGS: Mapping[str, tuple[str, str]] = {
    "lg": ("log10(x)", "log2(x)"),
    "plog": ("log(abs(x)), as Koza has it", "log(1 + abs(x)), as PonyGE2 has it"),
    "sinc": ("sin(x)/x", "sin(pi*x)/(pi*x)"),
    "step": ("0 at 0, as Eureqa has it", "1 at 0"),
    "gauss": ("exp(-x**2)", "exp(-x**2/2)"),
    "gaussian": ("exp(-x**2)", "exp(-x**2/2)"),
    "round": ("halves up, floor(x + 1/2)", "halves to the nearest even number"),
    "frac": ("x - floor(x)", "x - trunc(x)"),
}
"""Names that programs differ about."""


def find(
    lexeme: Lexeme, text: str, say: Callable[[str], None], *, square: bool = False
) -> Function | None:
    """The function that a name is; None where it is none.

    ``square``: its arguments stand in square brackets, as in Mathematica. Raises TwoReadings for
    a name that programs differ about.
    """
    name = lexeme.text
    if square:
        return in_square_brackets(name)
    if name == "piecewise":
        return PIECEWISE
    if name in FUNCTION_SPELLINGS:
        if name in TOLD:
            say(TOLD[name])
        return FUNCTION_SPELLINGS[name]
    if name == "sinc" and lexeme.module in ("np", "numpy", "jnp", "jax.numpy", "torch"):
        say("sinc is read as NumPy's: sin(pi*x)/(pi*x)")
        return NORMALISED_SINC
    if name in TWO_MEANINGS:
        raise TwoReadings(TWO_MEANINGS[name], text, lexeme.start)
    row = FOREIGN.get(name)
    if row is not None:
        if row.told:
            say(row.told)
        return row.function(name)
    return _in_capitals(lexeme, text, say)


def in_square_brackets(name: str) -> Function | None:
    """The function of a name before square brackets, as Mathematica writes calls."""
    if name in _MATHEMATICA:
        return _MATHEMATICA[name].function(name)
    if not name[0].isupper():
        # SymPy prints what it has no name for in its own.
        return FUNCTION_SPELLINGS.get(name)
    lowered = name.lower()
    if lowered in FUNCTION_SPELLINGS:
        return FUNCTION_SPELLINGS[lowered]
    return FOREIGN[lowered].function(name) if lowered in FOREIGN else None


def _in_capitals(lexeme: Lexeme, text: str, say: Callable[[str], None]) -> Function | None:
    """``SIN(x)`` and ``Sin(x)``; of a logarithm with a base, programs differ which comes first."""
    name = lexeme.text
    if not (name.isupper() or (name[0].isupper() and name[1:].islower())):
        return None
    lowered = Lexeme("name", name.lower(), lexeme.start, lexeme.end, module=lexeme.module)
    function = find(lowered, text, say)
    if function is None or function.spelling != "log":
        return function
    return Function(name, 1, 1, function.build)


def _normalised_sinc(args: Arguments) -> Expression:
    scaled = _of("mul", Constant("pi"), args[0])
    return _of("div", _of("sin", scaled), scaled)


NORMALISED_SINC = Function("sinc", 1, 1, _normalised_sinc)
"""NumPy's: sin(pi*x)/(pi*x)."""
