"""The comparison of methods: made in pieces, it survives its end and publishes what it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.running import Record, Resources, Run
from bench.running.results.record import Report
from benchmarks.search import compared as comparing
from benchmarks.search.compared import Wanted, compared
from benchmarks.search.publish import publish
from benchmarks.search.rows import RunRow, read, row_of, write
from benchmarks.search.suites import set_aside, suite
from benchmarks.search.table import table

ASKED = Wanted(("linear",), ("nguyen", "srsd_easy"), cpu_seconds=20.0, problems=2)


def test_it_is_published_after_each_problem_and_goes_on_from_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[Run]] = []
    stopped: list[bool] = []
    execute = comparing.execute

    def counted(runs: list[Run], *given: object) -> object:
        if len(ran) == 1 and not stopped:
            stopped.append(True)
            raise KeyboardInterrupt
        ran.append(runs)
        return execute(runs, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(comparing, "execute", counted)
    with pytest.raises(KeyboardInterrupt):
        publish(ASKED, folder=tmp_path)
    first = read(tmp_path / "20s.csv")
    assert len(first) == 1 and "1 run of 20 CPU seconds" in (tmp_path / "20s.md").read_text()

    publish(ASKED, folder=tmp_path)
    rows = read(tmp_path / "20s.csv")
    assert len(ran) == 4 and len(rows) == 4 and set(first) < set(rows)
    publish(ASKED, folder=tmp_path)
    assert len(ran) == 4 and read(tmp_path / "20s.csv") == rows
    publish(replace(ASKED, problems=3, suites=("nguyen",)), folder=tmp_path)
    assert len(ran) == 5 and set(rows) < set(read(tmp_path / "20s.csv"))


def test_rows_of_an_earlier_code_are_kept_and_counted_or_made_again(tmp_path: Path) -> None:
    asked = replace(ASKED, suites=("nguyen",), problems=1)
    *_, state = compared(asked, (), rerun_stale=False)
    old = [replace(row, code="earlier") for row in state.rows]
    assert "an earlier code of their method: 1." in table(old)
    *_, kept = compared(asked, old, rerun_stale=False)
    assert kept.rows == old
    *_, again = compared(asked, old, rerun_stale=True)
    assert [row.code for row in again.rows] == [row.code for row in state.rows]
    assert "earlier code" not in table(again.rows)


def test_a_larger_number_of_problems_keeps_those_of_a_smaller() -> None:
    few, many = suite("srsd_easy", 5).problems, suite("srsd_easy", 9).problems
    assert many[:5] == few and len(many) == 9
    assert len(suite("feynman10").problems) == 10
    assert suite("aifeynman_third").problems[:10] == suite("feynman10").problems


def test_half_of_each_suite_is_set_aside() -> None:
    names = {problem.name for problem in suite("srsd_easy").problems}
    assert len(set_aside("srsd_easy")) == 15 and set_aside("srsd_easy") < names


def test_the_time_of_a_law_is_that_of_the_first_report_from_which_on_it_is_the_law() -> None:
    problem = suite("nguyen").problems[0]
    truth = problem.truth or ""
    *_, state = compared(replace(ASKED, suites=("nguyen",), problems=1), (), rerun_stale=False)
    assert state.rows[0].exact == "no" and state.rows[0].found is None
    record = _record_of(state.rows[0], truth, ["x0", truth, "x0 + 1", truth, truth])
    row = row_of(record, problem)
    assert (row.exact, row.skeleton, row.found) == ("yes", "yes", 6.0)


def _record_of(row: RunRow, answer: str, reports: list[str]) -> Record:
    """A record of ten wall and fifteen CPU seconds that reported once a second."""
    from bench import Budget, Candidate, Discovery
    from bench.plugins import find_method, spec_of
    from bench.running import matrix

    suites = {row.suite: suite(row.suite, 1)}
    (run,) = matrix([spec_of(find_method(row.method))], suites, budget=Budget.of_cpu(20.0))
    said = tuple(Report(1.0 + k, text) for k, text in enumerate(reports))
    used = Resources(wall_seconds=10.0, cpu_seconds=15.0, peak_memory_mb=1.0)
    return Record(run, "ok", "", Discovery(Candidate(answer)), said, used)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    rows = [
        RunRow("a", "c", "s", "p", 0.01, 0, 30.0, 1.5, "yes", "no", 0.25, 7, 'x0 + "quoted", x1'),
        RunRow("b", "c", "s", "p", 0.01, 1, 30.0, 1.5, "undecided", "no", None, None, ""),
    ]
    write(rows, tmp_path / "deep" / "30s.csv")
    assert read(tmp_path / "deep" / "30s.csv") == rows
    assert read(tmp_path / "none.csv") == []
