"""Calls of a program: the functions that an expression may hold, and those it may not."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.expression.names import FUNCTION_SPELLINGS, Function
from bench.expression.reading.notations.engines import FOREIGN, NORMALISED_SINC
from bench.models.programs import building, places
from bench.models.programs.arguments import Arguments
from bench.models.programs.libraries import check_elementwise
from bench.models.programs.refusals import refused
from bench.models.programs.values import (
    Bound,
    Items,
    Meaning,
    Parameters,
    Routine,
    Rows,
    Scope,
    Unbounded,
    Undefined,
    Value,
)

if TYPE_CHECKING:
    from bench.models.programs.formulas import Formulas

_FOREIGN = ("float_power", "true_divide", "logaddexp", "deg2rad", "radians", "rad2deg", "degrees")
_TABLE: Mapping[str, Function] = {
    **FUNCTION_SPELLINGS,
    **{name: FOREIGN[name].function(name) for name in _FOREIGN},
    "sinc": NORMALISED_SINC,
}
_OVER_ROWS = frozenset(
    {"sum", "mean", "average", "median", "std", "var", "max", "min", "amax", "amin", "any", "all",
     "prod", "cumsum", "cumprod", "gradient", "diff", "dot", "trapz", "ptp", "argmax", "argmin",
     "sort", "interp", "percentile", "quantile", "convolve"}
)  # fmt: skip
_SAME = frozenset(
    {"array", "asarray", "ascontiguousarray", "asanyarray", "atleast_1d", "squeeze", "ravel",
     "float64", "float32", "float", "copy", "flatten", "astype", "reshape", "real", "tensor"}
)  # fmt: skip
_VIEWS = frozenset(
    {"asarray", "asanyarray", "ascontiguousarray", "atleast_1d", "squeeze", "ravel", "reshape"}
)
_FILLED: Mapping[str, int] = {
    "zeros_like": 0, "zeros": 0, "ones_like": 1, "ones": 1, "full_like": -1, "full": -1,
}  # fmt: skip
_HOLD: Mapping[str, bool] = {"isfinite": True, "isnan": False, "isinf": False}


def is_known(name: str) -> bool:
    """Whether a function of a module is read by this name."""
    return name in _TABLE or name in _SAME or name in _FILLED or name in _HOLD or name in _SPECIAL


def called(formulas: Formulas, node: ast.Call, scope: Scope) -> Meaning:
    """What a call stands for."""
    function = formulas.meaning(node.func, scope)
    arguments = Arguments.of(formulas, node, scope)
    if isinstance(function, Bound):
        arguments.positional.insert(0, (function.of, node.func))
        routine = Routine(function.name, "numpy")
        if function.name not in ("clip", "round") and function.name not in _SAME | _OVER_ROWS:
            raise refused(f"the method '{function.name}' is not read; use np functions", node)
    elif isinstance(function, Routine):
        routine = function
        check_elementwise(routine, node)
    else:
        raise refused(f"'{places.text(node.func)}' is no function", node)
    return _applied(routine, arguments)


def _applied(routine: Routine, given: Arguments) -> Meaning:
    name = routine.name
    if name in _OVER_ROWS and (routine.module or name == "sum"):
        return _over_rows(routine, given)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(given)
    if name in _SAME:
        return _same(routine, given)
    if name in _FILLED:
        return _filled(name, given)
    if name in _HOLD:
        given.note(f"{name}(...) is taken to be {str(_HOLD[name]).lower()}")
        return _HOLD[name]
    if routine == Routine("remainder", "math"):
        raise refused("math.remainder rounds to the nearest; write np.mod", given.node)
    if name in _TABLE:
        return _function(routine, given)
    raise refused(
        f"the function '{name}' is not read; write it with +, -, *, /, ** and "
        "functions such as exp, log, sin, tanh, sqrt",
        given.node,
    )


def _function(routine: Routine, given: Arguments) -> Meaning:
    if routine.name == "log" and len(given.positional) > 1 and routine.module != "math":
        raise refused("np.log takes 1 argument; write np.log(x)/np.log(base)", given.node)
    condition = given.keyword("where")
    instead = given.keyword("out")
    given.check_keywords()
    found = building.applied(_TABLE[routine.name], list(given.values()))
    if condition is None:
        return found
    if instead is None:
        raise refused("'where=' without 'out='; write np.where(condition, a, b)", given.node)
    holds = given.formulas.as_condition(*condition)
    return building.choice(holds, given.as_value((found, given.node)), given.as_value(instead))


def _over_rows(routine: Routine, given: Arguments) -> Meaning:
    first = given.positional[0][0] if given.positional else None
    if routine.module or not isinstance(first, Items):
        words = f"{routine.module and 'np.'}{routine.name}"
        reason = f"'{words}' looks at all rows at once; an expression sees one point"
        raise refused(reason, given.node)
    items = [given.as_value((one, given.node)) for one in first.items]
    return building.call("add", *items) if len(items) > 1 else (items or [building.number(0)])[0]


def _same(routine: Routine, given: Arguments) -> Meaning:
    found = given.only(0)
    if isinstance(found, Items):
        raise refused("an array of single numbers; use local variables", given.node)
    # Which of them are copies matters where one is changed in its place.
    return replace(found) if isinstance(found, Value) and routine.name not in _VIEWS else found


def _filled(name: str, given: Arguments) -> Meaning:
    fill = _FILLED[name]
    if fill >= 0:
        given.only(0, "shape")
        return building.number(float(fill))
    given.drop("dtype", "order", "shape")
    value = given.take(1, "fill_value")
    if value is None:
        raise refused(f"{name} takes a shape and a number", given.node)
    return given.as_value(value)


def _whole(given: Arguments) -> Meaning:
    value = given.as_value((given.only(0), given.node))
    if value.known is None:
        reason = "int(...) of what is not known; a whole number cannot be fitted: write it out"
        raise refused(reason, given.node)
    return building.number(int(value.known))


def _length(given: Arguments) -> Meaning:
    found = given.only(0)
    if isinstance(found, Parameters):
        return building.number(len(found))
    return building.number(len(found.items)) if isinstance(found, Items) else Rows()


def _chosen(given: Arguments) -> Meaning:
    """``np.where(condition, a, b)``; nan and infinity stand for a value that is not there."""
    if len(given.positional) != 3:
        raise refused("np.where takes a condition and two values", given.node)
    (test, test_node), value, otherwise = given.positional
    holds = given.formulas.as_condition(test, test_node)
    if isinstance(holds, bool):
        return given.as_value(value if holds else otherwise)
    for absent, there in ((value, otherwise), (otherwise, value)):
        if isinstance(absent[0], Undefined | Unbounded):
            given.note(f"'{places.text(given.node)}': the value that is not finite is left out")
            return given.as_value(there)
    return building.choice(holds, given.as_value(value), given.as_value(otherwise))


def _selected(given: Arguments) -> Meaning:
    """``np.select(conditions, values, default)``."""
    default = given.take(2, "default")
    value = building.number(0) if default is None else given.as_value(default)
    pair = [one for one, _ in given.positional[:2]]
    if len(pair) != 2 or not all(isinstance(one, Items) for one in pair):
        raise refused("np.select takes a list of conditions and one of values", given.node)
    conditions, values = (one.items for one in pair if isinstance(one, Items))
    if len(conditions) != len(values):
        raise refused("np.select takes as many values as conditions", given.node)
    for test, one in reversed(list(zip(conditions, values, strict=True))):
        holds = given.formulas.as_condition(test, given.node)
        value = building.choice(holds, given.as_value((one, given.node)), value)
    return value


def _clipped(given: Arguments) -> Meaning:
    lower = given.take(1, "a_min", "min")
    upper = given.take(2, "a_max", "max")
    value = given.as_value(given.first())
    given.check_keywords()
    for op, bound in (("max", lower), ("min", upper)):
        if bound is not None and bound[0] is not None and not isinstance(bound[0], Unbounded):
            value = building.call(op, value, given.as_value(bound))
    return value


def _extreme(op: str) -> Callable[[Arguments], Meaning]:
    def read(given: Arguments) -> Meaning:
        given.check_keywords()
        pairs = given.positional
        if len(pairs) == 1 and isinstance(pairs[0][0], Items):
            pairs = [(one, given.node) for one in pairs[0][0].items]
        idle = Unbounded(-1 if op == "max" else 1)
        values = [given.as_value(pair) for pair in pairs if pair[0] != idle]
        if len(pairs) < 2:
            raise refused(f"{op} takes 2 arguments or more, {len(pairs)} given", given.node)
        return building.call(op, *values) if len(values) > 1 else values[0]

    return read


def _logical(op: str) -> Callable[[Arguments], Meaning]:
    def read(given: Arguments) -> Meaning:
        given.check_keywords()
        parts = [given.formulas.as_condition(*pair) for pair in given.positional]
        if len(parts) < 1 + (op != "not"):
            raise refused(f"logical_{op} takes more arguments", given.node)
        return building.opposite(parts[0]) if op == "not" else building.joined(op, parts)

    return read


def _without_nan(given: Arguments) -> Meaning:
    given.drop("nan", "posinf", "neginf")
    given.note("nan_to_num(...) is left out")
    return given.as_value(given.first())


def _compared(op: str) -> Callable[[Arguments], Meaning]:
    def read(given: Arguments) -> Meaning:
        values = given.values()
        if len(values) != 2:
            raise refused(f"a comparison takes 2 arguments, {len(values)} given", given.node)
        return building.compared(op, *values)

    return read


def _close(given: Arguments) -> Meaning:
    """``np.isclose(a, b)`` for a number b that is known."""
    given.drop("rtol", "atol")
    a, b = given.values()[:2] if len(given.positional) > 1 else (None, None)
    if a is None or b is None or b.known is None:
        raise refused("np.isclose takes a value and a number; write np.abs(a - b) < c", given.node)
    difference = building.call("abs", building.call("sub", a, b) if b.known else a)
    return building.compared("le", difference, building.number(1e-8 + 1e-5 * abs(b.known)))


_SPECIAL: Mapping[str, Callable[[Arguments], Meaning]] = {
    "int": _whole,
    "len": _length,
    "where": _chosen,
    "select": _selected,
    "clip": _clipped,
    "clamp": _clipped,
    "nan_to_num": _without_nan,
    "isclose": _close,
    **{name: _extreme("max") for name in ("max", "maximum", "fmax")},
    **{name: _extreme("min") for name in ("min", "minimum", "fmin")},
    **{f"logical_{op}": _logical(op) for op in ("and", "or", "not")},
    **{
        name: _compared(op)
        for op, names in (
            ("lt", "less"), ("le", "less_equal"), ("gt", "greater"), ("ge", "greater_equal"),
            ("eq", "equal"), ("ne", "not_equal"),
        )
        for name in names.split()
    },
}  # fmt: skip
