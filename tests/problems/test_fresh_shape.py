"""Shapes: equal for one law in other constants, names and orders, different for two laws."""

from __future__ import annotations

import pytest

from bench.expression import parse
from bench.problems.fresh.shape import shape


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a*b", "3.5*y*x"),
        ("a/b", "2*x1/(4*pi*x0)"),
        ("a**2*b", "b*b*2*a"),
        ("sqrt(a*b)", "0.3*y**0.5*x**(1/2)"),
        ("a - b", "2*x + 3*y"),
        ("a*(b + c)", "(z + 4*x)*y*7"),
        ("a**2 + b", "x - 3*y**2"),
        ("exp(a/b) - 1", "2 + 5*exp(-y/x)"),
        ("a*b/c", "1/(b/(a*c))"),
        ("(a + b)/(1 + a*b/c**2)", "(u + v)/(1 + v*u/(2*w*w))"),
        ("x0 + x1*(x1 + x2)", "b*(b + a) + c"),
        ("sin(a)**2/a", "4*sin(w)*sin(w)/w"),
    ],
)
def test_one_law(one: str, other: str) -> None:
    assert shape(parse(one)) == shape(parse(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a*b", "a/b"),
        ("a + b", "a*b"),
        ("a**2*b", "a*b"),
        ("a*sin(b)", "a*cos(b)"),
        ("a*(a + b)", "b*(a + c)"),
        ("a**b", "b**2"),
        ("x0 + x1*(x1 + x2)", "a*(b + c) + a"),
        ("a + 1", "a"),
        ("sin(a)*a", "sin(a)*b"),
    ],
)
def test_two_laws(one: str, other: str) -> None:
    assert shape(parse(one)) != shape(parse(other))
