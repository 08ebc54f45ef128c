"""The grammar, and what the errors say."""

from __future__ import annotations

import math

import pytest

from bench.expression import Constant, Number, ParseError, Symbol, parse
from bench.expression.reading.grammar import MAX_DIGITS, MAX_NESTING, MAX_TOKENS
from bench.expression.reading.parse import MAX_CHARACTERS
from bench.problems.variable import Variable


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("-x0", "neg(x0)"),
        ("-x**2", "neg(x**2)"),
        ("-2**2", "neg(2**2)"),
        ("2**-x", "2**(-x)"),
        ("2**-x*y", "(2**(-x))*y"),
        ("a**b**c", "a**(b**c)"),
        ("a^b", "a**b"),
        ("a - b - c", "(a - b) - c"),
        ("a/b/c", "(a/b)/c"),
        ("a/b*c", "(a/b)*c"),
        ("a*-b*c", "(a*(-b))*c"),
        ("-a*b", "(-a)*b"),
        ("+x", "x"),
        ("- - x", "-(-x)"),
        ("\n x\t+\r\n 1 ", "x + 1"),
        ("square(x)", "x**2"),
        ("cube(x)", "x**3"),
        ("inv(x)", "1/x"),
        ("pow(x, y)", "x**y"),
        ("add(x, y, z)", "x + y + z"),
        ("sub(mul(x, y), div(x, neg(y)))", "x*y - x/(-y)"),
        ("arcsin(x) + np.arctanh(y)", "asin(x) + atanh(y)"),
        ("numpy.log(x) + math.log10(y)", "log(x) + log10(y)"),
        ("ln(x)", "log(x)"),
        ("log(x, 2)", "log(x)/log(2)"),
        ("log1p(x)", "log(1 + x)"),
        ("expm1(x)", "exp(x) - 1"),
        ("Abs(x) + np.absolute(y)", "abs(x) + abs(y)"),
        ("Max(x, y) + Min(x, y) + sgn(x)", "max(x, y) + min(x, y) + sign(x)"),
        ("sec(x)", "1/cos(x)"),
        ("E + np.pi + math.e", "e + pi + e"),
    ],
)
def test_reads_as(text, same):
    assert parse(text) == parse(same)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2", 2), ("-2", -2), ("(-2)", -2), ("2.", 2.0), (".5", 0.5), ("1.2e-3", 1.2e-3),
     ("-1E5", -1e5),
     ("9" * MAX_DIGITS, int("9" * MAX_DIGITS)), ("007", 7)],
)  # fmt: skip
def test_literals(text, value):
    assert parse(text) == Number(value)


def test_a_sign_belongs_to_the_literal_it_stands_before():
    assert parse("-2*x").args[0] == Number(-2)
    assert parse("x**-2").args[1] == Number(-2)
    assert parse("-(2)").op == "neg"


def test_any_name_is_a_variable_unless_the_variables_are_given():
    assert parse("alpha + x0").args == (Symbol("alpha"), Symbol("x0"))


def test_variables_go_by_name_and_by_symbol():
    variables = [Variable("x0", symbol="m"), Variable("x1", symbol="θ"), Variable("x2")]
    assert parse("m*θ + x0*x2", variables) == parse("x0*x1 + x0*x2")


def test_variables_win_over_constants_and_functions():
    variables = [Variable("x0", symbol="e"), Variable("I"), Variable("gamma", symbol="sin")]
    assert parse("e*I*sin", variables).args == (Symbol("x0"), Symbol("I"), Symbol("gamma"))
    with pytest.raises(ParseError, match="'sin' is a variable, not a function"):
        parse("sin(x0)", variables)
    assert parse("I*e").args == (Constant("I"), Constant("e"))


def test_a_name_beats_a_symbol_and_a_shared_symbol_is_nobodys():
    assert parse("x1", [Variable("x0", symbol="x1"), Variable("x1")]) == Symbol("x1")
    with pytest.raises(ParseError, match="unknown name 'm'"):
        parse("m", [Variable("x0", symbol="m"), Variable("x1", symbol="m")])


def test_a_mapping_of_spellings():
    assert parse("X1 + x_1", {"X1": "x1", "x_1": "x1"}) == parse("x1 + x1")


