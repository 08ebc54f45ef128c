"""The lock file: what was installed when the runs of a results folder were started."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
from toys import method, run_all

from bench.running.events import Event, Note
from bench.running.results import lock
from bench.running.results.lock import (
    add_to_lock,
    environment_here,
    lock_path,
    read_lock,
    unread_lines,
)
from bench.running.results.store import Store


def notes(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def test_every_distribution_is_there_in_the_version_that_imports_find() -> None:
    expected: dict[str, str] = {}
    for one in distributions():
        expected.setdefault(one.metadata["Name"], one.version)
    assert len(expected) > 20 and environment_here.__wrapped__().packages == expected


def test_runs_from_another_environment_are_noted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[Event] = []
    store = Store(tmp_path)
    run_all(tmp_path, method("Instant"), events=events)
    here = environment_here()
    assert here.packages["numpy"] == version("numpy")
    assert read_lock(store) == [here] and notes(events) == []
    content = lock_path(store).read_bytes()
    other = replace(here, python="CPython 3.99.0", packages={**here.packages, "numpy": "99.0"})
    monkeypatch.setattr(lock, "environment_here", lambda: other)
    run_all(tmp_path, method("Instant"), events=events)  # nothing is started
    assert lock_path(store).read_bytes() == content and notes(events) == []
    run_all(tmp_path, method("Instant"), problems=2, events=events)
    assert read_lock(store) == [here, other]
    (note,) = notes(events)
    assert note.startswith("this environment differs in 2 things from that of the first runs here")
    assert f"Python CPython 3.99.0 (then {here.python})" in note
    assert f"numpy 99.0 (then {version('numpy')})" in note
    run_all(tmp_path, method("Instant"), problems=3, events=events)
    assert len(notes(events)) == 1  # it is known by now
    assert read_lock(store) == [here, other]


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "3", '{"python": 1, "system": "", "packages": {}}', "[" * 9999]
)
def test_a_line_that_says_no_environment_is_none(tmp_path: Path, line: str) -> None:
    store = Store(tmp_path)
    lock_path(store).write_text(line)  # cut off: no line is put behind it
    add_to_lock(store, [environment_here()])
    assert read_lock(store) == [environment_here()]
    assert list(unread_lines(store)) == ([1] if line else [])
