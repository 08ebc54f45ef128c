"""Text that means harm, or means nothing: an expression or a ParseError, soon, and nothing else."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_memory import little_memory

from bench.expression import (
    FUNCTIONS,
    ExpressionTooLarge,
    ParseError,
    UnsupportedNode,
    compile_expression,
    complexity,
    parse,
    symbols,
    to_sympy,
)
from bench.problems.variable import Variable

CORPUS = json.loads(
    (Path(__file__).parents[1] / "data" / "hostile_expressions.json").read_text(encoding="utf-8")
)
GIANTS = {
    "a megabyte of x": "x" * 1_000_000,
    "a megabyte of digits": "9" * 1_000_000,
    "a megabyte of sums": "x+" * 500_000 + "x",
    "a megabyte of spaces": " " * 1_000_000,
    "a megabyte of quotes": "'" * 1_000_000,
    "open parentheses": "(" * 100_000,
    "closed parentheses": ")" * 100_000,
    "balanced parentheses": "(" * 50_000 + "x" + ")" * 49_999,
    "minuses": "-" * 99_999 + "x",
    "pluses": "+" * 99_999 + "x",
    "signs in turn": "-+" * 49_999 + "x",
    "sines": "sin(" * 24_999,
    "powers": "9**" * 33_000 + "9",
    "shallow powers": "9**" * 900 + "9",
    "commas": "max(" + "x," * 9_000 + "x)",
    "differences": "x" + "-x" * 9_000,
    "nested maxima": "max(x," * 900 + "x" + ")" * 900,
    "a long unknown name": "x" * 99_999 + "(",
    "a long foreign name": "х" * 99_999,
    "a long number": "1" * 99_999,
    "a long exponent": "1e" + "9" * 99_000,
    "a long negative exponent": "1e-" + "9" * 99_000,
    "null bytes": "\x00" * 99_999,
    "surrogates": "\ud800" * 99_999,
}
VARIABLES = [Variable("x0", symbol="x"), Variable("x1", symbol="θ"), Variable("x2", symbol="e")]
PIECES = [
    *FUNCTIONS, "x0", "x", "θ", "e", "pi", "I", "q", "np.", "nan", "2", "-3", "0.5", "1e-7",
    "1e300", "9", "+", "-", "*", "/", "**", "^", "(", ")", "(", ")", ",", " ", ".", "=", "'",
    "\x00", "х", "²",
]  # fmt: skip


def try_everything(text: str) -> None:
    """Parse with and without variables; what parses must measure, print and evaluate."""
    for variables in (None, VARIABLES):
        try:
            tree = parse(text, variables)
        except ParseError as error:
            assert 0 <= error.position <= len(text)
            assert str(error).isprintable()
            assert len(str(error)) < 500
            continue
        assert complexity(tree) >= 1
        names = sorted(symbols(tree))
        assert parse(str(tree), {name: name for name in names}) == tree
        compile_expression(tree, names)(np.full((2, len(names)), 0.5))
        compile_expression(tree, names)(np.full((2, len(names)), 0.5 + 0j))


@pytest.mark.parametrize("text", CORPUS, ids=ascii)
def test_corpus(text):
    try_everything(text)


@pytest.mark.timeout(60)  # seconds are enough for all: what hangs would take hours
@pytest.mark.parametrize("name", GIANTS)
def test_giants_take_neither_time_nor_memory(name):
    with little_memory(200_000_000):
        try_everything(GIANTS[name])


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text):
    try_everything(text)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="x012.e+-*/^(), sincoexplg", max_size=40))
def test_any_text_of_the_grammars_own_letters(text):
    try_everything(text)


def test_ten_thousand_soups_of_tokens():
    rng = random.Random(0)
    parsed = 0
    for _ in range(10_000):
        text = "".join(rng.choices(PIECES, k=rng.randint(1, 12)))
        try:
            parse(text, VARIABLES)
            parsed += 1
        except ParseError:
            continue
        try_everything(text)
    assert parsed > 100  # the soups are rich enough to be expressions now and then


@pytest.mark.parametrize("text", CORPUS, ids=ascii)
def test_what_parses_reaches_sympy_or_is_too_large(text):
    try:
        tree = parse(text)
    except ParseError:
        return
    try:
        to_sympy(tree)
    except (ExpressionTooLarge, UnsupportedNode) as error:
        assert len(str(error)) < 500
