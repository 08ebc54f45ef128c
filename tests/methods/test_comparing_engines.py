"""The comparison of engines: made in pieces, it survives its end and publishes what it has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import engines
from benchmarks.engines import Asked, compared, table, write

SUITES = ("nguyen", "srsd_easy")


def asked(folder: Path) -> Asked:
    return Asked(("linear", "polynomial"), SUITES, cpu_seconds=20.0, problems=2, folder=folder)


def test_it_is_published_after_each_problem_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = asked(tmp_path / "runs")
    first = compared(what)
    outcomes, planned = next(first)
    first.close()  # as a kill ends it, between two problems
    assert (len(outcomes), planned) == (2, 8)
    write(what, outcomes, planned, tmp_path / "engines")
    text = (tmp_path / "engines.md").read_text()
    assert "2 of 8 planned runs are done" in text and "| 0 of 1 | 0 of 1 |" in text
    assert "| srsd_easy | - | - |" in text
    assert len((tmp_path / "engines.csv").read_text().splitlines()) == 3
    json.loads((what.folder / "verdicts.json").read_text())

    ran: list[int] = []
    execute = engines.execute
    monkeypatch.setattr(engines, "execute", lambda *given: ran.append(execute(*given) or 1))
    counts = [len(found) for found, _ in compared(what)]
    assert counts == [2, 4, 6, 8] and len(ran) == 4
    *_, (found, planned) = compared(what)
    rows = "\n".join(table(what, found, planned))
    assert "8 of 8 planned runs are done" in rows and "of 2" in rows
