"""``scientist`` at an oracle: its actions, what they tell, and answers that are none."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_model import ScriptedModel

from bench import Budget, Discovery, OracleTask, Prompt, evaluate, parse
from bench.clock import Clock
from bench.kinds import Conditions, kind_of
from bench.problems import load_dataset
from bench.problems.oracles.served import Clean, Corrupted
from methods.llm import Scientist

FUNCTIONS: Any = load_dataset("find_numeric", size=1, questions=40)
LINE = replace(FUNCTIONS.problems[0], name="line", truth="3*x0 + 2", family="linear",
               limits=(-100.0, 100.0), serving=Clean(), flaws={}, batch=32)  # fmt: skip
ANSWER: dict[str, Any] = {"action": "answer", "formula": "c0*x0 + c1"}
Actions = Sequence[dict[str, Any] | str]


def at_work(problem: Any, actions: Actions | Callable[[Prompt, int], str]) -> tuple[Any, Any, Any]:
    """What the scientist finds, what it told the model, and the task: with the real oracle."""
    kind: Any = kind_of(problem)
    told = kind.told(problem, Conditions())
    task: OracleTask = kind.task(
        told, (), seed=0, budget=Budget(600.0), on_report=lambda answer, loss: None, clock=Clock()
    )
    said = actions if callable(actions) else [
        one if isinstance(one, str) else json.dumps(one) for one in actions
    ]  # fmt: skip
    model = ScriptedModel(said, calls=99)
    oracle = kind.oracle(problem, problem.data(), Conditions())
    task = replace(task, asks=oracle.ask, model=model)
    found = Scientist(turns=12, memory=12).discover(task)
    told = [text for role, text in model.prompts[-1].texts[2:] if role == "user"]
    return found, told, replace(task, model=model)


def law(found: Discovery) -> str:
    stated = found.best.expression
    return stated if isinstance(stated, str) else stated["law"]


def explains(found: Discovery, truth: str) -> bool:
    x = np.linspace(-99.0, 99.0, 50)[:, None]
    values = [evaluate(parse(text), ["x0"], x) for text in (law(found), truth)]
    return bool(np.allclose(*values, rtol=1e-6))


def test_it_asks_fits_and_answers_within_its_questions() -> None:
    actions: Actions = [
        {"action": "ask", "points": [0, 1.5]},
        {"action": "ask", "from": -10, "to": 10, "count": 16},
        {"action": "fit", "formula": "c0*abs(x0) + c1"},
        {"action": "residuals"},
        ANSWER,
        {"action": "dance"},
    ]
    found, told, task = at_work(LINE, actions)
    assert explains(found, LINE.truth) and found.counts["refused"] == 0
    assert len(task.model.prompts) == 5  # an answer is the end
    assert task.left == 40 - 10 - 2 - 16
    assert "0, 2\n1.5, 6.5\n28 questions are left." in told[0]
    assert told[1].count("\n") == 17 and "error" in told[2] and "largest (x0, rest)" in told[3]
    first = task.model.prompts[0].texts[1][1]
    assert "x0 from -128 to 128. 30 of 40 questions are left, at most 32 at once" in first
    assert LINE.truth not in first and "-128, -382" in first


def test_the_answer_is_the_stated_form_or_else_the_best() -> None:
    growth = replace(LINE, truth="3*exp(x0/50) + 2")
    tried: Actions = [{"action": "fit", "formula": "c0*exp(x0/50) + c1"}]
    best, _, _ = at_work(growth, [*tried, {"action": "answer"}])
    stated, _, _ = at_work(growth, [*tried, ANSWER])
    assert explains(best, growth.truth) and "exp" not in law(stated)


def test_a_form_that_was_exact_is_fitted_to_later_answers() -> None:
    bent = replace(LINE, truth="max(3*x0 + 2, 365)")
    wide = {"action": "ask", "from": -128, "to": 128, "count": 30}
    shown = [{"action": "ask", "points": [-50, -49]}, {"action": "fit", "formula": "c0"}]
    found, told, _ = at_work(bent, [*shown, wide, ANSWER, {"action": "answer"}])
    assert "error" in told[1] and not explains(found, "365")


def test_what_is_corrupted_is_set_aside_and_told() -> None:
    problem = replace(LINE, serving=Corrupted(10.0, 40.0, 7.0))
    aside = {"action": "exclude", "from": 10, "to": 40}
    found, told, _ = at_work(
        problem, [{"action": "fit", "formula": "c0*x0 + c1"}, aside, ANSWER]
    )  # fmt: skip
    assert "answers are left out" in told[1] and explains(found, LINE.truth)
    stated = found.best.expression
    inside = evaluate(parse(stated["corrupted"]), ["x0"], np.array([[9.0], [11.0], [39.0], [41.0]]))
    assert (inside > 0).tolist() == [False, True, True, False]
    assert float(stated["value"]) == pytest.approx(7.0, abs=0.3)
    again, _, _ = at_work(problem, [aside, {**aside, "to": 10}, ANSWER])
    assert isinstance(again.best.expression, str)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"action": "ask"}, "'count' is not said"),
    ({"action": "ask", "points": list(range(33))}, "33 points at once; 1 to 32 are answered"),
    ({"action": "ask", "points": list(range(31))}, "31 points are asked, and 30 of 40 questions"),
    ({"action": "ask", "points": []}, "0 points at once"),
    ({"action": "ask", "points": [1, "a"]}, "could not convert"),
    ({"action": "ask", "points": [[1], [2, 3]]}, "inhomogeneous"),
    ({"action": "ask", "points": [[1, 2]]}, "shape (1, 2)"),
    ({"action": "ask", "points": [None]}, "x0 = nan is outside"),
    ({"action": "ask", "points": [10**400]}, "too large"),
    ({"action": "ask", "points": 7}, "points have shape ()"),
    ({"action": "ask", "from": 0, "to": 1, "count": 31}, "at most 30 are answered"),
    ({"action": "ask", "from": 0, "to": 1, "count": 10**12}, "at most 30 are answered"),
    ({"action": "ask", "from": 0, "to": 1, "count": float("nan")}, "NaN"),
    ({"action": "ask", "from": 0, "to": 1e999, "count": 2}, "outside"),
    ({"action": "exclude", "from": -1e999, "to": 1e999}, "no answer would be left"),
    ({"action": "exclude", "from": "here", "to": 3}, "could not convert"),
    ({"action": "answer", "formula": "x0 +* 2"}, "That cannot be done"),
    ({"action": "answer", "formula": "sqrt(x0 - 500)"}, "no value where there are answers"),
    ({"action": "answer", "formula": "__import__('os').getcwd()"}, "That cannot be done"),
    ({"action": "fit", "formula": "+".join(["x0"] * 3000)}, "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_done_is_told_and_costs_no_question(
    action: dict[str, Any], words: str
) -> None:
    found, told, task = at_work(LINE, [action, ANSWER])
    assert words in told[0] and found.counts["refused"] == 1
    assert task.left == 30 and explains(found, LINE.truth)


def test_all_questions_may_be_spent_and_no_more() -> None:
    grid = {"action": "ask", "from": 0, "to": 9, "count": 10}
    found, told, task = at_work(LINE, [grid, grid, grid, grid, ANSWER])
    assert task.left == 0 and found.counts["refused"] == 1
    assert "at most 0 are answered" in told[3] and explains(found, LINE.truth)


@pytest.mark.parametrize("truth", ["5.5", "sqrt(-1 - x0**2)"], ids=["constant", "no numbers"])
def test_an_oracle_without_anything_to_search_for_is_answered(truth: str) -> None:
    actions: Actions = [
        {"action": "residuals"}, {"action": "search", "seconds": 1},
        {"action": "fit", "formula": "c0"}, {"action": "answer"},
    ]  # fmt: skip
    found, _, _ = at_work(replace(LINE, truth=truth), actions)
    assert float(law(found)) == pytest.approx(5.5 if truth == "5.5" else 0.0)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
FIELDS = ("formula", "points", "from", "to", "count", "seconds")


@given(
    st.sampled_from(["ask", "exclude", "answer", "fit", "residuals", "dance"]),
    st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
)
@settings(max_examples=60, deadline=None)
def test_no_action_raises_or_asks_too_much(action: str, more: dict[str, Any]) -> None:
    found, _, task = at_work(LINE, [{"action": action, **more}, ANSWER])
    assert task.left >= 0 and parse(law(found))
