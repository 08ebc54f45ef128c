"""Methods that ask a language model: the loop they share, what each asks, what it makes of it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_model import ScriptedModel, formula, task_of

from bench import (
    Budget,
    Discovery,
    Method,
    Prompt,
    Table,
    Task,
    Variable,
    evaluate,
    load,
    parse,
)
from methods.llm import ICSR, LLMSR, SGA, Direct, LaSR, LLMPrior, Scientist
from methods.llm.core.forms import OpenForm
from methods.llm.core.functions import function, linear
from methods.llm.core.reading import form_of, forms_in

XY = (Variable("x0"), Variable("x1"))
LAW = "1.7*x0*exp(-0.6*x1) + 0.3"


def explains(found: Discovery, task: Task) -> bool:
    values = evaluate(parse(formula(found), task.variables), task.names, task.X)
    return bool(np.allclose(values, task.y, rtol=1e-8))


SAME = [
    ("c0*x0 + c1", "c3 + x0*c7"),
    ("c0*x0/c1", "c0*x0"),
    ("x0 - x1", "-x1 + x0"),
    ("2.5*x0 + 1.5", "c0*x0 + c1"),
    ("c0*(x0*x1)", "x1*c1*x0"),
    ("2*c0*x0", "c0*x0"),
    ("x0*sin(c0 + x1)*c1", "c1*sin(x1 + c2)*x0"),
]
DIFFERENT = [
    ("x0 + x1", "x0*x1"),
    ("c0*x0 + c0", "c0*x0 + c1"),
    ("x0**2", "x0**3"),
    ("sin(x0)", "cos(x0)"),
    ("x0 - x1", "x0 + x1"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_forms_that_are_one_up_to_constants_have_one_key(one: str, other: str) -> None:
    assert form_of(one, XY).key == form_of(other, XY).key


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_forms_have_other_keys(one: str, other: str) -> None:
    assert form_of(one, XY).key != form_of(other, XY).key


PROGRAM = """\
def equation_v2(x0, x1, params):
    a = params[0]
    return a*x0*np.exp(-params[1]*x1) + params[2]
