"""`rediscover check`: methods that break the contract, each in one way, and what it says."""

from __future__ import annotations

import pytest

from bench.authoring.conformance import check, killed_finding
from bench.authoring.probing import killed_run
from bench.plugins import find_method, spec_of

HEAD = """
import os, random, time
from dataclasses import dataclass
from bench import Candidate, Discovery

@dataclass(frozen=True)
class Method:
    k: int = 1

    def discover(self, task):
"""


def _check(tmp_path, body, head=HEAD, **options):
    path = tmp_path / "mine.py"
    path.write_text(head + f"        {body}\n")
    return check(str(path), **{"seconds": 1.0, **options})


FAULTS = """
n, columns = task.X.shape
if n == 1:
    os._exit(3)
if columns == 1:
    return Discovery.of(f"{task.names[0]}*{task.names[1]}")
if columns == 10:
    return Discovery.of("2*speed")
if task.y.std() == 0.0:
    return None
if task.X.max() > 1e20:
    return Discovery.of("2 +* x0")
task.y[0] = 1
"""
SAID = {
    "a simple law in two variables": "read-only",
    "a single row": "crash",
    "one variable": "error: IndexError",
    "ten columns": "speed",
    "a constant target": "discover returned",
    "columns of 1e27 and 1e-27": "no expression",
}


def test_each_fault_is_said_of_the_data_it_came_with(tmp_path):
    report = _check(tmp_path, FAULTS.strip().replace("\n", "\n        "))

    said = {one.check.removeprefix("answers "): one for one in report.failures}
    assert said.keys() == SAID.keys(), report.text()
    for words, message in SAID.items():
        assert message in said[words].message and said[words].advice, report.text()
    assert report.exit_code == 1


def test_what_is_odd_and_no_fault_is_a_warning(tmp_path):
    report = _check(tmp_path, "print('hello'); return Discovery.of('log(0 - x0*x0)')")

    said = {one.check: (one.level, one.message, one.advice) for one in report.findings}
    for what, words in (
        ("answers a simple law in two variables", "not finite on"),
        ("prints nothing", "printed"),
    ):
        level, message, advice = said[what]
        assert level == "warn" and words in message and advice, report.text()
    assert report.exit_code == 0, report.text()


def test_the_seed_decides_and_the_mean_is_no_law(tmp_path):
    report = _check(tmp_path, "random.seed(); return Discovery.of(random.random())")

    said = {one.check: one for one in report.findings}
    seed, worth = said["the seed decides"], said["finds more than the mean"]
    assert seed.level == "fail" and "seed 0 gave 0." in seed.message and seed.advice
    assert worth.level == "warn" and "R2 is" in worth.message and worth.advice
    assert report.exit_code == 1


def test_each_fault_is_said_once_with_its_line(tmp_path):
    (tmp_path / "helper.py").write_text("def fails():\n    raise KeyError('mine')\n")
    body = "from helper import fails; fails()"
    report = _check(tmp_path, body)

    (fault,) = (one for one in report.findings if one.level == "fail")
    assert fault.message == "error: KeyError: 'mine' (helper.py, line 2, in fails)"
    assert fault.check.startswith("answers a simple law in two variables; one variable; a single")

    report = _check(tmp_path, "k = task.X.sum(); raise ValueError(f'of {k:.3g} mine')")
    faults = [one for one in report.findings if one.level == "fail"]
    assert len(faults) > 1 and all(
        "(mine.py, line 11, in discover)" in one.message for one in faults
    )


def test_nothing_is_ok_that_was_not_seen(tmp_path):
    report = _check(tmp_path, "task.report('2*x0'); print('hello'); raise ValueError('mine')")

    level = {one.check: (one.level, one.message) for one in report.findings}
    assert level["returns in time"] == ("warn", "not checked, as no run returned")
    assert level["the seed decides"] == ("warn", "not checked, as not all of its runs answered")
    assert level["finds more than the mean"] == ("warn", "not checked, as there was no answer")
    assert level["a run that is killed"] == ("warn", "not checked, as the run failed by itself")
    assert level["prints nothing"] == ("warn", "it printed up to 6 characters a run")


@pytest.mark.parametrize(
    ("body", "level", "message"),
    [
        ("return Discovery.of('x0')", "ok", "it had returned by half"),
        ("task.report('3*x0'); time.sleep(60)", "ok", "3*x0 (its last report)"),
        ("time.sleep(60)", "warn", "it had reported nothing"),
        (
            "task.report('3*speed'); time.sleep(60)",
            "warn",
            "it had reported nothing, or no formula",
        ),
        ("task.report('log(-x0)'); time.sleep(60)", "warn", "is not finite on 200 of 200"),
    ],
)
def test_a_killed_runs_last_report_is_tried(tmp_path, body, level, message):
    path = tmp_path / "mine.py"
    path.write_text(HEAD + f"        {body}\n")

    found = killed_finding(killed_run(spec_of(find_method(str(path))), 0.4))

    assert (found.level, message in found.message) == (level, True), found


