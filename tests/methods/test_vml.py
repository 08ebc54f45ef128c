"""Verbalized machine learning: a text that learns, and what it states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scripted_model import ScriptedModel
from verbal_rule import answered

from bench import Budget, Discovery, Prompt, Task, Variable, load, parse
from bench.kinds import item_of
from bench.scoring import FormCache, ScoringLimits
from methods.llm.vml import VML, stated_equation

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
def test_answers_without_a_number_are_asked_again_and_no_prediction(text: str) -> None:
    model = ScriptedModel([text], calls=40)
    found = VML(mode="batched" if "s:" in text else "faithful").discover(task(model))
    assert float(found.best.text) == pytest.approx(7.0, abs=0.3)
    assert model.prompts[0] == model.prompts[1] == model.prompts[2]


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
    found = stated_equation(text, (Variable("x0"),))
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
    wanted = [one for one in item.metrics() if one.name[:5] in ("model", "text_")]
    rows = {one.name: one.value(subject) for one in wanted}
    assert rows["text_gap"] == pytest.approx(0.25 / np.var(data.test.y))
    assert rows["model_nmse"] == pytest.approx(rows["text_gap"])
    assert rows["model_ood_nmse"] == pytest.approx(0.0)
    plain = item_of("3*x0 + 4", PROBLEM)
    bare = plain.scheme.ready(plain, FormCache(tmp_path), ScoringLimits())  # type: ignore[arg-type]
    values = {one.name: one.value(bare) for one in plain.metrics() if one.name in rows}
    assert set(values.values()) == {None}
