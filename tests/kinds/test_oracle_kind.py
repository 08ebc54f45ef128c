"""The kind ``oracle``: what a method may ask, what is an answer, and how it is scored."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bench
from bench import Budget, Discovery, OracleTask, QuestionRefused, Task
from bench.asked import experiment_of
from bench.clock import Clock
from bench.expression import evaluate
from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.oracle import reduction
from bench.kinds.oracle.posing import parts
from bench.kinds.oracle.scoring import OracleSubject, floor_passes, published_success
from bench.problems import load_dataset
from bench.problems.oracles.served import Approximated, Clean, Corrupted, Noisy
from bench.running import Limits, LocalExecutor, MethodSpec, Record, Run, Store, execute, matrix
from bench.running.debug import debug
from bench.running.perform import Job
from bench.scoring import FormCache, ScoringLimits, score_many
from bench.scoring.scorecard import Scorecard

FUNCTIONS: Any = load_dataset("find_numeric", size=1, questions=20)
LINE = replace(FUNCTIONS.problems[0], name="line", truth="3*x0 + 2", family="linear",
               limits=(-100.0, 100.0), serving=Clean(), flaws={})  # fmt: skip
KIND: Any = kind_of(LINE)
CLEAN = Conditions()
SMALL = replace(FUNCTIONS, problems=(LINE,))


def posed(problem: Any, conditions: Conditions = CLEAN) -> OracleTask:
    """The task that a method is given, with its oracle beside it in this process."""
    told = json.loads(json.dumps(KIND.told(problem, conditions)))
    assert KIND.arrays(problem, problem.data(), conditions) == ()
    task = KIND.task(
        told, (), seed=7, budget=Budget(), on_report=lambda answer, loss: None, clock=Clock()
    )
    oracle = KIND.oracle(problem, problem.data(), conditions)
    return replace(task, asks=oracle.ask)  # type: ignore[no-any-return]


def scored(problem: Any, *answers: Any) -> list[Scorecard]:
    items = [item_of(answer, problem) for answer in answers]
    return list(score_many(items, limits=ScoringLimits(seconds=20.0), forms=FormCache()))


def test_a_method_is_told_where_it_may_ask_and_nothing_of_the_law() -> None:
    told = KIND.told(LINE, Conditions(disclosure="full"))
    assert told == {
        "variables": [["x0", "", "", None]], "domain": [[-128.0, 128.0]], "questions": 20,
        "batch": 256,
    }  # fmt: skip
    task = posed(LINE)
    np.testing.assert_array_equal(task.ask([0.0, 1.5]), [2.0, 6.5])
    np.testing.assert_array_equal(task.ask(np.array([[-128.0]])), [-382.0])
    assert task.left == 17


REFUSED: Mapping[str, tuple[Any, str]] = {
    "outside": ([0.0, 128.5], r"x0 = 128.5 is outside of \[-128, 128\]"),
    "no number": ([math.nan], "x0 = nan is outside"),
    "infinite": ([-math.inf], "x0 = -inf is outside"),
    "none": ([], "0 points at once; 1 to 256 are answered"),
    "a shape": ([[1.0, 2.0]], r"points have shape \(1, 2\); they must be \(n, 1\)"),
    "a number": (1.0, r"points have shape \(\)"),
    "a cube": (np.zeros((1, 1, 1)), r"points have shape \(1, 1, 1\)"),
    "a batch": (np.zeros(257), "257 points at once"),
    "words": (["here"], "points are no array of numbers: could not convert"),
    "rows of other lengths": ([[1.0], [2.0, 3.0]], "no array of numbers: .*inhomogeneous"),
    "beyond floats": ([10**400], "no array of numbers: .*too large"),
    "complex": (np.array([1j]), "no array of numbers: they are complex"),
    "things": ([{}], "no array of numbers"),
    "nothing": (None, r"shape \(\)"),
    "too many": (np.zeros(21), "21 points are asked, and 20 of 20 questions are left"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_answered_is_refused_in_words_and_not_counted(name: str) -> None:
    points, words = REFUSED[name]
    task = posed(LINE)
    with pytest.raises(QuestionRefused, match=words):
        task.ask(points)
    assert task.left == 20 and len(task.ask(np.zeros(20))) == 20
    with pytest.raises(QuestionRefused, match="1 points are asked, and 0 of 20"):
        task.ask([0.0])


@given(st.lists(st.integers(1, 6), min_size=1, max_size=20), st.sampled_from(["normal", "poisson"]))
@settings(max_examples=20, deadline=None)
def test_answers_are_the_same_however_questions_are_put_together(
    sizes: list[int], family: Any
) -> None:
    problem = replace(LINE, serving=Noisy(family), questions=120)
    points = np.linspace(-50.0, 50.0, sum(sizes))
    whole = posed(problem, Conditions(noise=0.1)).ask(points)
    task = posed(problem, Conditions(noise=0.1))
    parts = np.split(points, np.cumsum(sizes)[:-1])
    np.testing.assert_array_equal(np.concatenate([task.ask(part) for part in parts]), whole)


@pytest.mark.parametrize(
    ("serving", "mean", "spread"),
    [
        (Noisy("normal"), 0.0, 1.0),
        (Noisy("uniform"), 0.0, math.sqrt(1 / 3)),
        (Noisy("poisson"), 1.0, 1.0),
        (Corrupted(-math.inf, 0.0, 7.0), 7.0 - (3 * -10.0 + 2), 0.1),
        (Clean(), 0.0, 0.0),
    ],
)
def test_what_disturbs_answers_is_as_it_is_called(serving: Any, mean: float, spread: float) -> None:
    problem = replace(LINE, serving=serving, questions=4000, batch=4000)
    error = posed(problem).ask(np.full(4000, -10.0)) - (3 * -10.0 + 2)
    assert error.mean() == pytest.approx(mean, abs=0.06)
    assert error.std() == pytest.approx(spread, rel=0.06)
    other = posed(problem, Conditions(seed=1)).ask(np.full(4000, -10.0))
    assert np.array_equal(other - (3 * -10.0 + 2), error) == isinstance(serving, Clean)


def test_noise_of_the_run_comes_on_top() -> None:
    problem = replace(LINE, questions=2000, batch=2000)
    error = posed(problem, Conditions(noise=0.1)).ask(np.zeros(2000)) - 2.0
    size = float(np.sqrt(np.mean(problem.data().served ** 2)))
    assert error.std() == pytest.approx(0.1 * size, rel=0.06)


def test_a_network_is_served_as_what_it_is() -> None:
    problem = replace(LINE, truth="abs(x0)", serving=Approximated((-40.0, 0.0, 40.0)))
    np.testing.assert_allclose(posed(problem).ask([-90.0, 0.0, 3.0]), [90.0, 0.0, 3.0], atol=1e-3)
    wave = replace(LINE, truth="cos(x0)", serving=Approximated(tuple(np.linspace(-99.0, 99.0, 64))))
    assert np.abs(posed(wave).ask(np.linspace(-90, 90, 20))).max() < 0.9


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("3*x0 + y", "unknown name 'y'"),
        ("C*x0", "has no value"),
        ({"law": "x0", "corrupted": "x0"}, "one expression, or 'law', 'corrupted' and 'value'"),
        ({"law": "x0", "corrupted": "x0", "value": "1 +* 2"}, "value: "),
        ({}, "not nothing"),
        ({"x0": "x0"}, "not 'x0'"),
    ],
)
def test_what_is_no_answer_is_refused_in_words(answer: Any, words: str) -> None:
    refusal = KIND.refusal(answer, KIND.told(LINE, CLEAN))
    assert refusal is not None and words in refusal and "\n" not in refusal
    (card,) = scored(LINE, answer)
    assert card.failure and card.values["fits"] == card.values["symbolic_exact"] == 0.0


def test_the_published_rule_is_weak_and_its_floor_stands_beside_it() -> None:
    """An error of a tenth of the sum of squares: an offset hides it."""
    far = replace(LINE, truth="0.1*x0 + 30")
    right, mean, poor = scored(far, "0.1*x0 + 30", "30", "0.1*x0")
    names = ("symbolic_exact", "fits", "find_success", "find_floor")
    assert [right.values[name] for name in names] == [1.0, 1.0, 1.0, 1.0]
    assert [mean.values[name] for name in names] == [0.0, 0.0, 1.0, 1.0]
    assert [poor.values[name] for name in names] == [0.0, 0.0, 0.0, 1.0]
    wave = replace(LINE, truth="sin(x0)")
    assert not floor_passes(wave, wave.data())


def test_the_published_rule_to_the_letter() -> None:
    y = np.array([1.0, 2.0, math.nan])
    assert published_success(y, np.array([1.0, 1.3, 5.0]))  # 0.49 < 0.5
    assert not published_success(y, np.array([1.0, 1.29, 5.0]))
    assert not published_success(y, np.array([1.0, math.nan, 5.0]))
    zero = np.zeros(2)
    assert published_success(zero, zero) and not published_success(zero, zero + 1e-9)


def test_a_corrupted_part_is_told_beside_the_law() -> None:
    problem = replace(LINE, serving=Corrupted(10.0, 30.0, 2.0))
    whole = {"law": "3*x0 + 2", "corrupted": "(x0 - 10)*(30 - x0)", "value": "2"}
    half = {**whole, "corrupted": "(x0 - 10)*(20 - x0)"}
    right, nearly, blind = scored(problem, whole, half, "3*x0 + 2")
    for card in (right, nearly, blind):  # the law is judged where nothing is corrupted
        assert card.values["symbolic_exact"] == card.values["fits"] == 1.0
    overlaps = [card.values["corrupted_overlap"] for card in (right, nearly, blind)]
    assert overlaps == pytest.approx([1.0, 0.5, 0.0], abs=0.01)
    given = parts(whole, problem.variables)
    subject = OracleSubject(item_of(whole, problem), given, FormCache(), ScoringLimits())
    values = evaluate(subject.whole, ["x0"], np.array([[0.0], [20.0]]))
    np.testing.assert_array_equal(values, [2.0, 2.0])


def test_hostile_answers_are_scored_in_time() -> None:
    for card in scored(LINE, "1/0", "exp(exp(exp(x0)))", "sqrt(-x0)*gamma(x0)"):
        assert not card.failure and card.values["fits"] == card.values["find_success"] == 0.0


def test_a_model_without_a_formula_is_scored_by_its_values() -> None:
    x = LINE.data().x
    assert list(KIND.held_back_inputs(LINE, LINE.data())) == ["test"]
    for values, fits in ((3 * x + 2, 1.0), (3 * x + 40, 0.0), (3 * x[:5], 0.0)):
        item = item_of("", LINE, predicted={"test": values})
        (card,) = score_many([item], limits=ScoringLimits(), forms=FormCache())
        assert not card.failure and card.values["symbolic_exact"] == 0.0
        assert card.values["fits"] == fits and card.values["complexity"] is None


@dataclass(frozen=True)
class Asker:
    """Asks as it is told; ``how`` says what goes wrong."""

    kinds: ClassVar[tuple[str, ...]] = ("oracle",)
    how: str = "well"

    def discover(self, task: OracleTask) -> Discovery:
        refusals = []
        while self.how == "on and on":
            try:
                task.ask(np.zeros(7))
            except QuestionRefused as refused:
                refusals.append(str(refused))
                if len(refusals) == 3:
                    return Discovery.of(f"{task.left}")
        if self.how == "for ever":
            while True:
                try:
                    task.ask([0.0])
                except QuestionRefused:
                    continue
        if self.how == "too many":
            task.ask(np.zeros(21))
        if self.how == "by far too many":
            for count in (21, 257, 10**6, 10**7):
                with pytest.raises(QuestionRefused, match=f"{count} "):
                    task.ask(np.zeros(count))
            with pytest.raises(QuestionRefused, match="shape"):
                task.ask(np.zeros((1, 10**5)))
        y = task.ask([0.0, 1.0])
        return Discovery.of(f"{float(y[1] - y[0])!r}*x0 + {float(y[0])!r}")


def run_one(folder: Path, how: str, seconds: float = 20.0) -> Record:
    spec = MethodSpec(how, f"{__name__}:Asker", {"how": how}, kinds=("oracle",))
    datasets = {"find_numeric": SMALL}
    store = Store(folder)
    runs = matrix([spec], datasets, budget=Budget(seconds=seconds))
    execute(runs, datasets, store, LocalExecutor(1), limits=Limits(grace=0.5))
    (record,) = store.records()
    return record


def test_a_sealed_worker_asks_the_harness_which_counts(tmp_path: Path) -> None:
    record = run_one(tmp_path, "well")
    assert record.status == "ok", record.message
    assert record.discovery is not None and record.discovery.best.expression == "3.0*x0 + 2.0"
    assert record.provenance["asked"] == {
        "questions": 2, "of": 20, "batches": 1, "refused": 0, "points": [0.0, 1.0],
        "values": [2.0, 5.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("how", "status", "asked"),
    [("on and on", "ok", (14, 3)), ("too many", "error", (0, 1)), ("for ever", "timeout", (20, 1))],
)
def test_more_questions_than_there_are_get_no_answer(
    how: str, status: str, asked: tuple[int, int], tmp_path: Path
) -> None:
    record = run_one(tmp_path, how, seconds=20.0 if status != "timeout" else 0.5)
    assert record.status == status, record.message
    told = record.provenance["asked"]
    assert told["questions"] == asked[0] and told["refused"] >= asked[1]
    if how == "on and on":
        assert record.discovery is not None and record.discovery.best.expression == "6"
    if how == "too many":
        assert "21 points are asked, and 20 of 20 questions are left" in record.message


def test_what_exceeds_the_questions_by_millions_is_refused_and_the_run_goes_on(
    tmp_path: Path,
) -> None:
    record = run_one(tmp_path, "by far too many")
    assert record.status == "ok", record.message
    assert record.discovery is not None and record.discovery.best.expression == "3.0*x0 + 2.0"
    told = record.provenance["asked"]
    assert (told["questions"], told["refused"]) == (2, 4)  # what is not even sent is not counted


@dataclass(frozen=True)
class Fits:
    """A method for tables: keeps the table that it is given, and fits a line."""

    tables: ClassVar[list[Task]] = []

    def discover(self, task: Task) -> Discovery:
        self.tables.append(task)
        design = np.column_stack([task.X[:, 0], np.ones(len(task.y))])
        slope, constant = np.linalg.lstsq(design, task.y)[0].tolist()
        return Discovery.of(f"{slope!r}*x0 + {constant!r}")


def test_methods_for_tables_take_part_by_a_design_of_points() -> None:
    spec = MethodSpec("fits", f"{__name__}:Fits", {})
    (run,) = matrix([spec], {"find_numeric": SMALL})
    assert isinstance(run, Run)
    found = debug(Job(run, LINE), lambda answer, loss: None)
    (card,) = scored(LINE, found.best.expression)
    assert card.values["symbolic_exact"] == 1.0
    x = Fits.tables[-1].X[:, 0]
    cells = np.floor((x + 128.0) / 256.0 * 20).astype(int)
    assert sorted(cells) == list(range(20))  # one in each of 20 equal intervals


def test_a_design_leaves_out_what_is_no_number() -> None:
    for truth, rows in (("sqrt(x0)", 10), ("sqrt(-1 - x0**2)", 1)):
        task = posed(replace(LINE, truth=truth))
        reduction.reduced(Fits(), task)
        assert len(Fits.tables[-1].y) == rows and task.left == 0


def test_functions_go_by_another_name_and_into_an_experiment(tmp_path: Path) -> None:
    mine = load_dataset("find_numeric", size=2, name="mine")
    assert [one.dataset for one in mine] == ["mine", "mine"]
    assert mine.problems[0].data().digest == FUNCTIONS.problems[0].data().digest
    asked = experiment_of(
        Fits(), mine, tmp_path, budget=1.0, seeds=[0], noise=[0.0], disclosure="blind"
    )
    assert [run.problem for run in asked.runs] == ["f000", "f001"]
    with pytest.raises(ValueError, match="of the kind oracle, and only tables can be named"):
        bench.judge("x0", FUNCTIONS.problems[0])


def test_show_tells_of_an_oracle_what_there_is() -> None:
    shown = KIND.shown(replace(LINE, serving=Corrupted(-math.inf, 3.0, 2.0)))
    assert "variant: corrupted, 2 from -inf to 3" in shown.lines
    assert json.loads(json.dumps(shown.facts))["questions"] == 20
    assert KIND.in_brief(LINE).truth == "3*x0 + 2"
