"""Pickled truths: SymPy's are read, whatever else is refused, and nothing ever runs."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sympy

from bench.expression import from_sympy, parse
from bench.problems.formats.unpickle import (
    UnsafePickle,
    read_pickled_expression,
    unpickle_expression,
)

PICKLES = Path(__file__).parents[1] / "data" / "pickles"
FORMULA = "1.112e-17*x0**2/x2 - sqrt(x1)*exp(-x0**2/(2*pi)) + tanh(x1)/3 + log(x2)"


@pytest.mark.parametrize("path", sorted(PICKLES.glob("*.pkl")), ids=lambda path: path.stem)
def test_reads_what_old_and_new_sympys_wrote(path: Path) -> None:
    expression = read_pickled_expression(path)
    difference = sympy.sympify(str(expression)) - sympy.sympify(FORMULA)
    assert difference.subs({"x0": 1.5, "x1": 2.0, "x2": 0.7}).evalf() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "text",
    ["x0*x1", "-x0/(x1 + 1/3)", "6.6743e-11*x0*x1/(x2 - x3)**2", "2*pi*x0**1.5/sqrt(x1)",
     "Abs(x0) + sign(x1) + Max(x0, x1, 2) + Min(x0, 1)", "asin(x0) + cosh(x1) + E**x0 + cot(x1)"],
)  # fmt: skip
def test_reads_every_protocol_as_the_bridge_reads_the_expression(text: str, protocol: int) -> None:
    x = sympy.symbols("x0:4", real=True)
    expression = sympy.sympify(text, locals={str(symbol): symbol for symbol in x})
    assert unpickle_expression(pickle.dumps(expression, protocol)) == from_sympy(expression)


class Hostile:
    """Pickles as a call of ``function`` on ``args``."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self.call = function, args

    def __reduce__(self) -> Any:
        return self.call


def hostile_pickles(mark: Path) -> dict[str, Any]:
    shell = f"touch {mark}"
    text = f"__import__('os').system({shell!r})"
    return {
        "os.system": Hostile(os.system, shell),
        "eval": Hostile(eval, text),
        "exec": Hostile(exec, text),
        "sympify": Hostile(sympy.sympify, text),
        "parse_expr": Hostile(sympy.parse_expr, text),
        "lambdify": Hostile(sympy.lambdify, "x", text),
        "sin of text": Hostile(sympy.sin, text),
        "Max of text": Hostile(sympy.Max, text, 1),
        "symbol with code": Hostile(sympy.Symbol, text),
        "float of text": Hostile(sympy.Float, text),
        "integer of text": Hostile(sympy.Integer, "7"),
        "getattr": Hostile(getattr, sympy.Symbol, "__subclasses__"),
        "getattr of text": Hostile(getattr, "".__class__.__name__, "__class__"),
        "nested": Hostile(sympy.Add, Hostile(os.system, shell), 1),
        "Lambda": sympy.Lambda(sympy.Symbol("x"), 1),
        "Derivative": sympy.Derivative(sympy.Symbol("x") ** 2, sympy.Symbol("x")),
        "a list": [sympy.Symbol("x0")],
        "a number": 7,
        "zero denominator": Hostile(sympy.Rational, 1, 0),
    }


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("case", hostile_pickles(Path("unused")))
def test_refuses_whatever_is_no_formula_and_runs_nothing(
    case: str, protocol: int, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    path = tmp_path / "truth.pkl"
    path.write_bytes(pickle.dumps(hostile_pickles(mark)[case], protocol))
    with pytest.raises(UnsafePickle, match=r"truth\.pkl: "):
        read_pickled_expression(path)
    assert not mark.exists()


def test_a_partial_that_calls_something_else_is_refused(tmp_path: Path) -> None:
    # partial(getattr(Symbol, '__new__'), os.system, 'touch ...')(), as protocol 2 would spell it.
    pickled = (
        b"\x80\x02cfunctools\npartial\n(c__builtin__\ngetattr\n(csympy.core.symbol\nSymbol\n"
        b"X\x07\x00\x00\x00__new__tRtR(NcPosix\nsystem\n(X\x01\x00\x00\x00xt}NtbR."
    )
    with pytest.raises(UnsafePickle):
        unpickle_expression(pickled)


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x04", bytes(range(256))])
def test_refuses_bytes_that_are_no_pickle(content: bytes) -> None:
    with pytest.raises(UnsafePickle):
        unpickle_expression(content)


def test_refuses_a_formula_that_unfolds_without_end() -> None:
    tree: Any = sympy.Symbol("x0")
    for _ in range(60):
        tree = Hostile(sympy.Add, tree, tree)
    with pytest.raises(UnsafePickle, match="more than 20000 nodes"):
        unpickle_expression(pickle.dumps(tree))


def test_does_not_compute_a_tower_of_powers() -> None:
    tower = sympy.Pow(
        9, sympy.Pow(9, sympy.Pow(9, 9, evaluate=False), evaluate=False), evaluate=False
    )
    assert unpickle_expression(pickle.dumps(tower)) == parse("9**9**9**9")
