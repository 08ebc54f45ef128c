"""Verbalized machine learning: a text that learns, and what it states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hostile_answers import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_model import ScriptedModel
from verbal_rule import answered

from bench import Budget, Discovery, Prompt, Task, Variable, evaluate, load, parse
from bench.kinds import item_of
from bench.scoring import FormCache, ScoringLimits
from methods.llm.verbal import stated_equations, stated_number, stated_numbers
from methods.llm.vml import VML

PROBLEM = load("vml_regression")["linear"]


def task(model: ScriptedModel, name: str = "linear", **more: object) -> Task:
    train = load("vml_regression")[name].data().train
    found = Task(train.X, train.y, (Variable("x0"),), budget=Budget(seconds=600.0), model=model)
    return replace(found, **more)  # type: ignore[arg-type]


def by_rule(calls: int = 1000) -> ScriptedModel:
    def answer(prompt: Prompt, number: int) -> str:
        texts = [text for _, text in prompt.texts]
        return answered("\n".join(texts), texts[-1])

    return ScriptedModel(answer, calls=calls)


def said(discovery: Discovery, X: Sequence[float]) -> np.ndarray:
    assert discovery.predict is not None
    return np.asarray(discovery.predict(np.array(X)[:, None]))


@pytest.mark.parametrize(
    ("method", "calls"),
    [
        (VML(epochs=1), 100 + 10 + 40),
        (VML(epochs=2, mode="batched"), 2 * 20 + 4),
        (VML(epochs=1, mode="batched", batch=50), 2 * 2 + 1),
    ],
)
def test_a_text_learns_and_its_equation_is_the_answer(method: VML, calls: int) -> None:
    model = by_rule()
    found = method.discover(task(model))
    assert len(model.prompts) == calls
    law = parse(found.best.text, (Variable("x0"),))
    np.testing.assert_allclose(said(found, [0.0, 2.0]), [4.0, 10.0], atol=0.4)
    assert "x0" in str(law)
    roles = [role for role, _ in model.prompts[-calls // 10].texts]
    assert roles[0] == "system"


def test_the_optimiser_remembers_its_last_turn_alone() -> None:
    model = by_rule()
    VML(epochs=1, mode="batched").discover(task(model))
    turns = [one.texts for one in model.prompts if "optimizer" in one.texts[0][1]]
    assert [len(one) for one in turns] == [2] + [4] * 9
    assert turns[3][1:3] == (turns[2][-1], ("assistant", answered("", turns[2][-1][1])))


def test_words_without_an_equation_are_a_black_box() -> None:
    def vague(prompt: Prompt, number: int) -> str:
        last = prompt.texts[-1][1]
        if "target:" in last:
            return "New Pattern Descriptions: it rises, steeply."
        return answered("", last.replace("it rises, steeply.", "y = 2.00*x0 + 5.00"))

    found = VML(epochs=1, mode="batched").discover(task(ScriptedModel(vague, calls=99)))
    assert found.best.text == ""
    np.testing.assert_allclose(said(found, [0.5, 1.5]), [6.0, 8.0], atol=0.02)


def test_a_spent_budget_keeps_what_is_known() -> None:
    found = VML(mode="batched").discover(task(by_rule(calls=7)))
    assert "x0" in found.best.text and np.isfinite(said(found, [1.0])).all()
    nothing = VML(mode="batched").discover(task(by_rule(calls=0)))
    assert float(nothing.best.text) == pytest.approx(7.0, abs=0.3) and nothing.predict is None


@pytest.mark.parametrize("text", ["I do not know.", "Output: many", "Output: nan", "Outputs: [1]"])
def test_answers_without_a_number_go_back_and_are_no_prediction(text: str) -> None:
    model = ScriptedModel([text], calls=40)
    found = VML(mode="batched" if "s:" in text else "faithful").discover(task(model))
    assert float(found.best.text) == pytest.approx(7.0, abs=0.3)
    first, second, third, after = (one.texts for one in model.prompts[:4])
    assert second == third == (*first, ("assistant", text), second[-1])
    assert "cannot be read" in second[-1][1] and first[-1][1].endswith(second[-1][1][21:])
    assert "cannot be read" not in after[-1][1]


NUMBERS: dict[str, float | None] = {
    "Output: 3": 3.0, "**Output:** 8.00": 8.0, "Output: \u22123.50": -3.5, "Output: 1e-3.": 1e-3,
    "Output:\n$3.5$": 3.5, "output = 7\nThis output is rounded.": 7.0, "Output: 1,234.5": 1234.5,
    "Output: 2, no.\nOutput: (-.5)": -0.5,
    "Output: 1,2": None, "Output: 3*1.5 + 4 = 8.5": None, "Output: - 3": None,
    "Output: 1e999": None, "Output: \u0663": None, "Output: 3x": None, "Output: \u20133": None,
    "3": None, "": None,
}  # fmt: skip
LISTS: dict[str, list[float] | None] = {
    "Outputs: [1, -2.5]": [1.0, -2.5], "```json\n[\n 1,\n 2\n]\n```": [1.0, 2.0],
    "Outputs: [\u22121, 2] of the inputs [3, 4]": [-1.0, 2.0],
    'Outputs: ["1,000", "2"]': [1000.0, 2.0], "[1, 2, 3], so [4, 5]": [4.0, 5.0],
    "Outputs: [[1, 2]]": [1.0, 2.0],
    "Outputs: [1]": None, "Outputs: [1, 2, 3]": None, "Outputs: [1, NaN]": None, "[true, 1]": None,
    "Outputs: [1, null]": None, "Outputs: [1, x]": None, "Outputs: [{}, {}]": None, "[1, 2": None,
    f"Outputs: [1, {10**400}]": None, f"Outputs: [1, {'9' * 5000}]": None, "": None,
}  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read_where_there_is_one(text: str) -> None:
    wanted = NUMBERS[text]
    assert stated_number(text) == (None if wanted is None else [wanted])


@pytest.mark.parametrize("text", LISTS)
def test_as_many_numbers_are_read_as_there_are_inputs(text: str) -> None:
    assert stated_numbers(text, 2) == LISTS[text]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_answer_is_counted(name: str) -> None:
    model = ScriptedModel([HOSTILE[name]], calls=12)
    found = VML("batched").discover(task(model))
    assert found.counts["answers"] == len(model.prompts) == 12
    if "Outputs: [" not in HOSTILE[name]:
        assert found.predict is None and found.counts["refused"] >= 9


PIECES = st.sampled_from(
    ["Output: ", "Outputs: [", "]", "New Pattern Descriptions: ", "y = ", "f(", ")", "1", "-", "e",
     ".", ",", "x0", "*", "**", "/", "=", "\n", " ", "NaN", "1e999", '"', "where", "I", "$", "`",
     "abs("]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(said=st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40).map("".join))
def test_whatever_is_said_is_read_or_not(said: str) -> None:
    answers = [*(stated_numbers(said, count) for count in (0, 1, 3)), stated_number(said)]
    assert all(np.isfinite(one).all() for one in answers if one is not None)
    found = VML("batched", epochs=1, batch=50).discover(task(ScriptedModel([said], calls=4)))
    if found.best.text:
        law = parse(found.best.text, (Variable("x0"),))
        assert np.isfinite(evaluate(law, ("x0",), task(ScriptedModel([])).X)).all()


def test_an_equation_without_values_is_not_the_answer() -> None:
    for equation in ("1/0", "log(-1 - x0^2)", "1/(x0 - x0)", "2*I*x0", "x0^x0^x0^x0^9999"):
        said = f"New Pattern Descriptions: y = 3*x0, or rather y = {equation}\nOutput: 2"
        found = VML(epochs=1).discover(task(ScriptedModel([said], calls=20)))
        assert found.best.text in ("3*x0", ""), equation


def test_the_hint_is_told_where_it_is_disclosed() -> None:
    model = by_rule(calls=3)
    hint = load("vml_regression")["sine_hint"].meaning
    VML().discover(task(model, "sine_hint", description=hint))
    assert "periodic" in model.asked and "sin" not in model.asked


STATED = {
    "The relation is linear: y = 3*x0 + 4, with noise.": "3*x0 + 4",
    "y = x0. Later: y = 2.5*x0^2 + x0 + 2 (roughly)": "2.5*x0**2 + x0 + 2",
    "**Equation:** f(x) = `sin(x0) + 2`.": "sin(x0) + 2",
    "y = m*x0 + b": None,
    "y = something smooth": None,
    "It rises by 3 for each unit.": None,
    "y = 2*x1": None,
    "": None,
}


@pytest.mark.parametrize("text", STATED)
def test_equations_are_read_out_of_words(text: str) -> None:
    wanted = STATED[text]
    found = next(stated_equations(text, (Variable("x0"),)), None)
    assert found == (None if wanted is None else parse(wanted, (Variable("x0"),)))


DIGESTS = {
    "linear": "cc492b6c6ffe8465", "quadratic": "255a8be115bb7c46",
    "sine": "b223f640943a1153", "sine_hint": "5f43a6e26b8a02fb",
}  # fmt: skip
"""Of the data: the same bits on every machine."""


def test_the_tasks_are_the_papers(tmp_path: object) -> None:
    wanted = {"linear": (-1, 3, 0.1), "quadratic": (-5, 3, 1.0), "sine": (-6, 6, 0.01)}
    found = {one.name: one.data().digest[:16] for one in load("vml_regression").problems}
    assert found == DIGESTS
    for problem in load("vml_regression").problems:
        low, high, noise = wanted[problem.name.removesuffix("_hint")]
        data = problem.data()
        assert data.ood is not None and len(data.train) == 100
        grid = np.sort(np.concatenate([data.test.X[:, 0], data.ood.X[:, 0]]))
        np.testing.assert_allclose(grid, np.linspace(low, high, 40))
        card = item_of(problem.truth, problem)
        subject = card.scheme.ready(card, FormCache(tmp_path), ScoringLimits())  # type: ignore[arg-type]
        residual = data.train.y - subject.predicted(data.train.X)  # type: ignore[attr-defined]
        assert np.std(residual) == pytest.approx(noise, rel=0.2)


def test_the_gap_between_words_and_equation_is_measured(tmp_path: object) -> None:
    data = PROBLEM.data()
    assert data.ood is not None
    predicted = {"test": data.test.y + 0.5, "ood": data.ood.y.copy()}
    item = item_of("3*x0 + 4", PROBLEM, predicted=predicted)
    subject = item.scheme.ready(item, FormCache(tmp_path), ScoringLimits())  # type: ignore[arg-type]
    wanted = [one for one in item.metrics() if one.name.startswith(("predictor_", "text_"))]
    rows = {one.name: one.value(subject) for one in wanted}
    assert rows["text_gap"] == pytest.approx(0.25 / np.var(data.test.y))
    assert rows["predictor_nmse"] == pytest.approx(rows["text_gap"])
    assert rows["predictor_ood_nmse"] == pytest.approx(0.0)
    plain = item_of("3*x0 + 4", PROBLEM)
    bare = plain.scheme.ready(plain, FormCache(tmp_path), ScoringLimits())  # type: ignore[arg-type]
    values = {one.name: one.value(bare) for one in plain.metrics() if one.name in rows}
    assert set(values.values()) == {None}