_X = [Variable("x0"), Variable("x1")]


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "the text is empty"),
        ("  \n", 3, "the text is empty"),
        ("x0 + x2", 5, "unknown name 'x2'"),
        ("x0 + x2", 5, "the variables are x0, x1"),
        ("3*X0", 2, "did you mean 'x0'"),
        ("sni(x0)", 0, "unknown function 'sni'; did you mean 'sin'"),
        ("x0(x1)", 0, "'x0' is a variable, not a function"),
        ("sin(x0, x1)", 0, "sin takes 1 argument, 2 given"),
        ("pow(x0)", 0, "pow takes 2 arguments, 1 given"),
        ("log(x0, 2, 3)", 0, "log takes 1 or 2 arguments, 3 given"),
        ("max(x0)", 0, "max takes 2 arguments or more, 1 given"),
        ("sin()", 4, "nothing between the parentheses"),
        ("sin + 1", 0, "the function sin needs its arguments"),
        ("2x0", 1, r"write 2\*x0"),
        ("x0 x1", 3, "an operator is missing"),
        ("(x0)(x1)", 4, "an operator is missing"),
        ("x0)", 2, "never opened"),
        ("(x0", 0, "never closed"),
        ("sin(x0", 0, "never closed"),
        ("x0, x1", 2, "comma outside"),
        ("(x0, x1)", 3, "comma outside"),
        ("x0 +", 4, "the text ends where"),
        ("x0 * / x1", 5, r"'/' where a number"),
        ("max(x0,,x1)", 7, "',' where a number"),
        ("nan", 0, "'nan' is not a number"),
        ("x0 + oo", 5, "'oo' is not a number"),
        ("-inf", 1, "'inf' is not a number"),
        ("zoo*x0", 0, "'zoo' is not a number"),
        ("np.inf", 0, "not a number"),
        ("1e-999", 0, "beyond the range of float64"),
        ("1e999", 0, "beyond the range of float64"),
        ("y = x0", 2, "no '='"),
        ("x0 = 1", 3, "no '='"),
        ("x0\x00", 2, r"U\+0000"),
        ("х0", 0, r"CYRILLIC SMALL LETTER HA"),
        ("2 × x0", 2, r"MULTIPLICATION SIGN .* write \*"),
        ("x0²", 0, "SUPERSCRIPT TWO"),
        ("x0−1", 2, "MINUS SIGN"),
        ("x0\u00a0+ 1", 2, "NO-BREAK SPACE"),
        ("|x0|", 0, r"abs\(\.\.\.\)"),
        ("x0[0]", 2, r"write \("),
        ("os.system", 2, r"unexpected character '\.'"),
        ("np.linalg", 0, "unknown name 'np.linalg'"),
        ("__import__('os')", 11, "unexpected character"),
        ("x0 if x1 else 1", 3, "an operator is missing"),
        ("lambda: 1", 6, "unexpected character ':'"),
        ("x0 % 2", 3, "unexpected character '%'"),
        ("1_000", 1, "an operator is missing"),
    ],
)
def test_errors_say_where_and_what(text, position, words):
    with pytest.raises(ParseError, match=words) as caught:
        parse(text, _X)
    assert caught.value.position == position
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 1_000_000, str(MAX_CHARACTERS)),
        ("+".join(["x"] * (MAX_CHARACTERS // 2)), str(MAX_TOKENS)),
        ("(" * 100_000 + "x" + ")" * 100_000, str(MAX_CHARACTERS)),
        ("(" * (MAX_NESTING + 1), f"more than {MAX_NESTING} deep"),
        ("-" * 100_000 + "x", str(MAX_CHARACTERS)),
        ("-" * (MAX_NESTING + 1) + "x", f"more than {MAX_NESTING} deep"),
        ("2**" * (MAX_NESTING + 1) + "2", f"more than {MAX_NESTING} deep"),
        ("sin(" * (MAX_NESTING + 1), f"more than {MAX_NESTING} deep"),
        ("9" * (MAX_DIGITS + 1), f"more than {MAX_DIGITS} digits"),
        ("0." + "1" * 99_000, f"more than {MAX_DIGITS} digits"),
    ],
)
def test_limits(text, words):
    with pytest.raises(ParseError, match=words) as caught:
        parse(text)
    assert len(str(caught.value)) < 300


def test_up_to_the_limit_of_nesting_all_is_well():
    deep = MAX_NESTING - 1
    assert parse("(" * deep + "x" + ")" * deep) == Symbol("x")
    assert str(parse("sin(" * deep + "x" + ")" * deep)).count("sin") == deep


def test_only_text_is_parsed():
    with pytest.raises(TypeError, match="text, not float"):
        parse(math.pi)


def test_a_numbered_variable_may_be_written_with_an_underscore() -> None:
    variables = (Variable("x0"), Variable("x1", "x_0"))
    assert parse("x_1 + x0", variables) == parse("x1 + x0", variables)
    assert parse("x_0", variables) == Symbol("x1"), "a symbol of a variable comes first"
