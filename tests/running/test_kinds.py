"""A kind from an installed package: posed, run in a worker, checked and kept like any other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import toy_states
from toys import LIMITS, log_of, method

from bench.cli import main
from bench.kinds import kind_named, kind_names, kind_of
from bench.method import Budget, Discovery
from bench.problems.dataset import Dataset
from bench.running import LocalExecutor, MethodSpec, Record, Run, Store, execute, matrix
from bench.running.debug import debug
from bench.running.perform import Job
from bench.running.results.imported import import_predictions
from bench.running.results.merge import Contradiction, merge
from bench.scoring.predictions import Prediction

PROBLEM = toy_states.Oscillator("free")
DATASETS = {"oscillators": Dataset("oscillators", "1", (PROBLEM,))}  # type: ignore[arg-type]
ANSWER = {"u": "v", "v": "-1.0*u"}


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that offers the kind ``states``, as metadata on the path tell."""
    package = tmp_path / "site" / "toy_states-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-states\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(
        "[rediscover.kinds]\nstates = toy_states:KIND\n"
        "[rediscover.datasets]\noscillators = toy_states:oscillators\n"
        "[rediscover.methods]\nturner = toy_states:Turner\n"
    )
    monkeypatch.syspath_prepend(tmp_path / "site")


def turner(how: str = "well", start: str = "fork") -> MethodSpec:
    target = f"{toy_states.__name__}:Turner"
    return MethodSpec(how, target, {"how": how}, worker={"start": start}, kinds=("states",))


def run_one(folder: Path, spec: MethodSpec, seconds: float = 10) -> Record:
    runs = matrix([spec], DATASETS, budget=Budget(seconds=seconds), noise=[0.25], data_seed=1)
    store = Store(folder)
    execute(runs, DATASETS, store, LocalExecutor(1), limits=LIMITS)
    (record,) = store.records()
    return record


def test_it_is_a_kind_like_any_other() -> None:
    assert {"table", "states"} <= set(kind_names())
    assert kind_of(PROBLEM) is kind_named("states") is toy_states.KIND  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("start", ["fork", "fresh", "keep"])
def test_an_answer_of_several_expressions_is_kept(tmp_path: Path, start: str) -> None:
    record = run_one(tmp_path, turner(start=start))
    assert (record.status, record.message) == ("ok", "")
    assert record.discovery is not None
    assert record.discovery.best.expression == ANSWER
    assert [one.expression for one in record.discovery.front] == [{"u": "v", "v": "u"}]
    assert record.provenance["front_left_out"] == 2
    assert [report.expression for report in record.reports] == [{"u": "v", "v": "-u"}]
    assert record.provenance["data_digest"] == PROBLEM.data(1).digest
    first = float(PROBLEM.data(1).x[0, 0]) + 0.25
    shown = f"[(7,), (7, 2), (), (0, 3)] {first.hex()} False"
    assert log_of(tmp_path, record).strip() == shown


def test_a_run_that_is_ended_stands_by_its_last_report_that_is_an_answer(tmp_path: Path) -> None:
    record = run_one(tmp_path, turner("hangs"), seconds=0.5)
    assert record.status == "timeout"
    assert len(record.reports) == 2
    assert record.discovery == Discovery.of({"u": "v", "v": "-u"})


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("half", "'u = v' is no expression: an expression is asked for each of u, v"),
        ("one", "'u*v' is no expression: an expression is asked for each of u, v"),
        ("garbage", "u = v, v = u +* 2"),
        ("long", "characters; the limit is"),
        ("fault", "checking it as a states failed with ZeroDivisionError"),
    ],
)
def test_what_its_kind_refuses_is_invalid(tmp_path: Path, how: str, message: str) -> None:
    record = run_one(tmp_path, turner(how))
    assert (record.status, record.discovery) == ("invalid", None)
    assert message in record.message


def test_a_method_is_not_set_to_a_kind_that_it_does_not_take() -> None:
    with pytest.raises(ValueError) as caught:
        matrix([method("Instant")], DATASETS)
    assert str(caught.value) == (
        "method 'Instant' takes problems of the kind table, and oscillators/free is of the kind "
        "states; leave one of them out"
    )


def test_the_command_line_knows_it_by_its_package_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    base = ("run", "dataset=oscillators", "datasets.oscillators.count=3", "--no-score")
    assert main([*base, "method=[linear,turner]"]) == 2
    refusal = capsys.readouterr().err
    assert "method 'linear' takes problems of the kind table, and oscillators/o0" in refusal
    assert refusal.count("\n") == 1
    assert not (tmp_path / "results").exists()
    assert main([*base, "method=turner", "budget.seconds=20", "experiment=turned"]) == 0
    records = list(Store(tmp_path / "results" / "turned").records())
    assert [record.status for record in records] == ["ok"] * 3
    capsys.readouterr()
    assert main(["show", "oscillators"]) == 0
    assert "u = v, v = -u" in capsys.readouterr().out
    assert main(["show", "oscillators/o1", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["kind"], shown["name"], shown["points"]) == ("states", "o1", 7)


def test_debug_takes_any_kind() -> None:
    run = Run(turner(), "oscillators", "1", "free")
    reports: list[object] = []
    found = debug(Job(run, PROBLEM), lambda answer, loss: reports.append(answer))
    assert found.best.expression == ANSWER
    assert reports == [{"u": "v", "v": "-u"}]


def test_predictions_made_elsewhere_are_checked_by_their_kind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    texts = {"a": '{"u": "v", "v": "-u"}', "b": '{"u": "v"}', "c": "u*v", "d": "{broken", "e": None}
    import_predictions(
        [Prediction(name, PROBLEM, 0, text) for name, text in texts.items()],  # type: ignore[arg-type]
        store,
        "theirs.csv",
    )
    found = {record.run.method.label: record for record in store.records()}
    statuses = {name: record.status for name, record in found.items()}
    assert statuses == {"a": "ok", "b": "invalid", "c": "invalid", "d": "invalid", "e": "error"}
    assert found["a"].discovery == Discovery.of({"u": "v", "v": "-u"})


def test_contradictions_between_such_answers_are_told(tmp_path: Path) -> None:
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    record = run_one(here.folder, turner())
    there.write(replace(record, discovery=Discovery.of({"u": "v", "v": "u"})))
    with pytest.raises(Contradiction, match=r"gave 'u = v, v = -1.0\*u' here and 'u = v, v = u'"):
        merge(here, [there])
