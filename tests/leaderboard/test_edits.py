"""Edits made by a generator: none is read as if it had been written, and none does harm."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from results_folders import Result

from bench.leaderboard.verification.check import verify
from bench.running import Record, Store
from bench.running.results.judging import KeptScore
from bench.running.results.record import RecordError

HOSTILE: list[Any] = [None, [], {}, [[]], {"a": []}, "", "x", "../x", -1, 2**70, 1e999, True]


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value within ``value``."""
    if path:
        yield path
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(one, dict | list):
            yield from spots(one, (*path, key))
        else:
            yield (*path, key)


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of ``value`` with ``new`` at ``path``."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copy


def record() -> str:
    return Result(cpu_seconds=3.0).record.to_json()


def score() -> str:
    return KeptScore(Result().run.digest, Result().card).to_json()


@pytest.mark.parametrize(
    ("text", "read"), [(record(), Record.from_json), (score(), KeptScore.from_json)]
)
def test_no_edit_of_any_value_is_read_as_what_was_written(
    text: str, read: Callable[[str], object]
) -> None:
    value = json.loads(text)
    read(text)
    for spot, new in itertools.product(spots(value), HOSTILE):
        edited = json.dumps(changed(value, spot, new))
        if edited != json.dumps(value):
            with pytest.raises(RecordError):
                read(edited)


@pytest.mark.parametrize("turn", range(4))
def test_no_cell_of_a_table_can_be_edited(folder: Path, turn: int) -> None:
    table = folder / "leaderboard.csv"
    rows = list(csv.reader(io.StringIO(table.read_text())))
    (folder / "leaderboard.manifest.json").unlink()  # only what the records come to is left
    cells = [(row, column) for row in (1, 2) for column in range(len(rows[0]))
             if rows[0][column] != "stale"]  # fmt: skip
    for row, column in random.Random(turn).sample(cells, 4):
        other = [list(one) for one in rows]
        cell = other[row][column]
        other[row][column] = "0.123" if cell != "0.123" else ""
        with table.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(other)
        found = verify(Store(folder), sample=0).faults
        assert any(one.word == "edited" and rows[0][column] in one.why for one in found)


@pytest.mark.parametrize("turn", range(3))
def test_no_value_of_another_kind_brings_it_down(folder: Path, turn: int) -> None:
    """Fields of plan and configuration hold what they may not: a sample of all pairs."""
    plan = folder / "plan.jsonl"
    lines = [json.loads(line) for line in plan.read_text().splitlines()]
    config = folder / "config.yaml"
    asked = yaml.safe_load(config.read_text())
    originals = {plan: plan.read_text(), config: config.read_text()}
    cases = [(plan, lines, spot) for spot in spots(lines)]
    cases += [(config, asked, spot) for spot in spots(asked) if spot[0] not in ("model", "hydra")]
    pairs = list(itertools.product(cases, HOSTILE))[turn * 29 :: 88]
    assert pairs
    for (path, value, spot), new in pairs:
        edited = changed(value, spot, new)
        if path == plan:
            text = "".join(f"{json.dumps(line)}\n" for line in edited)
        else:
            text = yaml.safe_dump(edited)
        path.write_text(text)
        verify(Store(folder), sample=0, called="DIR")
        path.write_text(originals[path])
