"""The reader has the limits of the strict grammar: any text is read or refused, soon."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_memory import little_memory

from bench.expression import ParseError, Reading, complexity, parse, read, symbols
from bench.expression.reading.grammar import MAX_DIGITS, MAX_NESTING, MAX_TOKENS
from bench.expression.reading.parse import MAX_CHARACTERS
from bench.problems.variable import Variable

CORPUS = json.loads(
    (Path(__file__).parents[1] / "data" / "hostile_expressions.json").read_text(encoding="utf-8")
)
VARIABLES = [Variable("x0", symbol="x"), Variable("x1", symbol="θ"), Variable("x2", symbol="e")]
OPENINGS = {
    name: (opening * 900 + "x" + closing * 900, opening * 40_000)
    for name, opening, closing in (
        ("parentheses", "(", ")"), ("braces", "{", "}"), ("square brackets", "[", "]"),
        ("calls", "sin(", ")"), ("fractions", r"\frac{x}{", "}"), ("roots", r"\sqrt{", "}"),
        ("Mathematica's calls", "Sin[", "]"), ("exponents", "x^{", "}"),
        ("values", "float64(", ")"), ("subscripts", "x_{", "}"),
        ("choices", "(x if x > 1 else ", ")"), ("radicals", "√", ""),
        ("functions without brackets", "sin ", ""), ("words", "(x add ", ")"),
        ("prefix words", "add x ", ""), ("signs", "-", ""), ("powers", "x^-", ""),
        ("bars", "|", "|"), ("cases", r"\begin{cases}", r"\end{cases}"),
        ("exponentials", "e^{", "}"), ("exponentials without braces", r"\pi^e^", ""),
        ("pairs", "Piecewise((", "))"), ("roundings", "⌊", "⌋"), ("maxima", "max(x,", ")"),
    )
}  # fmt: skip
GIANTS = {
    "letters": "x" * 99_999, "Greek letters": "θ" * 99_999, "blanks": " " * 99_999,
    "dots": "." * 99_999, "quotes": "'" * 99_999, "equals": "=" * 99_999, "labels": "x=" * 40_000,
    "labels in brackets": "(=" * 40_000, "fences": "```" * 30_000, "dollars": "$" * 99_999,
    "backslashes": "\\" * 99_999, "comments": "#" * 99_999, "raised": "²" * 99_999,
    "lowered": "₀" * 99_999, "squares": "x²" * 9_000, "halves": "½" * 40_000,
    "products": "x " * 9_999 + "x", "products of brackets": "(x)" * 6_000,
    "names side by side": "x0x1" * 9_000, "indices": "x[0]" * 9_000, "modules": "np." * 30_000,
    "underscores": "_" * 99_999, "names with underscores": "x_" * 40_000,
    "digits": "1_" * 40_000 + "1", "bars in a row": "|x" * 9_000 + "|",
    "lambdas": "lambda " * 9_000,
    "definitions": "def f(x):\n" * 9_000, "imports": "import a\n" * 9_000, "commas": "x," * 9_000,
    "arrows": "x," * 900 + "->", "docstrings": 'def f(x):\n """' * 3_000,
    "powers of ten": r"1\cdot 10^{" * 4_000, "logarithms": "log_{" * 9_000,
    "exponents of functions": "sin^" * 9_000, "ternaries": "x > 1 ? x : " * 3_000 + "x",
    "choices in a row": "x if x > 1 else " * 3_000 + "x", "words in a row": "x add " * 5_000 + "x",
    "prefix words in a row": "add " * 9_000 + "x " * 9_001, "symbols": "Symbol('x')" * 3_000,
    "null bytes": "\x00" * 99_999, "surrogates": "\ud800" * 99_999, "a megabyte": "x" * 1_000_000,
    "blanks before a slot": "x" + " " * 90_000 + "#1",
    "Lisp's lists": "(* " + "(- x) " * 3_000 + ")",
    "columns of tables": "d[:, 0] + " * 2_000 + "x", "counted conditions": "(x > 1)*" * 2_000 + "x",
    "comments in blocks": "/* " * 30_000, "letters without a value": "a " * 3_000 + "x",
    "a long number": "1" * 99_999, "a long exponent": "1e" + "9" * 99_000,
}  # fmt: skip
PIECES = [
    "add", "sub", "mul", "sin", "cos", "log", "exp", "max", "div", "pow", "x0", "x", "θ", "e", "pi",
    "I", "q", "np.", "nan", "2", "-3", "0.5", "1e-7", "9", "+", "-", "*", "/", "**", "^", "(", ")",
    "(", ")", ",", " ", ".", "=", "'", "х", "²", "\\frac", "{", "}", "{", "}", "\\left(",
    "\\right)", "\\sin", "\\cdot", "_", "_{0}", "[", "]", "[0]", "|", "|", "if", "else", "?", ":",
    "&", "\\\\",
    "\\begin{cases}", "\\end{cases}", "Piecewise(", "Symbol('x0')", "Integer(", "Float('1.5'",
    "Rational(", "√", "π", "₀", "·", "where(", "lambda x:", "y =", "```", "$", "True", "<", ">=",
    "and", "not", "\\log_{10}", "^{2}", "^2", "!", "%", "//", "Log[", "Sin[", "\\text{for}",
    "data[:, 0]", "d['x0']", ".x0", ".iloc", " // a law", "/* a */", "(+ ", "(- ", "S.Half", "%pi",
    "1.5D0", "#1", "PI()", "~", "=>", "function(x0) ", "a", "k_1", "θ", "ARG0", "step", "(x0 > 1)",
    "otherwise", "1.5f-3", "c[0]", "C", "\\sqrt[3]{", "Δ", "𝑥", "f(", "\n", "#", ";",
]  # fmt: skip


