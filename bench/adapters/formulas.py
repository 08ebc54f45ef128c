"""From what an estimator says of its formula to an expression in raw units.

The text is read by the harness's own reader. Of several things it may mean (names counted from 0
or from 1, columns as given or as a pipeline's last step saw them) the one is taken whose values
are those that the estimator predicts.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from bench.adapters.affine import AffineMap, affine_rows
from bench.adapters.estimators import Predict, Values
from bench.expression import (
    Expression,
    ParseError,
    Reading,
    evaluate,
    numbers,
    parse,
    read,
    substitute,
)
from bench.problems.variable import Variable
from bench.scoring.numeric import same_values

CONVENTIONS = (
    "sympy", "get_model_string", "program", "equation_", "_program", "best_equation_", "get_eqn",
    "get_model", "model_", "expr_",
)  # fmt: skip
"""Attributes and functions by which estimators give their formula, in the order of asking."""

REQUIRES = ("numba",)
"""What fits constants, which another interpreter need not have."""

_ROWS = 500
_ROUNDED = 0.006  # three significant digits
_ROUNDED_TO = 0.0006  # three decimals


@dataclass(frozen=True)
class Standardising:
    """Columns ``z = (x - mean) / size``, and a target likewise, in which a formula is written."""

    mean: Values
    size: Values
    target_mean: float = 0.0
    target_size: float = 1.0


def said(estimator: Any, place: str = "") -> Iterator[str]:
    """The texts that ``estimator`` gives of its formula: by ``place``, or by convention.

    Raises AttributeError where there is no such ``place``.
    """
    if place:
        if not hasattr(estimator, place):
            raise AttributeError(
                f"expression is '{place}', which {type(estimator).__name__} does not have once it "
                "is fitted"
            )
        yield _text(getattr(estimator, place), estimator)
        return
    for name in CONVENTIONS:
        try:
            yield _text(getattr(estimator, name), estimator)
        except Exception:  # not there, needs more than it was given, not fitted: not this one
            continue


def _text(value: Any, estimator: Any) -> str:
    if not callable(value) or hasattr(value, "free_symbols"):  # a SymPy expression can be called
        return str(value)
    try:
        return str(value())
    except TypeError:  # it asks for the model, as Operon's does
        return str(value(estimator.model_))


def readings(text: str, columns: Sequence[str], variables: Sequence[Variable]) -> list[Expression]:
    """What ``text`` may mean, in the names of ``variables``; ``columns`` are its names for them.

    Nothing where it cannot be read.
    """
    numbered = [Variable(f"x{j + 1}") for j in range(len(variables))]
    found = []
    for names in (variables, [Variable(name) for name in columns], numbered):
        expression = _read(text, names)
        if expression is not None:
            renamed = {
                one.name: parse(variable.name, [variable])
                for one, variable in zip(names, variables, strict=True)
            }
            found.append(substitute(expression, renamed))
    return list(dict.fromkeys(found))


def why_unread(text: str, columns: Sequence[str]) -> str:
    """Why ``text`` is no formula in ``columns``."""
    try:
        constants = read(text, [Variable(name) for name in columns]).constants
    except ParseError as error:
        return str(error)
    return f"{', '.join(constants)} have no values"


def _read(text: str, variables: Sequence[Variable]) -> Expression | None:
    try:
        reading: Reading = read(text, variables)
    except ParseError:
        return None
    return None if reading.constants else reading.expression


def raw(expression: Expression, scaling: Standardising, names: Sequence[str]) -> Expression:
    """``expression`` in columns and a target that are scaled, in raw ones."""
    inner = {
        name: parse(f"({name} - {float(mean)!r}) / {float(size)!r}", [Variable(name)])
        for name, mean, size in zip(names, scaling.mean, scaling.size, strict=True)
        if (mean, size) != (0.0, 1.0)
    }
    return _of_target(substitute(expression, inner), scaling.target_mean, scaling.target_size)


def _of_target(expression: Expression, mean: float, size: float) -> Expression:
    if (mean, size) == (0.0, 1.0):
        return expression
    outer = parse(f"{mean!r} + {size!r} * inner", [Variable("inner")])
    return substitute(outer, {"inner": expression})


def agreeing(
    candidates: Iterable[Expression], names: Sequence[str], X: Values, predict: Predict
) -> Expression | None:
    """The first of ``candidates`` whose values on ``X`` are those predicted; else the first.

    Digits that a text has lost in printing are found again, where the predictor's values tell them.
    """
    found = list(candidates)
    X = X[:_ROWS]
    try:
        wanted = predict(X)
    except Exception:
        wanted = np.full(len(X), np.nan)
    for one in found:
        if same_values(evaluate(one, names, X), wanted):
            return one
    for one in found:
        if (restored := _restored(one, names, X, wanted)) is not None:
            return restored
    return found[0] if found else None


def _restored(
    expression: Expression, names: Sequence[str], X: Values, wanted: Values
) -> Expression | None:
    """``expression`` with the decimals that give what is ``wanted``; None where those that do are
    other numbers, and not the printed ones before rounding."""
    from bench.expression.compiled.fit import fit_constants

    if not np.all(np.isfinite(wanted)):
        return None
    try:
        found = fit_constants(expression, names, X, wanted).expression
        printed, full = np.array(numbers(expression)), np.array(numbers(found))
        near = np.abs(printed - full) <= _ROUNDED * np.abs(printed) + _ROUNDED_TO
        same = same_values(evaluate(found, names, X), wanted)
    except ValueError:  # nothing in it can be fitted
        return None
    return found if same and bool(np.all(near)) else None


@cache
def fitting() -> None:
    """Have what fits constants compiled, or loaded, before a clock runs."""
    from bench.expression.compiled.fit import fit_constants

    X = np.linspace(1.0, 2.0, 8)[:, None]
    fit_constants(parse("1.0*x0 + 0.5"), ("x0",), X, 2.0 * X[:, 0])


def candidates(
    estimator: Any, variables: Sequence[Variable], X: Values, place: str = ""
) -> list[Expression]:
    """What a fitted estimator's formula may be, in raw units; nothing where it tells of none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # columns without names, where it was fitted on frames
        return _of_estimator(estimator, variables, X, place)


