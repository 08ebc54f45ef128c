"""What the page about reading says is what the reader does."""

from __future__ import annotations

import re

import pytest
from pages import ROOT

from bench.expression import TwoReadings, parse, read
from bench.problems.variable import Variable

PAGE = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
VARIABLES = [Variable("x0"), Variable("x1"), Variable("x2")]
ROWS = [re.findall(r"`([^`]+)`", line) for line in PAGE.splitlines() if line.startswith("| `")]
READ = [row for row in ROWS if len(row) == 2]
REFUSED = [row for row in ROWS if len(row) == 3]


def test_the_tables_are_there() -> None:
    assert len(READ) > 35
    assert len(REFUSED) > 10


@pytest.mark.parametrize(("written", "canonical"), READ)
def test_what_the_page_says_is_read(written: str, canonical: str) -> None:
    assert read(written, VARIABLES).expression == parse(canonical, VARIABLES)


@pytest.mark.parametrize(("written", "first", "second"), REFUSED)
def test_what_the_page_says_is_refused(written: str, first: str, second: str) -> None:
    with pytest.raises(TwoReadings) as caught:
        read(written, VARIABLES)
    assert caught.value.readings == (first, second)
