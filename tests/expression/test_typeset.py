"""Typeset expressions: well-formed, nothing lost, nothing let in."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from expression_strategies import any_numbers, trees
from expression_strategies import symbols as variables
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expression import Expression, parse, symbols
from bench.expression.typeset import mathml


def said(markup: str) -> str:
    return "".join(ElementTree.fromstring(markup).itertext())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x0*x1 + 2.5", "x0⋅x1+2.5"),
        ("x0 - (x1 - 2)", "x0−(x1−2)"),
        ("x0 + -2.0*x1", "x0−2⋅x1"),
        ("x1*-2.0", "x1⋅(−2)"),
        ("x0 + -x1", "x0−x1"),
        ("(x0 + 1)*x1", "(x0+1)⋅x1"),
        ("(x0*x1)**2", "(x0⋅x1)2"),
        ("(-2)**x0", "(−2)x0"),
        ("1.60217e-19*q", "1.602×10−19⋅q"),
        ("sin(theta_1)", "sin(θ1)"),
        ("abs(x0)", "|x0|"),
        ("piecewise(x0, lt(x0, 1), 2)", "{x0 if x0<12 otherwise"),
        ("123456789", "123456789"),
    ],
)
def test_it_says_what_the_text_says(text: str, shown: str) -> None:
    markup = mathml(parse(text))
    assert said(markup) == shown


@given(trees(st.one_of(variables, any_numbers)))
@settings(max_examples=60, deadline=None)
def test_any_expression_is_well_formed_and_keeps_its_variables(expression: Expression) -> None:
    shown = said(mathml(expression))
    assert all(name[0] in shown for name in symbols(expression))


def test_depth_is_no_limit() -> None:
    text = "sin(" * 200 + "x0" + ")" * 200
    assert mathml(parse(text)).count("<mi>sin</mi>") == 200


def test_names_cannot_bring_markup() -> None:
    from bench.expression import Symbol

    assert "<script" not in mathml(Symbol("<script>alert(1)</script>"))