def test_a_black_box_is_checked_by_its_values_and_odd_types_are_a_warning(tmp_path):
    body = "return Discovery.of('', predict=lambda X: 2.0 * X[:, 0] * X[:, -1] + 1)"
    report = _check(tmp_path, body, HEAD.replace("k: int = 1", "k: object = 1"))

    assert report.exit_code == 0, report.text()
    assert "a black box: a predictor, and no formula" in report.text()
    assert "R2 1.0000" in report.text() and "the same seed gave the same answer" in report.text()
    settings = next(one for one in report.findings if one.check == "settings")
    assert settings.level == "warn" and "the type of k cannot be checked" in settings.message


def test_an_estimator_is_told_how_it_can_be_wrapped(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("class Tree:\n    def fit(self, X, y): ...\n    def predict(self, X): ...\n")
    (finding,) = check(str(path)).findings

    assert finding.level == "fail"
    assert f"method=[sklearn] method.sklearn.estimator={path}:Tree" in finding.message


def test_a_last_report_is_an_answer_though_late_and_none_is_none(tmp_path):
    body = "len(task.names) != 2 or task.report('x0'); time.sleep(60)"
    report = _check(tmp_path, body, seconds=0.3)

    said = {one.check: one for one in report.findings}
    answer, late = said["answers a simple law in two variables"], said["returns in time"]
    assert (answer.level, answer.message) == ("ok", "x0 (its last report)")
    assert late.level == "fail" and "2 with nothing reported" in late.message, report.text()
    lost = said["answers one variable; ten columns"]
    assert (lost.level, lost.message.partition(":")[0]) == ("fail", "timeout")
    assert [*report.failures] == [lost, late]


def test_a_method_without_randomness_is_fine(tmp_path):
    report = _check(tmp_path, "return Discovery.of('5*x0 - 1')")

    end = report.text().splitlines()[-1]
    assert end.endswith("mine.py keeps the contract: 0 failed, 0 warnings"), report.text()


def test_what_cannot_be_imported_ends_the_check(tmp_path):
    report = _check(tmp_path, "return Discovery.of('x0')", "import no_such_engine\n" + HEAD)

    (finding,) = report.findings
    assert (finding.check, finding.level) == ("loads", "fail")
    assert "no_such_engine" in finding.message


def test_a_missing_engine_ends_the_check(tmp_path):
    head = HEAD.replace("k: int = 1", "requires = ('no_such_engine',)")

    report = _check(tmp_path, "return Discovery.of('x0')", head)

    assert report.findings[-1].check == "engine"
    assert "no_such_engine" in report.findings[-1].message


WARM = """
    def warm_up(self, budget):
        time.sleep(60 * self.k)

    def discover(self, task):
"""


@pytest.mark.parametrize(("start", "told"), [("fork", True), ("keep", False)])
def test_what_passes_before_each_runs_clock_is_told_where_it_is_long(
    tmp_path, monkeypatch, start, told
):
    monkeypatch.setattr("bench.authoring.conformance._LONG", 0.0)
    report = _check(tmp_path, "return Discovery.of('x0')", settings={"worker": {"start": start}})
    found = [one for one in report.findings if one.check == "loading"]
    assert [one.level for one in found] == ["warn"] * told, report.text()
    assert all("method.mine.worker.start=keep" in one.advice for one in found)


def test_what_is_never_loaded_is_tried_once(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.authoring.probing.LOAD_SECONDS", 1.0)
    head = HEAD.replace("\n    def discover(self, task):\n", WARM)
    report = _check(tmp_path, "return Discovery.of('x0')", head)
    last = report.findings[-1]
    assert (last.check, last.level) == ("loading", "fail"), report.text()
    assert "loading and warming up took more than 1 s" in last.message


def test_a_method_of_another_kind_is_not_tried_on_tables(tmp_path):
    head = HEAD.replace("k: int = 1", "kinds = ('system',)")

    report = _check(tmp_path, "raise RuntimeError", head)

    assert (report.findings[-1].check, report.findings[-1].level) == ("kinds", "warn")
    assert "of the kind system" in report.findings[-1].message


def test_an_unknown_name_ends_the_check():
    report = check("opron")

    assert "did you mean 'operon'" in report.findings[0].message


@pytest.mark.parametrize("name", ["linear", "polynomial", "gplearn", "operon"])
def test_the_built_in_methods_keep_the_contract(name):
    seen = []

    report = check(name, seconds=1.5, on_finding=seen.append)

    assert not report.failures, report.text()
    assert tuple(seen) == report.findings


ASKS = """
from dataclasses import dataclass
from typing import ClassVar

from bench import BudgetSpent, Discovery, from_program


@dataclass(frozen=True)
class Asks:
    asks_model: ClassVar[bool] = True

    def discover(self, task):
        best = task.names[0]
        if task.X.shape[1] == 10:
            task.model.ask_all(["a prompt must be a Prompt"])
        try:
            while True:
                answer = task.model.ask(f"Formula of {', '.join(task.names)}?").text
                best = from_program(answer, task.names).expression
        except BudgetSpent:
            return Discovery.of(best)
"""


def test_of_a_method_that_asks_a_model_a_script_answers(tmp_path):
    path = tmp_path / "asks.py"
    path.write_text(ASKS)
    report = check(str(path), seconds=30.0)
    said = {one.check: one for one in report.findings}
    assert "a script answers in its place" in said["language model"].message
    assert said["answers one variable"].level == "ok", report.text()
    assert [one.check for one in report.failures] == ["answers ten columns"], report.text()
    assert said["the seed decides"].level == "ok" and "finds more than the mean" not in said
