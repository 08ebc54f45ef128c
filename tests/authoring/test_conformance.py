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

BROKEN = {
    "returns nothing": ("return None", "answers a simple law", "fail", "discover returned"),
    "raises": ("raise KeyError('mine')", "answers a simple law", "fail", "error: KeyError: 'mine'"),
    "unknown names": ("return Discovery.of('2*speed')", "answers a simple law", "fail", "speed"),
    "garbage": ("return Discovery.of('2 +* x0')", "answers a simple law", "fail", "no expression"),
    "leaves": ("os._exit(3)", "answers a simple law", "fail", "crash"),
    "overruns": ("time.sleep(60)", "returns in time", "fail", "nothing reported"),
    "prints": ("print('hello'); return Discovery.of('x0')", "prints nothing", "warn", "printed"),
    "ignores its seed": (
        "random.seed(); return Discovery.of(random.random())",
        "the seed decides", "fail", "seed 0 gave 0.",
    ),
    "writes": ("task.y[0] = 1; return Discovery.of('x0')", "answers a simple law", "fail",
               "read-only"),
    "one variable breaks it": (
        "return Discovery.of(f'{task.names[0]}*{task.names[1]}')",
        "answers one variable", "fail", "error: IndexError",
    ),
    "not finite": (
        "return Discovery.of('log(0 - x0*x0)')", "answers a simple law", "warn", "not finite on",
    ),
    "no better than the mean": (
        "return Discovery.of(float(task.y.mean()))", "finds more than the mean", "warn", "R2 is",
    ),
}  # fmt: skip


def _check(tmp_path, body, head=HEAD, **options):
    path = tmp_path / "mine.py"
    path.write_text(head + f"        {body}\n")
    return check(str(path), **{"seconds": 1.0, **options})


@pytest.mark.parametrize("flaw", list(BROKEN))
def test_a_flaw_is_said_in_words(tmp_path, flaw):
    body, where, level, message = BROKEN[flaw]

    report = _check(tmp_path, body, seconds=0.3 if flaw == "overruns" else 1.0)

    found = next(one for one in report.findings if one.check.startswith(where))
    assert found.level == level, report.text()
    assert message in found.message
    assert found.advice or level == "ok"
    assert report.exit_code == (1 if level == "fail" else 0), report.text()


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


def test_a_black_box_is_checked_by_its_values(tmp_path):
    body = "return Discovery.of('', predict=lambda X: 2.0 * X[:, 0] * X[:, -1] + 1)"
    report = _check(tmp_path, body)

    assert report.exit_code == 0, report.text()
    assert "a black box: a model, and no formula" in report.text()
    assert "R2 1.0000" in report.text() and "the same seed gave the same answer" in report.text()


def test_an_estimator_is_told_how_it_can_be_wrapped(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("class Tree:\n    def fit(self, X, y): ...\n    def predict(self, X): ...\n")
    (finding,) = check(str(path)).findings

    assert finding.level == "fail"
    assert f"method=[sklearn] method.sklearn.estimator={path}:Tree" in finding.message


def test_a_last_report_is_an_answer_though_late(tmp_path):
    report = _check(tmp_path, "task.report('x0'); time.sleep(60)", seconds=0.3)

    answers = next(one for one in report.findings if one.check.startswith("answers a simple law"))
    assert (answers.level, answers.message) == ("ok", "x0 (its last report)")
    assert [one.check for one in report.failures] == ["returns in time"]


def test_a_method_without_randomness_is_fine(tmp_path):
    report = _check(tmp_path, "return Discovery.of('5*x0 - 1')")

    end = report.text().splitlines()[-1]
    assert end.endswith("mine.py keeps the contract: 0 failed, 0 warnings"), report.text()


def test_types_that_cannot_be_checked_are_a_warning(tmp_path):
    head = HEAD.replace("k: int = 1", "k: object = 1")

    report = _check(tmp_path, "return Discovery.of('x0')", head)

    settings = next(one for one in report.findings if one.check == "settings")
    assert (settings.level, report.exit_code) == ("warn", 0)


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
