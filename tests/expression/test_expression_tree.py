"""Trees: equality, folding, measures, printing, pickling, and depth without recursion."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from expression_strategies import VARIABLES, any_numbers, constants, symbols, trees
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expression import (
    Call,
    Constant,
    Number,
    Symbol,
    compile_expression,
    complexity,
    depth,
    fold,
    numbers,
    parse,
    replace_numbers,
    size,
    substitute,
    to_sympy,
)
from bench.expression import symbols as symbols_of

anything = trees(st.one_of(any_numbers, symbols, constants, st.just(Constant("I"))))


@settings(deadline=None)
@given(anything)
def test_text_parses_back_to_an_equal_tree(tree):
    assert parse(str(tree), VARIABLES) == tree


@settings(deadline=None)
@given(anything)
def test_copies_are_equal_and_hash_alike(tree):
    for other in (pickle.loads(pickle.dumps(tree)), copy.deepcopy(tree)):
        assert other == tree
        assert hash(other) == hash(tree)


@settings(deadline=None)
@given(anything)
def test_measures_agree_with_a_count_by_hand(tree):
    leaves = fold(tree, lambda leaf: 1, lambda call, counts: sum(counts))
    unary = fold(tree, lambda leaf: 0, lambda call, counts: sum(counts) + (len(counts) == 1))
    assert complexity(tree) == 2 * leaves - 1 + unary  # a binary tree of so many leaves
    assert size(tree) <= complexity(tree)
    assert 1 <= depth(tree) <= size(tree)


@pytest.mark.parametrize(
    ("text", "nodes"),
    [("x", 1), ("-2", 1), ("-x", 2), ("x + y + z", 5), ("x**2", 3), ("2*sin(x)", 4),
     ("max(x, y, z, 1)", 7), ("square(x)", 3), ("inv(x)", 3), ("x - y", 3)],
)  # fmt: skip
def test_complexity_counts_the_binary_tree(text, nodes):
    assert complexity(parse(text)) == nodes


def test_numbers_and_symbols():
    tree = parse("2*x + 3.5*sin(y - 2) + pi")
    assert numbers(tree) == (2, 3.5, 2)
    assert [type(value) for value in numbers(tree)] == [int, float, int]
    assert symbols_of(tree) == {"x", "y"}


def test_replacing_numbers_goes_by_position():
    tree = parse("2*x + 3.5*sin(y - 2)")
    assert str(replace_numbers(tree, {0: 7.0, 2: -1})) == "7.0*x + 3.5*sin(y - -1)"


def test_substitution_is_simultaneous():
    tree = parse("x - y")
    assert substitute(tree, {"x": Symbol("y"), "y": Symbol("x")}) == parse("y - x")


def test_chains_are_flat_only_to_the_left():
    assert parse("(x + y) + z") == parse("x + y + z")
    assert parse("x + (y + z)") != parse("x + y + z")
    assert len(parse("+".join(["x"] * 1000)).args) == 1000


@pytest.mark.parametrize(
    ("left", "right"), [(1, 1.0), (0.0, -0.0), (1, 2), (0.5, 0.25)]
)  # fmt: skip
def test_different_literals_are_different_numbers(left, right):
    assert Number(left) != Number(right)


def test_numpy_scalars_become_plain_numbers():
    assert type(Number(np.float64(0.5)).value) is float
    assert type(Number(np.int64(3)).value) is int


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_are_finite(value):
    with pytest.raises(ValueError, match="finite"):
        Number(value)


@pytest.mark.parametrize(
    ("op", "count", "words"),
    [("sin", 2, "sin takes 1 argument, 2 given"), ("add", 1, "2 arguments or more"),
     ("sni", 1, "unknown operator 'sni'")],
)  # fmt: skip
def test_calls_that_make_no_sense_are_refused(op, count, words):
    with pytest.raises(ValueError, match=words):
        Call(op, (Symbol("x"),) * count)


def test_ten_thousand_levels_need_no_recursion():
    text = "x" + " - x*2"[:4] * 5000
    tree, twin = parse(text), parse(text)
    assert tree == twin
    assert hash(tree) == hash(twin)
    assert pickle.loads(pickle.dumps(tree)) == tree
    assert parse(str(tree)) == tree
    assert depth(tree) == 5001
    assert substitute(tree, {"x": Symbol("y")}) != tree
    X = np.ones((3, 1))
    np.testing.assert_array_equal(compile_expression(tree, ["x"])(X), np.full(3, -4999.0))
    assert str(to_sympy(tree)) == "-4999*x"
