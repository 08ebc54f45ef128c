"""The examples on the judge's page are what the judge says."""

from __future__ import annotations

import re

import pytest
from pages import ROOT

import bench

_ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| (\w+) \| (\w+) \|", re.MULTILINE)
EXAMPLES = _ROW.findall((ROOT / "docs" / "judge.md").read_text(encoding="utf-8"))


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 5


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: " | ".join(example[:2]))
def test_an_example_is_judged_as_the_page_says(example: tuple[str, str, str, str]) -> None:
    prediction, law, exact, skeleton = example
    verdicts = bench.judge(prediction, law)
    assert (verdicts["exact"].answer, verdicts["skeleton"].answer) == (exact, skeleton)
