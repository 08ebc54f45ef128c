"""The comparison of engines: made in pieces, it survives its end and publishes what it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import engines
from benchmarks.engines import Asked, compared, read, table, write

SUITES = ("nguyen", "srsd_easy")


ASKED = Asked(("linear", "polynomial"), SUITES, cpu_seconds=20.0, problems=2)


def test_it_is_published_after_each_problem_and_goes_on_from_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compared(ASKED)
    rows, planned = next(first)
    first.close()  # as a kill ends it, between two problems
    assert (len(rows), planned) == (2, 8)
    write(ASKED, rows, planned, tmp_path / "engines")
    text = (tmp_path / "engines.md").read_text()
    assert "2 of 8 planned runs are done" in text and "| 0 of 1 | 0 of 1 |" in text
    assert "| srsd_easy | - | - |" in text
    published = read(tmp_path / "engines.csv")
    assert published == rows

    ran: list[int] = []
    execute = engines.execute
    monkeypatch.setattr(engines, "execute", lambda *given: ran.append(execute(*given) or 1))
    *counts, (found, planned) = compared(ASKED, published)
    assert [len(some) for some, _ in counts] == [2, 4, 6] and len(ran) == 3
    text = "\n".join(table(ASKED, found, planned))
    assert "8 of 8 planned runs are done" in text and "of 2" in text
    *_, (again, _) = compared(ASKED, found)
    assert again == found and len(ran) == 3
    other = [replace(found[0], code="other"), *found[1:]]
    remade, _ = next(compared(ASKED, other))
    assert len(ran) == 4 and {row.key for row in remade} == {row.key for row in found}
