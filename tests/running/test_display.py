"""What a person sees, piped and in a terminal; and status, merge and debug."""

from __future__ import annotations

import io
import queue
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from toys import method, problem, run_all, toy_run

from bench.method import Discovery
from bench.problems.problem import Problem
from bench.running import Leases, Record, Resources, Run, Store
from bench.running.debug import debug
from bench.running.events import Event, Finished, Judged, Planned
from bench.running.perform import Job
from bench.running.progress.counts import Progress, duration
from bench.running.progress.display import Display
from bench.running.results import alongside
from bench.running.results.contents.status import experiment_status
from bench.running.results.judging import read_score
from bench.running.results.merge import Contradiction, merge
from bench.running.results.naming import NoSuchMethod
from bench.running.sandbox.answer import InvalidAnswer
from bench.scoring.steps import ScoringLimits


def show(events: list[Event], *, terminal: bool) -> str:
    out = io.StringIO()
    with Display(Console(file=out, force_terminal=terminal, width=120)) as display:
        for event in events:
            display(event)
    return out.getvalue()


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    found: list[Event] = []
    away = method("Instant", label="away", requires=("no_such_engine",))
    run_all(
        tmp_path_factory.mktemp("shown"),
        method("Instant"),
        method("Raises"),
        away,
        problems=2,
        events=found,
    )
    return found


@pytest.mark.parametrize("terminal", [True, False])
def test_what_is_shown(events: list[Event], terminal: bool) -> None:
    text = show(events, terminal=terminal)
    assert "6 runs planned" in text
    assert "method 'away' cannot run" in text
    assert "4/6 done, 2 failed" in text
    assert "Raises: 2 x error: RuntimeError: two lines of trouble; log: " in text
    assert ("\x1b[" in text) == terminal


def test_no_line_is_said_twice(
    events: list[Event], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bench.running.progress import bar, display

    monkeypatch.setattr(display, "_LINE_SECONDS", 0.0)
    said = [line.partition("] ")[2] for line in show(events, terminal=False).splitlines()
            if " done, " in line]  # fmt: skip
    assert len(said) > 2 and len(said) == len(set(said))
    for seconds, lines in ((0.0, ["1/3 judged", "2/3 judged", "3/3 judged"]), (1e9, [])):
        monkeypatch.setattr(bar, "_LINE_SECONDS", seconds)
        with bar.ProgressBar("judged") as progress:
            for done in (1, 2, 2, 3, 3):
                progress(done, 3)
        assert capsys.readouterr().out.splitlines() == lines


def test_the_last_line_of_a_count_is_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bench.running.progress import bar

    monkeypatch.setattr(bar, "_LINE_SECONDS", 0.0)
    with bar.ProgressBar("judged") as progress:
        progress(1, 9)
        monkeypatch.setattr(progress, "_next_line", float("inf"))
        for done in range(2, 10):
            progress(done, 9)
    assert capsys.readouterr().out.splitlines() == ["1/9 judged", "9/9 judged"]


@pytest.mark.parametrize("terminal", [True, False])
def test_that_runs_were_starved_is_said_once(events: list[Event], terminal: bool) -> None:
    assert "starved" not in show(
        [with_starved(event, False) for event in events], terminal=terminal
    )
    text = show([with_starved(event, True) for event in events], terminal=terminal)
    assert text.count("a run was starved") == 1


def with_starved(event: Event, starved: bool) -> Event:
    if not isinstance(event, Finished):
        return event
    resources = replace(event.record.resources, starved=starved)
    return replace(event, record=replace(event.record, resources=resources))


def test_stopping_says_how_to_go_on(events: list[Event]) -> None:
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Display(Console(file=out, width=200)) as display:
        for event in events:
            display(event)
        raise KeyboardInterrupt
    assert "stopped: 4 of 6 runs are done and kept; the same command goes on" in out.getvalue()


def test_what_is_solved_is_told_while_others_run(
    events: list[Event], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alongside, "_BEGIN_AFTER", 0.0)
    store, told = Store(tmp_path), queue.SimpleQueue[Event]()
    problems = {("toy", name): problem(name) for name in ("p0", "p1")}
    finished = [event for event in events if isinstance(event, Finished)]
    finished[0] = replace(
        finished[0], record=replace(finished[0].record, discovery=Discovery.of("x1*x0"))
    )
    patient = ScoringLimits(seconds=60.0)  # a busy machine gives little to who judges alongside
    with alongside.JudgeAlongside(store, problems, patient, told.put) as judge:
        for event in finished:
            judge(event)
        heard = [told.get(timeout=250) for _ in range(2 * len(finished))]
    judged = [event for event in heard if isinstance(event, Judged)]
    assert [event.solved for event in judged] == [True, False, False, False]
    assert all(read_score(store, event.run.key) for event in judged)
    planned = [event for event in events if isinstance(event, Planned)]
    assert "1 of 4 judged are solved" in show([*planned, *judged], terminal=False)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (200, "3 min 20 s"), (7380, "2 h 3 min"), (260_000, "3 days 0 h")],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text


