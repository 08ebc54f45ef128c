"""The parts of tree search: grammar, identity, evaluation, table, forms, linear algebra."""

from __future__ import annotations

import numpy as np
import pytest
from marks import KERNELS

from bench import evaluate, parse
from methods.laws.algebra.atoms import Library
from methods.laws.algebra.linear import LinearProposals
from methods.mcts.discovery import Individual, discover_forms
from methods.mcts.form import POWER, PRODUCT, SUM, Sketch, make_form
from methods.mcts.language.grammar import (
    TokenGrammar,
    begin,
    complete,
    make_grammar,
    make_prefix,
    valid,
)
from methods.mcts.language.identity import identity
from methods.mcts.language.tokens import ONE, arity, expression_of
from methods.mcts.language.tokens import OPERATORS as TOKENS
from methods.mcts.language.units import required_unit
from methods.mcts.method import OPERATORS
from methods.mcts.scoring import Scorer, assess, make_front, make_work
from methods.mcts.seen import make_seen

pytestmark = KERNELS

C, X0, X1 = 0, 64, 65
NAMES = ("x0", "x1")


def draw(grammar: TokenGrammar, seed: int, limit: int = 20) -> list[int] | None:
    prefix, mask = make_prefix(grammar.max_tokens), np.zeros(len(grammar.actions), np.bool_)
    begin(prefix)
    if not complete(grammar, prefix, np.random.default_rng(seed), limit, mask):
        return None
    return prefix.tokens[: prefix.counts[0]].tolist()


def prefix_of(text: str) -> list[int]:
    """Tokens of a text in prefix order: 'add x0 c'."""
    leaves = {"x0": X0, "x1": X1, "c": C, "1": ONE}
    return [leaves[word] if word in leaves else TOKENS[word] for word in text.split()]


def key(text: str) -> int:
    tokens = np.array(prefix_of(text), np.int64)
    return int(identity(tokens, len(tokens)))


def inside(tokens: list[int], outer: int) -> list[int]:
    """All tokens below a token ``outer``."""
    found = []
    for i, token in enumerate(tokens):
        if token == outer:
            open_nodes, j = arity(token), i + 1
            while open_nodes:
                found.append(tokens[j])
                open_nodes += arity(tokens[j]) - 1
                j += 1
    return found


def test_what_the_grammar_writes_is_complete_and_obeys_it() -> None:
    grammar = make_grammar(OPERATORS, 2, max_tokens=15, max_depth=5, max_constants=2)
    prefix, mask = make_prefix(15), np.zeros(len(grammar.actions), np.bool_)
    for seed in range(500):
        tokens = draw(grammar, seed, 15)
        assert tokens is not None
        assert len(tokens) <= 15
        assert sum(arity(token) - 1 for token in tokens) == -1
        assert tokens.count(C) <= 2
        trigonometric = {TOKENS["sin"], TOKENS["cos"]}
        assert not trigonometric & {*inside(tokens, TOKENS["sin"]), *inside(tokens, TOKENS["cos"])}
        assert valid(grammar, prefix, np.array(tokens, np.int64), len(tokens), mask)
        expression_of(tokens, [1.0] * tokens.count(C), NAMES)