def try_to_read(text: str, given: Sequence[list[Variable] | None] = (None, VARIABLES)) -> bool:
    """Read with and without variables; what is read is within the strict grammar."""
    was_read = False
    for variables in given:
        try:
            reading = read(text, variables)
        except ParseError as error:
            assert 0 <= error.position <= len(text)
            assert str(error).isprintable()
            assert len(str(error)) < 800
            continue
        was_read = True
        assert complexity(reading.expression) >= 1
        assert len("".join(reading.steps)) < 10_000
        assert "".join(reading.steps).isprintable()
        _say_it_again(reading)
    return was_read


def _say_it_again(reading: Reading) -> None:
    """What is read can be read again, or has become longer than any text that is read."""
    names = {name: name for name in symbols(reading.expression)}
    try:
        assert parse(reading.read_as, names) == reading.expression
    except ParseError as error:
        assert "more than" in error.reason or "at most" in error.reason


@pytest.mark.parametrize("text", CORPUS, ids=ascii)
def test_corpus(text: str) -> None:
    try_to_read(text)


@pytest.mark.timeout(60)  # seconds are enough for all: what hangs would take hours
@pytest.mark.parametrize("name", OPENINGS)
def test_depth(name: str) -> None:
    for text in OPENINGS[name]:
        try_to_read(text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", GIANTS)
def test_giants_take_neither_time_nor_memory(name: str) -> None:
    with little_memory(150_000_000):
        try_to_read(GIANTS[name])


def test_the_limit_of_memory_is_one() -> None:
    if sys.platform == "linux":
        with little_memory(150_000_000), pytest.raises(MemoryError):
            bytearray(250_000_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2 " + "x" * 1_000_000, str(MAX_CHARACTERS)),
        ("2" + " x" * MAX_TOKENS, str(MAX_TOKENS)),
        ("2 " + "(" * (MAX_NESTING + 1) + "x" + ")" * (MAX_NESTING + 1), f"{MAX_NESTING} deep"),
        ("sin " * (MAX_NESTING + 1) + "x", f"{MAX_NESTING} deep"),
        ("2 x^" + "9" * (MAX_DIGITS + 1), f"more than {MAX_DIGITS} digits"),
        ("x" + "²" * (MAX_DIGITS + 1), f"more than {MAX_DIGITS} digits"),
        ("2x*1e999", "beyond the range of float64"),
        ("2x + nan", "'nan' is not a number"),
        (r"\infty x", "'oo' is not a number"),
        ("|x|" * 60, "more than 100 vertical bars"),
    ],
)
def test_limits(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        read(text)


def test_thousands_of_soups_of_pieces() -> None:
    rng = random.Random(0)
    texts = (
        "".join(rng.choice(PIECES) + rng.choice(["", "", " "]) for _ in range(rng.randint(1, 12)))
        for _ in range(5_000)
    )
    assert sum(try_to_read(text) for text in texts) > 150  # rich enough to be read now and then


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    try_to_read(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="x012.e+-*/^(){}[]|_\\, sincofraclgt=√²₀π", max_size=40))
def test_any_text_of_the_reader_s_own_letters(text: str) -> None:
    try_to_read(text)
