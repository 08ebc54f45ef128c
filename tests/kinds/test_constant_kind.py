"""The kind ``constant``: what a method is told, what is an answer, and when a relation holds."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import Budget, ConstantTask
from bench.clock import Clock
from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.constant.scoring import holds
from bench.plugins import find_method, spec_of
from bench.problems import load_dataset
from bench.problems.numbers import continued
from bench.problems.numbers.continued import TooSlow, convergents, limit_scaled
from bench.problems.numbers.named import NAMED, scaled
from bench.problems.numbers.problem import ConstantProblem
from bench.running import LocalExecutor, Store, execute, matrix
from bench.scoring import FormCache, ScoringLimits, score_many

NUMBERS: Any = load_dataset("constants")
FRACTIONS: Any = load_dataset("pcf")
QUARTER = ConstantProblem("made", "1", "four over pi", "quotient", "pi", (4, 0, 0, -1))
KIND: Any = kind_of(QUARTER)


def posed(problem: Any) -> ConstantTask:
    told = json.loads(json.dumps(KIND.told(problem, Conditions())))
    assert KIND.arrays(problem, problem.data(), Conditions()) == ()
    return KIND.task(  # type: ignore[no-any-return]
        told, (), seed=0, budget=Budget(), on_report=lambda answer, loss: None, clock=Clock()
    )


def values(problem: Any, *answers: Any) -> list[dict[str, float | None]]:
    items = [item_of(answer, problem) for answer in answers]
    return [
        dict(card.values) for card in score_many(items, limits=ScoringLimits(), forms=FormCache())
    ]


def pi(k: str) -> dict[str, str]:
    return {"constant": "pi", "relation": k}


def test_a_method_is_told_digits_and_nothing_of_the_form() -> None:
    task = posed(QUARTER)
    assert str(task.scaled(20)) == "127323954473516268615"  # 4/pi
    assert task.constant("pi", 10) == 31415926535 and task.fraction is None
    with pytest.raises(ValueError, match="101 digits are asked for, and 100 are shown"):
        task.scaled(101)
    with pytest.raises(KeyError):
        task.constant("khinchin", 10)
    fraction = posed(FRACTIONS.problems[0])
    assert fraction.number is None and fraction.fraction is not None
    assert fraction.scaled(150) // 10**50 == fraction.scaled(100)


def test_hits_false_hits_and_misses_are_told_apart() -> None:
    names = ("right", "identified", "false_hit", "missed")
    near = f"4 0 {10**60} -1"
    cases = [
        (pi("4 0 0 -1"), (1, 1, 0, 0)), (pi("-8, 0, 0, 2"), (1, 1, 0, 0)),
        (pi("4 0 0 1"), (0, 0, 1, 0)), (pi("0 0 0 0"), (0, 0, 1, 0)), (pi(near), (0, 0, 1, 0)),
        ({"constant": "e", "relation": "4 0 0 -1"}, (0, 0, 1, 0)), ("none", (0, 0, 0, 1)),
    ]  # fmt: skip
    for (_, wanted), found in zip(cases, values(QUARTER, *(a for a, _ in cases)), strict=True):
        assert tuple(found[name] for name in names) == wanted
    for found in values(QUARTER, None, "4/pi"):
        assert (found["right"], found["false_hit"]) == (0.0, 0.0)
    strange = replace(QUARTER, constant="khinchin")
    right, wrong = values(strange, "none", pi("4 0 0 -1"))
    assert (right["right"], right["identified"]) == (1.0, None)
    assert (wrong["right"], wrong["false_hit"]) == (0.0, 1.0)


def test_what_holds_by_chance_is_false() -> None:
    """A relation of four integers always fits some digits; 60 of them in the integers are too many
    for 100 shown."""
    x, c, one = QUARTER.scaled(14), scaled("pi", 14), 10**14
    k = round(one * one / (x + c))
    assert values(QUARTER, pi(f"{-(k * (x + c) // one)} {k} {k} 0"))[0]["false_hit"] == 1.0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("pi", "an answer is 'none', or has a 'constant' and its 'relation'"),
        ({}, "not nothing"),
        ({"constant": "khinchin", "relation": "1 2 3 4"}, "'khinchin' is none of the constants"),
        (pi("1 2 3"), "it is four integers"),
        (pi("1 2 3 4.5"), "it is four integers"),
        (pi("\u0661 2 3 4"), "it is four integers"),
        (pi("1_0 2 3 4"), "it is four integers"),
        (pi("nan 2 3 4"), "it is four integers"),
        (pi("1 2 3 " + "9" * 500), "it is four integers"),
    ],
)
def test_what_is_no_answer_is_refused_in_words(answer: Any, words: str) -> None:
    refusal = KIND.refusal(answer, KIND.told(QUARTER, Conditions()))
    assert refusal is not None and words in refusal


def test_every_truth_wins_and_the_digits_are_the_same_everywhere() -> None:
    digests = []
    for problem in NUMBERS:
        data = problem.data()
        digests.append(data.digest)
        if problem.known:
            assert holds((problem.constant, problem.relation), data, problem.digits), problem.name
    known = sum(problem.known for problem in NUMBERS)
    assert 80 <= known <= 110 and {one.tier for one in NUMBERS} == {"linear", "quotient", "large"}
    assert (
        hashlib.sha256("".join(digests).encode()).hexdigest()
        == "ec11090d9d12ea8c2062577086df96819d8a404cfaceecd5303ee1f5a044b7af"
    )
    with pytest.raises(ValueError, match="digits is 3; it is a whole number from 30 to 2000"):
        load_dataset("constants", digits=3)


def test_labels_of_fractions_hold_to_more_digits_than_they_were_made_by() -> None:
    related = [problem for problem in FRACTIONS if problem.known]
    assert (len(FRACTIONS), len(related)) == (8090, 154)
    for problem in related:
        wider = replace(problem, digits=200)
        assert holds((problem.constant, problem.relation), wider.data(), 200), problem.name
    few = load_dataset("pcf", limit=10)
    assert few.problems == FRACTIONS.problems[:10]


@given(
    st.tuples(*[st.integers(-3, 3)] * 2), st.tuples(*[st.integers(-3, 3)] * 3), st.integers(0, 60)
)
def test_product_trees_give_what_the_recursion_gives(
    a: tuple[int, ...], b: tuple[int, ...], depth: int
) -> None:
    p, before, q, q_before = a[-1], 1, 1, 0
    for n in range(1, depth + 1):
        an, bn = a[0] * n + a[1], b[0] * n * n + b[1] * n + b[2]
        p, before, q, q_before = an * p + bn * before, p, an * q + bn * q_before, q
    assert convergents(a, b, [depth]) == [(p, q)]


def test_limits_are_right_and_what_does_not_converge_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with mpmath.workdps(60):
        four = int(mpmath.floor(4 / mpmath.pi * mpmath.mpf(10) ** 50))
    assert abs(limit_scaled((2, 1), (1, 0, 0), 50) - four) <= 1
    assert math.isclose(limit_scaled((0, 1), (0, 0, 1), 17) / 1e17, (1 + math.sqrt(5)) / 2)
    monkeypatch.setattr(continued, "_MOST_DEPTH", 400)
    with pytest.raises(TooSlow, match="has no 50 digits"):
        limit_scaled((0, 1), (0, 0, -3), 50)


def test_constants_are_what_they_are_called() -> None:
    for name in ("pi", "e", "catalan", "zeta3", "ln2", "sqrt17", "tan1"):
        digits = str(scaled(name, 300))
        assert digits.startswith(str(scaled(name, 50))), name
    assert scaled("e2", 9) == 7389056098 and scaled("sqrt2", 9) == 1414213562
    assert len(NAMED) == 16


def test_methods_run_in_sealed_workers(tmp_path: Path) -> None:
    datasets = {"constants": replace(NUMBERS, problems=NUMBERS.problems[:1])}
    specs = [spec_of(find_method("pslq"))]
    store = Store(tmp_path)
    execute(matrix(specs, datasets, budget=Budget(30.0)), datasets, store, LocalExecutor(1))
    (record,) = store.records()
    assert record.status == "ok", record.message
    assert record.discovery is not None
    (found,) = values(NUMBERS.problems[0], record.discovery.best.expression)
    assert found["right"] == 1.0


def test_show_tells_of_a_number_what_there_is() -> None:
    shown = KIND.shown(FRACTIONS.problems[0])
    assert json.loads(json.dumps(shown.facts))["digits"] == 100
    assert KIND.in_brief(QUARTER).truth == "pi: 4 0 0 -1"
    truths = [KIND.in_brief(problem).truth for problem in FRACTIONS]
    assert sum(truth is not None for truth in truths) == 154
    assert "proven" not in shown.facts
    related = KIND.shown(next(one for one in FRACTIONS if one.known))
    assert related.facts["proven"] >= 148
    assert f"seen to hold to {related.facts['proven']} digits" in related.lines
