"""What data cannot tell: inputs that are functions of each other, and rivals of laws."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.basics.paths import DATASETS
from bench.expression import complexity, evaluate, parse
from bench.kinds import item_of
from bench.kinds.metrics import metrics_of
from bench.kinds.table.rivals import beside_law, refusal
from bench.problems import Problem, load_dataset
from bench.problems.identifiable.dependent import dependences, flaws
from bench.problems.identifiable.stored import Identifiability, read_rows, stored, write_rows
from bench.scoring import Comparison, FormCache, Scorecard, ScoringLimits, Verdict
from bench.scoring.scorecard import SOLE
from benchmarks.rewriting import rewritten, smaller

FUNCTIONS = {
    "a + b*x": lambda x, a, b: a + b * x,
    "a + b*log(x)": lambda x, a, b: a + b * np.log(x),
    "a + b*x**2": lambda x, a, b: a + b * x**2,
    "a + b/x": lambda x, a, b: a + b / x,
    "a*x**b": lambda x, a, b: a * x**b,
    "a*exp(b*x)": lambda x, a, b: a * np.exp(b * x),
}
SHIPPED = [
    (path.stem, row)
    for path in sorted((DATASETS / "rivals").glob("*.csv"))
    for row in read_rows(path)
]
RIVALS = [(dataset, row) for dataset, row in SHIPPED if row.identifiable == "no"]
METRICS = {metric.name: metric for metric in metrics_of("table")}
LIMITS = ScoringLimits()
JUDGED = ("MatSci1", "MatSci14", "MatSci22", "MatSci28")
"""Rivals that the judge is asked about here: half a second each. The command asks of all."""


@given(
    kind=st.sampled_from(list(FUNCTIONS)),
    a=st.floats(0.5, 300.0),
    b=st.floats(0.3, 3.0),
    sign=st.sampled_from([1, -1]),
    single=st.booleans(),
    seed=st.integers(0, 100),
)
@settings(max_examples=60, deadline=None)
def test_inputs_that_follow_from_each_other_are_named(
    kind: str, a: float, b: float, sign: int, single: bool, seed: int
) -> None:
    x, free = np.random.default_rng(seed).uniform(0.5, 4.0, (2, 200))
    X = np.column_stack([free, x, FUNCTIONS[kind](x, a, sign * b)])
    if single:
        X = X.astype(np.float32).astype(np.float64)
    found = {(one.of, one.on): one for one in dependences(X, ["u", "x", "z"])}
    assert set(found) == {("z", "x"), ("x", "z")} or set(found) == {("z", "x")}
    one = found["z", "x"]
    if kind == "a + b*x":
        assert one.affine
    elif kind != "a*x**b" or abs(sign * b - 1) > 0.01:
        assert not one.affine
    values = evaluate(parse(one.expression, {"x": "x"}), ["u", "x", "z"], X)
    assert np.std(values - X[:, 2]) <= 1e-5 * np.std(X[:, 2]) + 1e-7 * np.max(np.abs(X[:, 2]))


@pytest.mark.parametrize("other", ["noise", "sine", "square", "constant", "random", "offset"])
def test_what_is_no_simple_function_is_not_named(other: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-2.0, 4.0, 300)
    columns = {
        "noise": 3 * x + 1e-3 * rng.normal(size=300), "sine": np.sin(x), "square": x**2,
        "constant": np.ones(300), "random": rng.uniform(size=300),
        "offset": np.float32(1e7) + rng.uniform(0, 1, 300).astype(np.float32),
    }  # fmt: skip
    assert flaws(np.column_stack([x, columns[other]]), ["x", "z"]) == {}


def test_columns_that_were_rounded_to_decimals_are_named() -> None:
    celsius = np.random.default_rng(3).uniform(0, 90, 200)
    X = np.column_stack([celsius, 32 + 1.8 * celsius]).round(2)
    assert set(flaws(X, ["celsius", "fahrenheit"])) == {"inputs_on_a_line"}
    X[7, 1] += 5.0
    assert flaws(X, ["celsius", "fahrenheit"]) == {}


def test_four_rows_say_nothing() -> None:
    X = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [4.0, 8.0]])
    assert dependences(X, ["a", "b"]) == []


def test_a_table_is_flagged_when_it_is_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"celsius": rng.uniform(0, 90, 60), "mass": rng.uniform(1, 2, 60)})
    table["kelvin"] = table["celsius"] + 273.15
    table["volume"] = 2 * table["mass"] ** 3
    table["target"] = table["mass"] * table["kelvin"]
    table.to_csv(tmp_path / "t.csv", index=False)
    found = load_dataset(tmp_path / "t.csv")["t"].flaws
    assert set(found) == {"inputs_on_a_line", "inputs_on_a_curve"}
    assert "celsius" in found["inputs_on_a_line"] and "kelvin" in found["inputs_on_a_line"]
    assert len(load_dataset(tmp_path / "t.csv", exclude=["inputs_on_a_line"])) == 0


def test_the_flaws_of_catalogues_are_those_of_their_data() -> None:
    for dataset, names in {
        "llmsrbench_matsci": ("MatSci0", "MatSci28"), "llmsrbench_phys_osc": ("PO0",),
    }.items():  # fmt: skip
        for name in names:
            problem = load_dataset(dataset)[name]
            found = flaws(problem.data().train.X, problem.names)
            assert set(found) == set(problem.flaws) & {"inputs_on_a_line", "inputs_on_a_curve"}


@pytest.mark.parametrize("suite", ["nguyen", "livermore", "keijzer", "srsd_easy"])
def test_a_normal_form_has_the_values_of_the_law(suite: str) -> None:
    for problem in load_dataset(suite).problems:
        law = parse(problem.truth or "", problem.variables)
        X = np.random.default_rng(0).uniform(0.5, 2.0, (20, len(problem.variables)))
        values = evaluate(law, problem.names, X)
        np.testing.assert_allclose(
            evaluate(smaller(law), problem.names, X), values, rtol=1e-6, atol=1e-9 * np.ptp(values)
        )


def test_rewriting_by_a_line_takes_up_its_constants() -> None:
    law, line = parse("x0*(x1 - 300)**2 + 2*(x1 - 300)"), parse("273 + 500*x0")
    best = rewritten(law, "x1", line)[0]
    X = np.linspace(0.1, 0.5, 7)
    X = np.column_stack([X, 273 + 500 * X])
    np.testing.assert_allclose(evaluate(best, ["x0", "x1"], X), evaluate(law, ["x0", "x1"], X))
    assert complexity(best) <= complexity(law)


def test_every_rival_that_ships_fits_as_well_and_is_no_larger() -> None:
    assert len(RIVALS) >= 25
    for dataset, row in RIVALS:
        problem = load_dataset(dataset)[row.problem]
        law, rival = (
            parse(text, problem.variables) for text in (problem.truth or "", row.expression)
        )
        found = beside_law(rival, law, problem.names, problem.data().train)
        assert found.fits and found.no_larger, (row.problem, found)


def test_what_is_said_of_a_problem_that_does_not_ship_is_no_row() -> None:
    for dataset, row in SHIPPED:
        assert load_dataset(dataset)[row.problem].truth is not None
        assert (row.expression == "") == (row.identifiable == "unknown")


@pytest.mark.parametrize("name", JUDGED)
def test_the_judge_says_no_of_rivals(name: str) -> None:
    row = stored("llmsrbench_matsci")[name]
    assert refusal(load_dataset("llmsrbench_matsci")[name], row.expression) == ""


def materials() -> Problem:
    return load_dataset("llmsrbench_matsci")["MatSci14"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda law: law, "the law up to constants: yes"),
        (lambda law: f"{law} + 0.0*x0", "19 nodes, and the law 15"),
        (lambda law: "2*x0 + x1", "its chi-square is"),
        (lambda law: "2*x9", "it is no expression"),
    ],
)
def test_what_is_no_rival_is_told_why(change, words: str) -> None:  # type: ignore[no-untyped-def]
    problem = materials()
    assert words in refusal(problem, change(problem.truth or ""))


def test_answers_that_fit_and_are_no_larger_count_where_somebody_looked() -> None:
    problem, easy = materials(), load_dataset("nguyen")["Nguyen-1"]
    rival, law = stored("llmsrbench_matsci")[problem.name].expression, problem.truth or ""

    def value(answer: str, of: Problem) -> bool | float | None:
        item = item_of(answer, of)
        return METRICS["fits_no_larger"].value(item.scheme.ready(item, FormCache(), LIMITS))

    answers = (rival, law, f"{law} + 0.0*x1", "x0")
    assert [value(answer, problem) for answer in answers] == [True, True, False, False]
    assert value("x0", easy) is None


@pytest.mark.parametrize(("word", "value"), [("yes", True), ("unknown", True), ("no", None)])
def test_skeletons_count_apart_of_laws_without_a_rival(word: str, value: bool | None) -> None:
    dataset, row = next(one for one in SHIPPED if one[1].identifiable == word)
    found = Comparison({"skeleton": Verdict("yes", "same", "")})
    card = Scorecard(f"{dataset}/{row.problem}", "table", "x0", "", comparisons={SOLE: found})
    question = METRICS["skeleton_identifiable"].value
    assert question(card) is value
    assert question(card.but(problem="nguyen/Nguyen-1")) is None


def test_rows_come_back_as_they_were_written_and_a_wrong_word_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rivals" / "toy.csv"
    path.parent.mkdir()
    rows = [Identifiability("a", "no", 'x0, "quoted"', "laws", 2.5),
            Identifiability("b", "unknown", "", "laws", 10.0)]  # fmt: skip
    write_rows(path, reversed(rows))
    assert read_rows(path) == rows
    with path.open("a", newline="") as file:
        csv.writer(file).writerow(["c", "perhaps", "", "laws", "1"])
    with pytest.raises(ValueError, match=r"toy.csv, line 4: .*'c'.*'perhaps'.*yes, no, unknown"):
        read_rows(path)
