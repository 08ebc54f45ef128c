"""A table of how people, language models and engines write formulas, and what is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.basics.plain_yaml import plain_yaml
from bench.expression import ParseError, Reading, TwoReadings, evaluate, parse, read, symbols
from bench.problems.variable import Variable

DATA = Path(__file__).parents[1] / "data"
DEFAULT = ["x0", "x1", "x2"]


def table(name: str) -> Iterator[tuple[str, list[str], list[Any]]]:
    """Family, names of the variables and row, for every row of a table."""
    groups = plain_yaml((DATA / name).read_text(encoding="utf-8"))
    for family, group in groups.items():
        for row in group["forms"]:
            yield family, group.get("variables", DEFAULT), row


FORMS = list(table("reading_forms.yaml"))
REFUSALS = list(table("reading_refusals.yaml"))


def variables(names: list[str]) -> list[Variable]:
    return [Variable(name) for name in names]


@pytest.mark.parametrize(
    ("names", "row"), [form[1:] for form in FORMS], ids=[f"{f[0]}: {f[2][0]}" for f in FORMS]
)
def test_a_form_with_one_reading_is_read(names: list[str], row: list[Any]) -> None:
    text, canonical, *rest = row
    constants = rest[0] if rest else []
    reading = read(text, variables(names))
    assert reading.expression == parse(canonical, {name: name for name in [*names, *constants]})
    assert list(reading.constants) == constants
    _same_values(reading, canonical, [*names, *constants])


def _same_values(reading: Reading, canonical: str, names: list[str]) -> None:
    """What is read says the same, read again and by value."""
    again = read(reading.read_as, {name: name for name in names})
    assert again.expression == reading.expression
    X = np.random.default_rng(0).uniform(0.2, 0.9, (8, len(names))) + 0j
    tree = parse(canonical, {name: name for name in names})
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(
            evaluate(reading.expression, names, X), evaluate(tree, names, X)
        )


def test_the_table_is_large_and_without_repetition() -> None:
    texts = [(tuple(names), row[0]) for _, names, row in FORMS]
    assert len(texts) >= 250
    families = {family for family, _, _ in FORMS}
    assert len(families) >= 10
    repeated = {text for text in texts if texts.count(text) > 1}
    assert len(repeated) <= 5  # some texts are of two families


@pytest.mark.parametrize(
    ("names", "row"), [form[1:] for form in REFUSALS], ids=[f"{f[2][0]}" for f in REFUSALS]
)
def test_text_with_two_readings_is_refused_with_both(names: list[str], row: list[Any]) -> None:
    text, first, second = row
    with pytest.raises(TwoReadings) as caught:
        read(text, variables(names))
    assert caught.value.readings == (first, second)
    assert "write one of them" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x0!", r"gamma\(x \+ 1\)"),
        ("x0 = 2*x1", "'x0' is a variable, not what is sought"),
        ("log(y) = x0", "more than a name before '='"),
        ("2*y = x0", "more than a name before '='"),
        ("x0 > 1", "a condition is no value"),
        ("0 < x0 < 1", "a condition"),
        ("(0 < x0 < 1)*x1", "which is a condition"),
        ("x0 % velocity", "unknown name 'velocity'"),
        ("data[:, 0] + others[:, 1]", "is no variable"),
        ("q[0]*x0 + q[1]", "is no variable"),
        ("inputs[0]*x1", "is no variable"),
        ("data[:, 5] + data[:, 0]", "unknown name 'data"),
        ("df['x3']", "none of the variables"),
        ("x0['x1']", "an index is one whole number"),
        ("x0.x1", "is not read"),
        ("x5*x0", "unknown name 'x5'"),
        ("t*x0", "unknown name 't'"),
        (r"\frac{d}{d x_0} x_0^2", "unknown name 'd'"),
        (r"\Delta x_0", "unknown name 'Delta'"),
        ("a*x0 + b, a = 2", "more than a name before '='"),
        ("x0' + 1", "unexpected"),
        ("a*b", "unknown name 'a'"),
        ("f(x0)*2", "the function f of"),
        ("(/ x0)", "lacks an argument"),
        ("x0 if x1 > 1", "without its 'else'"),
        ("Piecewise((x0, x0 > 0))", "piecewise takes 3 arguments or more"),
        (r"\begin{cases} x_0 & x_0 > 0 \end{cases}", "where no condition holds"),
        ("y = a\nz = x0", "more than a name before '='"),
        ("def f(x0):\n    a = x0\n    return a", "more than one 'return'"),
        (r"\int x_0", r"the LaTeX command \\int is not read"),
        ("real_root(x0, 4)", "only the third"),
        ("float64(x0, x1)", "takes one value"),
        ("x0[1]", "'x0.*' is no variable"),
        ("x0 'x1'", "operator is missing"),
        ("2 3", "two numbers side by side"),
        ("lambda a, b: a + b", "neither the variables nor as many"),
        ("X5", "unknown name 'X5'"),
        ("x₉", "unknown name"),
        ("sni(x0)", "did you mean 'sin'"),
        ("√", "the text ends"),
        ("(x0]", r"'\]' closes '\('"),
        ("|x0", "closed"),
        ("", "the text is empty"),
        ("the law is x0", "unknown name 'the'"),
    ],
)
def test_what_is_no_expression_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        read(text, variables(DEFAULT))


def test_signs_are_shown_as_they_are_written() -> None:
    with pytest.raises(ParseError) as caught:
        read("2·x₀ − √x₁ − qq", variables(DEFAULT))
    assert "2·x₀ − √x₁ − <here>qq" in str(caught.value)
    with pytest.raises(ParseError) as caught:
        read("х0", variables(DEFAULT))  # a Cyrillic letter
    assert "CYRILLIC SMALL LETTER HA" in str(caught.value)
    assert "х" not in str(caught.value)


def test_strict_text_needs_no_step() -> None:
    reading = read("2*x0 + sin(x1)", variables(DEFAULT))
    assert reading.steps == ()
    assert reading.read_as == "2*x0 + sin(x1)"
    assert read("2x0", variables(DEFAULT)).steps == ("products without a sign are written out",)


def test_what_might_be_a_variable_is_said() -> None:
    epidemic = read("beta*S*I - gamma*I")
    assert any("'I' is read as the imaginary unit" in step for step in epidemic.steps)
    assert symbols(epidemic.expression) == {"beta", "S", "gamma"}
    named = read("beta*S*I - gamma*I", variables(["beta", "S", "I", "gamma"]))
    assert symbols(named.expression) == {"beta", "S", "I", "gamma"}
    assert named.steps == ()
    for text, variable in (("E*x", "E"), ("2 E x", "E"), ("e*x", "e"), ("pi x", "pi")):
        assert symbols(read(text, variables([variable, "x"])).expression) == {variable, "x"}
    assert any("'E' is read as the constant e" in step for step in read("E*x").steps)


def test_what_is_counted_and_left_out_is_said() -> None:
    for text, words in (("(x0 > 1)*x1", "1 where they hold"), ("x0 // the law", "a comment"),
                        ("a*x0", "a template"), ("data[:, 0]", "data[0] is read as x0"),
                        ("(* x0 x1)", "Lisp"), ("df['x0']", "by their names")):  # fmt: skip
        assert any(words in step for step in read(text, variables(DEFAULT)).steps), text


def test_protected_operators_are_named() -> None:
    for text, name in (("logabs(x0)", "Operon"), ("safe_log(x0)", "SymbolicRegression.jl"),
                       ("pdiv(x0, x1)", "Koza"), ("_protected_division(x0, x1)", "gplearn"),
                       ("div(x0, x1)", "plain division")):  # fmt: skip
        assert any(name in step for step in read(text, variables(DEFAULT)).steps)


def test_without_variables_any_name_is_one() -> None:
    with pytest.raises(TwoReadings):
        read("x // velocity")
    assert read("a*x + b").constants == ()
    assert read("2 a b").expression == parse("2*a*b")
    assert read(r"\frac{m v^{2}}{2}").expression == parse("m*v**2/2")
    assert read("x_{0} + θ").expression == parse("x0 + theta")
    assert read("params[0]*a").constants == ("params0",)
    with pytest.raises(ParseError, match="beside another name"):
        read("the law is unknown")


def test_a_template_says_which_constants_have_no_value() -> None:
    reading = read("c[0]*x0 + c[1]", variables(DEFAULT))
    assert reading.constants == ("c0", "c1")
    assert any("template" in step for step in reading.steps)
    taken = read("c[0]*c0 + C*x", variables(["c0", "x"]))
    assert taken.constants == ("c0_", "C2")
    assert read("c*x0", variables(["c", "x0"])).constants == ()
