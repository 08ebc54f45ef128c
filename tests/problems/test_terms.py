"""What a term contributes: shares of the signal, and the formulas without each term."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import parse
from bench.problems.sources.terms import signal_shares, without_each_term

X = np.linspace(1.0, 2.0, 101)[:, None]


@pytest.mark.parametrize(
    ("text", "reduced"),
    [
        ("a + b + c", ["b + c", "a + c", "a + b"]),
        ("a - b", ["-b", "a"]),
        ("a*(b + c)", ["a*c", "a*b"]),
        ("a - (b + c)", ["-(b + c)", "a - c", "a - b"]),
        ("a*b/c", []),
        ("exp(1 + a)", ["exp(a)", "exp(1)"]),
        ("a", []),
    ],
)
def test_each_term_is_left_out_once(text: str, reduced: list[str]) -> None:
    assert [str(tree) for tree in without_each_term(parse(text))] == reduced


def test_the_share_of_a_tiny_term_is_its_size_against_the_spread() -> None:
    small = signal_shares(parse("x0 + 1e-6*x0**2"), ["x0"], X)[1]
    x = X[:, 0]
    assert small == pytest.approx(1e-6 * np.sqrt(np.mean(x**4)) / np.std(x), rel=1e-4)


def test_a_term_inside_a_function_counts_by_what_it_does_to_the_value() -> None:
    shares = signal_shares(parse("exp(x0 + 1e-9*sin(x0))"), ["x0"], X)
    assert shares[0] == 1.0
    assert shares[1] < 1e-8


def test_a_term_that_keeps_the_value_finite_has_all_of_it() -> None:
    assert signal_shares(parse("sqrt(5 - x0)"), ["x0"], X) == [1.0, 1.0]


def test_no_sum_is_one_term_and_no_value_is_none() -> None:
    assert signal_shares(parse("3*x0"), ["x0"], X) == [1.0]
    assert signal_shares(parse("log(-x0) + 1"), ["x0"], X) == [0.0, 0.0]
    assert signal_shares(parse("x0 - x0 + 1"), ["x0"], X) == [0.0, 0.0, 0.0]