# Status


def test_the_status_counts_by_method(tmp_path: Path) -> None:
    run_all(tmp_path, method("Instant"), method("Raises"), problems=2)
    changed = method("Instant", {"expression": "x1"})
    store = Store(tmp_path)
    store.add_to_plan([toy_run(changed)])
    store.record_path(toy_run(method("Raises"), "p1").key).write_text("{")
    with Leases(store.leases_folder) as leases:
        assert leases.take(toy_run(changed).key)
        status = experiment_status(store)
        alone = experiment_status(store, "Instant expression=x1")
        with pytest.raises(
            NoSuchMethod, match="'Instant expression unset', 'Instant expression=x1'"
        ):
            experiment_status(store, "Instant")
        with pytest.raises(NoSuchMethod, match="there is no method 'Instan' here; there is"):
            experiment_status(store, "Instan")
    instant, raises, other = status.as_dict()["methods"]
    assert alone.as_dict()["methods"] == [other]
    names = ("settings", "planned", "done", "ok", "running", "left")
    assert [instant[key] for key in names] == ["expression unset", 2, 2, 2, 0, 0]
    assert [other[key] for key in names] == ["expression=x1", 1, 0, 0, 1, 1]
    assert raises["settings"] == "" and raises["failed"] == {"error": 1}
    assert raises["left"] == 1
    assert [run.run_id for run in status.running] == ["Instant/toy/p0/seed0_noise0"]
    assert status.seconds_left is not None
    assert len(status.said) == 1 and "1 record cannot be read" in status.said[0]


@pytest.mark.parametrize(("told", "seconds"), [(100.0, 102.0), ("soon", 2.0), (None, 2.0)])
def test_what_is_left_counts_the_time_in_which_a_model_is_waited_for(
    told: object, seconds: float, tmp_path: Path
) -> None:
    store, done, left = Store(tmp_path), toy_run(method("Instant")), toy_run(method("Raises"))
    again = toy_run(method("Instant"), "p1")
    store.add_to_plan([done, again])
    ledger = {"model": {"waited_seconds": told}} if told else {}
    record = Record(done, "ok", "", None, (), Resources(2.0, 1.0, 1.0), ledger)
    store.write(record)
    assert experiment_status(store).methods[0].seconds_left == seconds
    progress = Progress()
    progress.take(Planned((done, again, left), (), {}, tmp_path))
    progress.take(Finished(record, tmp_path / "log"))
    assert progress.seconds_left() == seconds + left.budget.likely_seconds


def test_the_status_of_nothing_is_nothing(tmp_path: Path) -> None:
    assert experiment_status(Store(tmp_path / "none")).methods == ()
    assert not (tmp_path / "none").exists()


# Merge


def test_two_machines_results_are_joined(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    run_all(here, method("Instant"), problems=3)
    run_all(there, method("Instant"), method("Raises"), problems=4)
    (merged,) = merge(Store(here), [Store(there)])
    assert (merged.added, merged.shared) == (5, 3)
    assert len(Store(here).plan().runs) == len(list(Store(here).records())) == 8
    assert Store(here).log_path(toy_run(method("Raises")).key).exists()
    (again,) = merge(Store(here), [Store(there)])
    assert again.added == 0


def test_what_contradicts_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    here, there, into = (Store(tmp_path / name) for name in ("here", "there", "into"))
    run_all(here.folder, method("Instant"))
    run_all(there.folder, method("Instant", {"expression": "x1"}))
    record = next(iter(here.records()))
    there.write(replace(record, discovery=Discovery.of("x1")))
    with pytest.raises(Contradiction, match="gave 'x0' here and 'x1' there"):
        merge(into, [here, there])
    there.write(replace(record, provenance={**record.provenance, "data_digest": "0"}))
    with pytest.raises(Contradiction, match="the data of toy/p0 are not the same"):
        merge(into, [here, there])
    assert not into.folder.exists()
    there.record_path(record.run.key).unlink()
    assert [merged.added for merged in merge(into, [here, there])] == [1, 1]


# Debug


def job(spec_name: str, settings: dict[str, object] | None = None) -> Job:
    subject: Problem = problem("p0")
    return Job(Run(method(spec_name, settings), "toy", "1", "p0"), subject)


def test_debug_runs_here_and_lets_everything_through(capsys: pytest.CaptureFixture[str]) -> None:
    reports: list[tuple[str, float | None]] = []
    assert debug(job("Instant"), lambda *r: reports.append(r)).best.expression == "x0"
    with pytest.raises(RuntimeError, match="trouble"):
        debug(job("Raises"), lambda *r: reports.append(r))
    assert reports == [("x1", None)]
    with pytest.raises(InvalidAnswer, match="it must return a Discovery"):
        debug(job("Returns"), lambda *r: None)