@pytest.mark.parametrize(
    "text", ["sin cos x0", "add c x0", "add x0", "mul x0 x1 x0", "exp mul c add x0 c", "c"]
)
def test_what_the_grammar_does_not_write_is_not_valid(text: str) -> None:
    grammar = make_grammar(("add", "mul", "sin", "cos"), 2, max_constants=2)
    tokens = np.array(prefix_of(text), np.int64)
    mask = np.zeros(len(grammar.actions), np.bool_)
    assert not valid(grammar, make_prefix(20), tokens, len(tokens), mask)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("add x0 x1", "add x1 x0"),
        ("mul sin x0 cos x1", "mul cos x1 sin x0"),
        ("add x0 add x1 sin x0", "add add x0 x1 sin x0"),
        ("mul x0 x0", "square x0"),
        ("mul x0 add x0 1", "add square x0 x0"),
        ("div mul x0 x1 x0", "x1"),
        ("cube x0", "mul x0 square x0"),
        ("sub x0 neg x1", "add x1 x0"),
        ("exp add x0 c", "exp add c x0"),
        ("mul add x0 c add x1 c", "mul add c x1 add x0 c"),
    ],
)
def test_spellings_of_one_expression_have_one_identity(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sub x0 x1", "sub x1 x0"),
        ("sin x0", "cos x0"),
        ("div add x0 c add x0 c", "1"),
        ("mul add x0 c add x0 c", "square add x0 c"),
        ("sub mul c x0 mul c x0", "sub x0 x0"),
        ("sin x0", "sin mul c x0"),
    ],
)
def test_what_differs_differs_in_identity(one: str, other: str) -> None:
    assert key(one) != key(other)


def scorer_of(X: np.ndarray, y: np.ndarray, sketch: Sketch, scaling: str) -> Scorer:
    y = np.ascontiguousarray(y)  # as in a search; other layouts would be compiled apart
    form = make_form(sketch, scaling, NAMES, X, y)
    return Scorer(
        np.ascontiguousarray(X.T), y, np.full(len(y), 1.0 / form.spread), form, make_seen(10, 3),
        make_front(20, 3), make_work(20, 3, len(form.head), len(y)), np.zeros(8, np.int64),
        20, 40, 1, 2.0,
    )  # fmt: skip


def error_of(scorer: Scorer, tokens: list[int]) -> float:
    row, rng = np.array(tokens, np.int64), np.random.default_rng(0)
    return float(assess(scorer, rng, row, len(row), np.ones(3))[0])


def test_errors_are_those_of_the_expression_evaluated() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0.5, 2.0, (30, 2)), rng.normal(size=30)
    grammar = make_grammar(OPERATORS, 2, max_constants=0, affine=False)
    scorer = scorer_of(X, y, Sketch(), "none")
    for seed in range(200):
        tokens = draw(grammar, seed)
        assert tokens is not None
        with np.errstate(all="ignore"):
            values = evaluate(expression_of(tokens, (), NAMES), NAMES, X)
            expected = float(np.sqrt(np.mean((values - y) ** 2)) / np.std(y))
        found = error_of(scorer, tokens)
        if np.isfinite(expected):
            assert found == pytest.approx(expected, rel=1e-9)
        else:
            assert found == np.inf


def test_an_expression_met_again_is_not_evaluated_again() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0.5, 2.0, (30, 2)), rng.normal(size=30)
    scorer = scorer_of(X, y, Sketch(), "affine")
    first = error_of(scorer, prefix_of("mul x0 sin x1"))
    assert error_of(scorer, prefix_of("mul sin x1 x0")) == first
    assert scorer.counts[:2].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("kind", "law", "f"),
    [
        (SUM, "3.0*x0**2 + 2.0*sin(x1) + 0.5", "sin x1"),
        (PRODUCT, "3.0*x0**2*sin(x1) + 0.5", "sin x1"),
        (POWER, "2.0*(x0**2)**x1 - 1.0", "x1"),
        (SUM, "3.0*x0**2 + 2.0*sin(1.3*x1) + 0.5", "sin mul c x1"),
    ],
)
def test_a_form_needs_only_what_is_missing(kind: int, law: str, f: str) -> None:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (30, 2))
    y = evaluate(parse(law), NAMES, X)
    scorer = scorer_of(X, y, Sketch(kind, tuple(prefix_of("square x0"))), "affine")
    assert error_of(scorer, prefix_of(f)) < 1e-12