def _of_estimator(
    estimator: Any, variables: Sequence[Variable], X: Values, place: str = ""
) -> list[Expression]:
    """As ``candidates``.

    Steps before a pipeline's last are undone where they are linear, and so is the transformation
    of a target; where one is not, the formula in its terms is no formula of the data's.
    """
    steps = getattr(estimator, "steps", None)
    if isinstance(steps, list) and len(steps) > 1:
        return _of_pipeline(estimator, variables, X, place)
    if hasattr(estimator, "regressor_") and hasattr(estimator, "transformer_"):
        return _of_target_transformer(estimator, variables, X, place)
    best = getattr(estimator, "best_estimator_", None)
    if hasattr(best, "predict"):
        return _of_estimator(best, variables, X, place)
    names = [str(one) for one in getattr(estimator, "feature_names_in_", ())]
    columns = names if len(names) == len(variables) else [one.name for one in variables]
    return [one for text in said(estimator, place) for one in readings(text, columns, variables)]


def _of_pipeline(
    estimator: Any, variables: Sequence[Variable], X: Values, place: str
) -> list[Expression]:
    inner = AffineMap.of(lambda rows: estimator[:-1].transform(rows), X)
    if inner is None:
        return []
    columns = [Variable(f"x{j}") for j in range(len(inner.offsets))]
    seen = inner(X)
    found = _of_estimator(estimator.steps[-1][1], columns, seen, place)
    back = {
        column.name: parse(text, variables)
        for column, text in zip(
            columns, affine_rows(inner, [one.name for one in variables]), strict=True
        )
    }
    return [substitute(one, back) for one in found]


def _of_target_transformer(
    estimator: Any, variables: Sequence[Variable], X: Values, place: str
) -> list[Expression]:
    found = _of_estimator(estimator.regressor_, variables, X, place)
    inner = np.asarray(estimator.regressor_.predict(X), dtype=np.float64).reshape(-1, 1)
    outer = AffineMap.of(estimator.transformer_.inverse_transform, inner)
    if outer is None:
        return []
    size, mean = float(outer.factors[0, 0]), float(outer.offsets[0])
    return [_of_target(one, mean, size) for one in found]
