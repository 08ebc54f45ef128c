"""A kind whose answers are several expressions, from an installed package: scored like others."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from packages import install
from test_pool import MONSTER
from toy_system import Flow

from bench.kinds import item_of, kind_named, kind_names
from bench.leaderboard import make_leaderboard
from bench.leaderboard.columns import column_names, columns_markdown
from bench.method import Discovery
from bench.running import MethodSpec, Record, Resources, Run, Store
from bench.running.results.judging import judge_records, read_score
from bench.scoring import FormCache, Scorecard, ScoringError, ScoringLimits, score, score_many

PROBLEM = Flow("swirl")
STEPPED = {"metrics": {"states": "toy_system:STATES"}}
RIGHT = {"u": "v + 0*u", "v": "-(v*u)"}
HALF = {"u": "v", "v": "-u*v + 1"}


@pytest.fixture(scope="module", autouse=True)
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Installed once: scoring processes of one path are kept from pool to pool."""
    site = tmp_path_factory.mktemp("site") / "site"
    with pytest.MonkeyPatch.context() as patch:
        install(site, patch, {"kinds": {"flow": "toy_system:KIND"}, **STEPPED}, "toy-system")
        yield


def scored(answer: object, problem: Flow = PROBLEM, **limits: float) -> Scorecard:
    """The card that the pool makes."""
    item = item_of(answer, problem)  # type: ignore[arg-type]
    (card,) = score_many([item], limits=ScoringLimits(**limits), forms=FormCache())  # type: ignore[arg-type]
    assert Scorecard.from_dict(json.loads(json.dumps(card.as_dict(), allow_nan=False))) == card
    return card


def test_every_expression_is_held_against_its_own_law() -> None:
    right, half = scored(RIGHT), scored(HALF)
    assert right.kind == "flow" and right.problem == "flows/swirl"
    assert {"error of u", "verdicts of v", "edit_distance of u", "afterwards"} <= set(right.seconds)
    assert right.comparisons.keys() == {"u", "v"}
    assert right.values["states"] == 2.0
    names = ("symbolic_exact", "states_right", "ned", "flow_error")
    assert [right.values[name] for name in names] == [1.0, 1.0, 0.0, 0.0]
    assert [half.values[name] for name in names[:2]] == [0.0, 0.5]
    assert half.values["ned"] is not None and 0.0 < half.values["ned"] < 0.5
    assert half.values["flow_error"] == 1.0
    assert score(item_of(HALF, PROBLEM), forms=FormCache()).values == half.values


@pytest.mark.parametrize("answer", ["u*v", {"u": "v"}, {"u": "v", "v": "u +*"}, None])
def test_what_is_no_answer_fails_in_every_state(answer: object) -> None:
    card = scored(answer)
    assert card.failure
    names = ("symbolic_exact", "ned", "flow_error", "states")
    assert [card.values[name] for name in names] == [0.0, 1.0, math.inf, 0.0]
    assert {one.verdicts["exact"].answer for one in card.comparisons.values()} == {"no"}


def test_one_expression_that_is_cut_short_leaves_the_others(tmp_path: Path) -> None:
    long = MONSTER.replace("x0", "u").replace("x1", "v").replace("x2", "u")
    card = scored({"u": long, "v": "-u*v"}, seconds=2.0)
    assert card.limits_hit == ("edit_distance of u: simplification time-out",)
    neds = {name: one.edit.ned for name, one in card.comparisons.items() if one.edit is not None}
    assert neds == {"u": 1.0, "v": 0.0}
    assert card.values["ned"] == 0.5 and card.values["states_right"] == 0.5


@pytest.mark.parametrize("names", [("trap", "u"), ("u", "trap")])
def test_a_step_that_is_cut_short_loses_nothing_that_others_found(names: tuple[str, str]) -> None:
    first, second = names
    answer = {first: second, second: f"2*{first}"}
    card = scored(answer, Flow("trapped", {first: second, second: first}), seconds=1.0)
    assert card.limits_hit == ("error of trap: time-out",)
    errors = {name: one.numbers["error"] for name, one in card.comparisons.items()}
    assert errors == {"trap": math.inf, "u": 0.0 if first == "u" else pytest.approx(2.0, abs=0.2)}
    assert card.values["flow_error"] == math.inf and card.values["states_right"] == 0.5


def test_what_is_missing_of_the_problem_is_no_fault_of_the_answer() -> None:
    problem = Flow("lost", {"gone": "u", "u": "gone"})
    with pytest.raises(ScoringError, match="'flows/lost' cannot be scored: FileNotFoundError: the"):
        scored({"gone": "u", "u": "gone"}, problem)


def test_records_of_such_answers_make_a_leaderboard(tmp_path: Path) -> None:
    store = Store(tmp_path / "results")
    answers = {"right": RIGHT, "half": HALF, "none": None}
    records = []
    for label, answer in answers.items():
        run = Run(MethodSpec(label, "a.b:C", {}), "flows", "1", "swirl")
        found = None if answer is None else Discovery.of(answer)
        status = "ok" if answer else "error"
        records.append(Record(run, status, "", found, (), Resources(1.0, 1.0, 9.0)))  # type: ignore[arg-type]
        store.write(records[-1])
    store.add_to_plan([record.run for record in records])
    problems = {("flows", "swirl"): PROBLEM}
    limits = ScoringLimits(seconds=10.0)
    assert judge_records(store, records, problems, limits=limits, workers=1) == 3
    assert judge_records(store, records, problems, limits=limits, workers=1) == 0
    kept = read_score(store, records[1].run.key)
    assert kept is not None and kept.card.answer == HALF

    table = make_leaderboard([store.folder])
    assert list(table.columns) == column_names({"flow"})
    assert "r2" not in table and "r2" in column_names()
    assert list(table["method"]) == ["right", "half", "none"]
    assert list(table["states_right"]) == [1.0, 0.5, 0.0]
    assert list(table["flow_error"]) == [0.0, 1.0, math.inf]
    assert "`states_right`, `states_right_low`, `states_right_high`" in columns_markdown()


def test_tables_have_the_columns_of_their_kind() -> None:
    assert "flow_error" not in column_names({"table"})
    assert column_names(set(kind_names())) == column_names()
    assert {one.name for one in kind_named("flow").metrics()} <= set(column_names({"flow"}))