"""
ANSWERS = [
    '["c0*x0", "c1*x1"]',
    'Sure! Here they are:\n```json\n["c0*x0", "c1*x1"]\n```\nHope it helps.',
    '{"formulas": [{"formula": "c0*x0"}, {"formula": "c1*x1"}]}',
    "1. y = c0*x0\n2. y = c1*x1",
    "<think>perhaps x0**9?</think>\n- `c0*x0`\n- $c_1 x_1$",
    "The law may be\ny = c0*x0\nor else\ny = c1*x1\nI think.",
]


@pytest.mark.parametrize("text", ANSWERS)
def test_formulas_are_found_however_they_are_written(text: str) -> None:
    found, _ = forms_in(text, XY)
    assert [one.key for one in found] == [form_of(one, XY).key for one in ("c0*x0", "c0*x1")]


PROGRAMS = [
    PROGRAM,
    f"import numpy as np\n{PROGRAM}",
    f"The idea is decay.\n```python\n{PROGRAM}```\nAnd so on.",
    f"```\n{PROGRAM}",
    f"{PROGRAM}\nThis function says that x0 decays.",
    "```python\na = params[0]\ny = a*x0*np.exp(-params[1]*x1) + params[2]\n```",
    "y = c0*x0*exp(-c1*x1) + c2",
    "c0 x0 e^(-c1 x1) + c2",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_an_assignment_and_a_formula_are_one_form(text: str) -> None:
    found, refused = forms_in(text, XY)
    assert [one.key for one in found] == [form_of("c0*x0*exp(-c1*x1) + c2", XY).key]
    assert refused == []


HOSTILE = [
    "import os\nos.system('touch /tmp/x')",
    "```python\ndef f(x0, x1, params):\n    while True:\n        pass\n    return x0\n```",
    "(" * 50_000,
    "[" * 50_000 + '"x0"',
    "x0" + "+x0" * 400_000,
    "```python\n" + "x0\n" * 100_000,
    "def " * 10_000,
    '["' + "x" * 100_000 + '"]',
    "x0 + inf",
    "y = 1e999*x0",
    "",
    "I cannot help with that.",
    "__import__('os').getcwd()",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_formula_is_refused_in_words(text: str) -> None:
    found, refused = forms_in(text, XY)
    assert found == []
    assert all(0 < len(one.reason) < 500 for one in refused) and refused


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_no_answer_raises(text: str) -> None:
    found, refused = forms_in(text, XY)
    assert found or refused


def test_every_c_may_be_a_constant_of_its_own() -> None:
    found, _ = forms_in('["c*x0 + c"]', XY, each_c=True)
    assert found[0].key == form_of("c0*x0 + c1", XY).key


def test_a_constant_that_stands_twice_is_fitted_as_one() -> None:
    task = task_of("1.4*x0 + exp(-1.4*x1)", ScriptedModel(['["c0*x0 + exp(-c0*x1)"]']))
    assert explains(Direct().discover(task), task)


def test_a_guard_is_left_out_where_it_costs_nothing() -> None:
    model = ScriptedModel(['["c0*log(max(x0, 1e-10)) + c1/(x1 + 1e-10)"]'])
    task = task_of("2.0*log(x0) + 3.0/x1", model)
    found = Direct().discover(task)
    assert explains(found, task) and "max" not in formula(found)


def test_direct_asks_until_it_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    answers = ['["c0*x0 + c1*x1", "sin(x0"]', '["c0*x0 + c1*x1"]', f'["{LAW}", "c0*x0*exp(c1*x1)"]']
    model = ScriptedModel([*answers, '["c0*x0*exp(-c1*x1) + c2"]'], calls=40)
    task = task_of(LAW, model)
    assert explains(Direct().discover(task), task)
    assert len(model.prompts) == 4
    assert "1 refused" in capsys.readouterr().out
    assert len({prompt.texts for prompt in model.prompts}) == 1


def test_direct_ends_where_nothing_new_comes(capsys: pytest.CaptureFixture[str]) -> None:
    model = ScriptedModel(['["c0*x0", "c1*x0"]'], calls=99)
    Direct(patience=6).discover(task_of(LAW, model))
    assert len(model.prompts) == 8
    assert "16 forms, 15 repeated" in capsys.readouterr().out


def test_direct_shows_data_only_where_it_is_told_to() -> None:
    task = task_of(LAW, blind := ScriptedModel(['["x0"]']))
    Direct().discover(task)
    shown = ScriptedModel(['["x0"]'])
    Direct(rows=99).discover(task_of(LAW, shown))
    assert "of the measurements" not in blind.asked
    rows = [line for line in shown.prompts[0].texts[1][1].splitlines() if line.count(", ") == 2]
    assert len(rows) == 41
    assert all(len(cell.strip("-").replace(".", "").lstrip("0")) <= 5
               for row in rows[1:] for cell in row.split(", "))  # fmt: skip


def test_what_cannot_be_read_goes_back_once(capsys: pytest.CaptureFixture[str]) -> None:
    model = ScriptedModel(["I would say exponential.", f'["{LAW}"]'], calls=4)
    task = task_of(LAW, model)
    found = Direct(at_once=1).discover(task)
    assert explains(found, task) and found.counts["refused"] == 1
    first, second = model.prompts
    assert second.texts[:2] == first.texts
    assert second.texts[2] == ("assistant", "I would say exponential.")
    assert "cannot be read" in second.texts[3][1]
    assert "1 refused, 1 returned, 1 repaired" in capsys.readouterr().out


def test_it_never_goes_back_twice() -> None:
    model = ScriptedModel(["No."], calls=6)
    Direct(at_once=1, patience=0).discover(task_of(LAW, model))
    assert [len(prompt.texts) for prompt in model.prompts] == [2, 4] * 3


def test_without_a_formula_the_answer_is_the_mean() -> None:
    task = task_of(LAW, ScriptedModel(["No."]))
    assert float(formula(Direct().discover(task))) == pytest.approx(float(task.y.mean()))


def test_a_budget_of_evaluations_bounds_the_fits(capsys: pytest.CaptureFixture[str]) -> None:
    model = ScriptedModel(lambda prompt, n: f'["x0**{n + 2}", "c0*x0**{n + 2}*x1"]', calls=99)
    Direct().discover(task_of(LAW, model, budget=Budget(seconds=600, evaluations=5)))
    assert "5 fitted" in capsys.readouterr().out


def test_llmsr_shows_programs_and_asks_for_a_better_one() -> None:
    better = PROGRAM.replace("+ params[2]", "* x0")
    model = ScriptedModel([better, "```python\n" + PROGRAM + "```"], calls=9)
    task = task_of(LAW, model)
    assert explains(LLMSR(islands=1, samples=1).discover(task), task)
    first, second = (prompt.texts[1][1] for prompt in model.prompts)
    assert "return params[0]*x0 + params[1]*x1 + params[2]" in first
    assert "def equation_v1(x0, x1, params):" in first
    assert "equation_v2" in second and "* x0" in second
    assert "of the measurements" not in model.asked


def test_llmsr_refuses_a_program_that_calls_an_older_one() -> None:
    calling = "def equation_v1(x0, x1, params):\n    return equation_v0(x0, x1, params) + x0"
    model = ScriptedModel([calling], calls=2)
    LLMSR(islands=1, samples=1).discover(task_of(LAW, model))
    assert "equation_v0" in model.prompts[1].texts[-1][1]


def test_llmsr_is_fixed_by_its_seed() -> None:
    def asked(seed: int) -> str:
        model = ScriptedModel(lambda prompt, n: f"c0*x0**{n + 2}/x1", calls=24)
        LLMSR(islands=3, samples=1, reset=4).discover(task_of(LAW, model, seed=seed))
        return model.asked

    assert asked(1) == asked(1) != asked(2)


def test_a_form_is_shown_as_the_program_it_came_from() -> None:
    task = task_of(LAW)
    for source in (PROGRAM, "c0*x0*exp(-c1*x1) + c2"):
        form = form_of(source, XY)
        shown = function(form, 7, task)
        assert shown.startswith("def equation_v7(x0, x1, params):")
        assert form_of(shown, XY).key == form.key
    assert form_of(function(linear(task), 0, task), XY).key == linear(task).key


def test_the_control_draws_and_asks_nobody() -> None:
    found = [
        LLMPrior().discover(task_of("2.5*x0*x1", budget=Budget(seconds=600, calls=6)))
        for _ in range(2)
    ]
    assert found[0] == found[1]
    assert parse(formula(found[0]), XY)


def test_names_of_columns_are_never_parameters() -> None:
    columns = (Variable("c0"), Variable("params_0"))
    form = form_of("2.0*c0 + c1*params_0", columns)
    assert not {"c0", "params_0"} & set(form.parameters)
    X = np.random.default_rng(0).uniform(1.0, 2.0, (30, 2))
    task = Task(X, X[:, 0], columns)
    assert not set(task.names) & set(linear(task).parameters)
    assert isinstance(linear(task), OpenForm)


def test_icsr_shows_points_and_the_best_so_far_the_worst_first() -> None:
    answers = ['["c*x0", "c*x1 + c"]', '["c*x0*x1", "c*x0 + c", "c/x1"]', '["x0*c*exp(-c*x1) + c"]']
    model = ScriptedModel(answers, calls=9)
    task = task_of(LAW, model)
    assert explains(ICSR().discover(task), task)
    assert len(model.prompts) == 3
    first, _, last = (prompt.texts[1][1] for prompt in model.prompts)
    assert "were tried" not in first and first.count("\n") > 40
    errors = [float(part.split(")")[0]) for part in last.split("(error ")[1:]]
    assert len(errors) == 5
    assert errors == sorted(errors, reverse=True) or errors[-1] == min(errors)
    assert "c*x1 + c   (error" in last


def test_sga_tells_what_fitting_gave() -> None:
    better = PROGRAM.replace("+ params[2]", "* x0")
    model = ScriptedModel([f"Plan.\n```python\n{better}```", PROGRAM], calls=40)
    task = task_of(LAW, model)
    found = SGA(exploit=1, explore=1, history=2).discover(task)
    assert explains(found, task)
    first, second, *_ = model.prompts
    assert (first.temperature, second.temperature) == (0.5, 1.0)
    roles = [role for role, _ in first.texts]
    assert roles == ["system", "user", "assistant", "user"]
    assert "mean square over the variance" in first.texts[3][1]
    assert "The fitted numbers are" in first.texts[3][1]


def test_sga_ends_after_its_iterations() -> None:
    model = ScriptedModel(["c0*x0"], calls=99)
    SGA(exploit=1, explore=2, iterations=2).discover(task_of(LAW, model))
    assert len(model.prompts) == 6


def _lasr(model: ScriptedModel, **more: object) -> Discovery:
    method = LaSR(population=8, children=6, share=0.5, reflect=1, library=2)
    budget = Budget(seconds=600.0, evaluations=120)
    return method.discover(task_of(LAW, model, budget=budget, **more))


def _thinks(prompt: Prompt, number: int) -> str:
    if "sentence" in prompt.texts[1][1]:
        return f'["idea {number}a", "idea {number}b", "idea {number}c"]'
    return f'["c0*x0*exp(c1*x1**{number + 2})"]'


def test_the_concepts_and_the_task_reach_the_model() -> None:
    model = ScriptedModel(_thinks, calls=30)
    _lasr(model, target=Variable("y", "v", "speed of the widget"), description="widgets at rest")
    assert all("speed of the widget" in prompt.texts[1][1] for prompt in model.prompts)
    assert all("widgets at rest" in prompt.texts[1][1] for prompt in model.prompts)
    shown = [text for text in (p.texts[1][1] for p in model.prompts) if "is believed" in text]
    assert shown and all("idea" in text for text in shown)
    assert any("Put what they share" in prompt.texts[1][1] for prompt in model.prompts)


def test_lasr_goes_on_without_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    model = ScriptedModel(_thinks, calls=2)
    found = _lasr(model)
    assert len(model.prompts) == 2
    assert "120 fitted" in capsys.readouterr().out
    assert _lasr(ScriptedModel(_thinks, calls=2)) == found


def test_the_scientist_acts_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    answers = [
        '{"action": "statistics"}',
        'First: {"action": "fit", "formula": "c0*x0 + c1*x1"}',
        '{"action": "residuals"}',
        '{"action": "dance"}',
        '{"action": "fit", "formula": "c0*x0 +"}',
        "y = c0*x0/x1",
        '{"action": "fit", "formula": "c0*x0*exp(-c1*x1) + c2"}',
    ]
    model = ScriptedModel(answers, calls=9)
    task = task_of(LAW, model)
    assert explains(Scientist(memory=9).discover(task), task)
    assert len(model.prompts) == 7
    seen = [text for role, text in model.prompts[-1].texts if role == "user"]
    assert "correlation" in seen[1] and "with c0 = " in seen[2]
    assert "largest (x0, x1, rest)" in seen[3]
    assert "none of the actions" in seen[4] and "cannot be read" in seen[5]
    assert "The best forms so far" in seen[0]
    assert "2 refused" in capsys.readouterr().out


def test_the_scientist_understands_what_was_cut_off_and_says_what_is_known() -> None:
    cut = '```json\n{"action": "statistics", "ranges": [{"column": "x0", "min": 13.5'
    model = ScriptedModel([cut], calls=4)
    Scientist().discover(task_of(LAW, model))
    told = [text for role, text in model.prompts[-1].texts[2:] if role == "user"]
    assert "correlation" in told[0]
    assert told[1] == told[2] and "Choose another action" in told[1]
    assert model.prompts[-1].texts[2] == ("assistant", '{"action": "statistics"}')


def test_the_scientist_may_start_a_search() -> None:
    model = ScriptedModel(['{"action": "search", "seconds": "many"}'], calls=1)
    task = task_of("2.5*x0*x1", model)
    assert explains(Scientist(search_seconds=60, search_evaluations=300).discover(task), task)


METHODS = (
    Direct(), Direct(rows=40), LLMSR(islands=2), SGA(exploit=1, explore=2), ICSR(), Scientist(),
    LaSR(population=6, children=6, share=0.5, reflect=1),
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS, ids=lambda one: type(one).__name__)
def test_a_prompt_tells_what_the_task_tells_and_no_more(method: Method) -> None:
    def speaks(prompt: Prompt, number: int) -> str:
        if isinstance(method, Scientist):
            return f'{{"action": "{("statistics", "residuals", "fit")[number % 3]}"}}'
        return f'["c0*x0**{number + 2}", "c1*x1", "{SECRET}"]'

    problem = load("srsd_easy")["feynman-i.12.5"]
    data = problem.data()
    model = ScriptedModel(speaks, calls=8)
    variables = tuple(Variable(one.name) for one in problem.variables)
    budget = Budget(seconds=600, evaluations=60)
    task = Task(data.train.X, data.train.y, variables, budget=budget, model=model)
    method.discover(task)
    asked = model.asked.lower()
    assert len(model.prompts) >= 2
    for word in (problem.name, "feynman", "srsd", problem.dataset, problem.meaning, "truth"):
        assert word.lower() not in asked
    ours = "\n".join(
        text for prompt in model.prompts for role, text in prompt.texts if role != "assistant"
    )
    assert problem.truth is not None and problem.truth not in ours.replace(" ", "")
    tests, trained = _printed(data.test), _printed(data.train)
    assert not set(re.findall(r"\d+\.\d{3,}(?:e[+-]?\d+)?", ours)) & (tests - trained)


def _printed(table: Table) -> set[str]:
    """The numbers of a table as a prompt may have them."""
    values = [*table.X.ravel(), *table.y]
    return {f"{value:.{digits}g}" for value in values for digits in (4, 5)}


SECRET = "x0/x1 + 0.1"
"""What the scripted model says: no law of the problem it is asked about."""