def test_what_the_best_share_becomes_a_form() -> None:
    hall_of_fame = [
        Individual(tuple(prefix_of(f"add {rest} sin x0")), (), 0.1)
        for rest in ("x1", "square x1", "mul x0 x1", "exp x1")
    ]
    forms = discover_forms(hall_of_fame)
    assert Sketch(SUM, tuple(prefix_of("sin x0")), ()) in forms
    hall_of_fame = [
        Individual(tuple(prefix_of(f"div mul {rest} sin x0 x1")), (), 0.1)
        for rest in ("exp x1", "square x1", "log x1")
    ]
    assert discover_forms(hall_of_fame)[0] == Sketch(PRODUCT, tuple(prefix_of("div sin x0 x1")), ())


def test_a_library_has_no_two_expressions_alike() -> None:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (30, 2))
    grammar = make_grammar(OPERATORS, 2, max_constants=0, affine=False, max_tokens=8)
    atoms = Library(grammar, X, 400).atoms()
    assert len(atoms) == 400
    unit = atoms.values - atoms.values.mean(axis=1, keepdims=True)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    alike = np.abs(unit @ unit.T) - np.eye(len(unit))
    assert alike.max() < 1 - 1e-15
    assert np.array_equal(atoms.values[5], evaluate(atoms.expression(5, NAMES), NAMES, X))


def test_a_constant_that_runs_to_infinity_makes_no_formula() -> None:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (20, 2))
    scorer = scorer_of(X, X[:, 0], Sketch(), "affine")
    row = np.array(prefix_of("add x0 exp c"), np.int64)
    error, _ = assess(scorer, np.random.default_rng(0), row, len(row), np.full(3, -np.inf))
    assert error == np.inf


@pytest.mark.parametrize(
    "law",
    [
        "x0 + x0**2 - 3.0*x0**3 + 0.5*x1",
        "3.2*x0**0.5*x1**(-2)",
        "(x0 + 2.0)/(1.0 + x0*x1)",
        "log(1.0 + x0**2 + x1)",
        "sqrt(x0**2 + x1**2)",
        "x0**2/x1 + 1.0",
        "sqrt(1.0 + 0.3*x0*x1)",
        "1.0/sqrt(1.0 - 0.01*x0**2/x1**2)",
        "exp(-((x0 - 1.2)**2)/(2.0*x1**2))",
        "1/(exp(0.7*x0/x1) - 1)",
    ],
)
def test_linear_algebra_finds_sums_products_and_ratios(law: str) -> None:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (40, 2))
    y = evaluate(parse(law), NAMES, X)
    found = [one for many in LinearProposals(NAMES, X, y, OPERATORS, 40).first() for one in many]
    errors = [np.max(np.abs(evaluate(one, NAMES, X) - y)) for one in found]
    assert min(errors) < 1e-9


def test_linear_algebra_finds_exponentials_over_many_decades() -> None:
    rng = np.random.default_rng(0)
    X = np.stack([rng.uniform(1.0, 20.0, 60), rng.uniform(0.5, 2.0, 60)], axis=1)
    y = evaluate(parse("1/(exp(1.3*x0/x1) - 1)"), NAMES, X)
    laws = LinearProposals(NAMES, X, y, OPERATORS, 40)
    proposed = laws.products.through_links()
    values = [evaluate(one, NAMES, X) for many in proposed for one in many]
    assert min(np.max(np.abs(one / y - 1)) for one in values) < 1e-6


@pytest.mark.parametrize(
    ("prefix", "unit"),
    [
        ("", (1, -1)),  # the target, a speed
        ("add", (1, -1)),
        ("mul", None),
        ("mul x0", (0, -1)),
        ("div x0", (0, 1)),
        ("square", (0.5, -0.5)),
        ("mul sin", (0, 0)),
        ("mul add x0", (1, 0)),
    ],
)
def test_the_unit_that_is_needed_next(prefix: str, unit: tuple[float, float] | None) -> None:
    units = np.zeros((3, 5))
    units[0, 0], units[1, 1] = 1.0, 1.0
    units[2, :2] = 1.0, -1.0
    tokens, need = np.array(prefix_of(prefix), np.int64), np.zeros(5)
    assert required_unit(tokens, len(tokens), units, need) == (unit is not None)
    if unit is not None:
        assert need[:2].tolist() == list(unit)
