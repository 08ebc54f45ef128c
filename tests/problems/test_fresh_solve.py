"""Laws solved for one of their inputs: some branch gives back what went in."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import evaluate, parse, symbols
from bench.problems.fresh.solve import solve_for

LAWS = [
    "a*b",
    "a/b",
    "a - b",
    "a + b + 3",
    "sqrt(2*a/b)",
    "a*exp(-b/c)",
    "a*sin(b/4)",
    "log(a/b)*c",
    "a/sqrt(1 - b**2/c**2/40)",
    "a*b/sqrt(1 - b**2/100)",
    "1/(1/a + c/b)",
    "(a + b)/(1 + a*b/c**2)",
    "a**b",
    "2*a**(3/2)/b",
    "asin(a/9*sin(b/4))",
    "a*tanh(b) - c**-2",
    "a/2*(b**2 + c**2)",
    "cosh(a) + sinh(b)",
    "(a*b + b*c)/(a + c*b)",
]


@pytest.mark.parametrize("law", LAWS)
def test_one_branch_gives_back_the_pivot(law: str) -> None:
    tree = parse(law)
    names = sorted(symbols(tree))
    X = np.random.default_rng(0).uniform(1.0, 3.0, (200, len(names)))
    y = evaluate(tree, names, X)
    for index, pivot in enumerate(names):
        others = [name for name in names if name != pivot]
        inputs = np.column_stack([y, np.delete(X, index, axis=1)])
        branches = solve_for(tree, "y", pivot)
        errors = [
            np.max(np.abs(evaluate(b, ["y", *others], inputs) - X[:, index])) for b in branches
        ]
        assert min(errors) < 1e-9, (law, pivot)


@pytest.mark.parametrize(
    ("law", "pivot"),
    [("a*cos(a)", "a"), ("a**5 + a", "a"), ("abs(a)", "a"), ("b", "a"), ("exp(a) + a", "a")],
)
def test_what_has_no_solution_in_closed_form_has_no_branch(law: str, pivot: str) -> None:
    assert solve_for(parse(law), "y", pivot) == []


def test_even_powers_and_sines_have_two_branches() -> None:
    assert [str(b) for b in solve_for(parse("a**2"), "y", "a")] == ["sqrt(y)", "-sqrt(y)"]
    assert [str(b) for b in solve_for(parse("sin(a)"), "y", "a")] == ["asin(y)", "pi - asin(y)"]
