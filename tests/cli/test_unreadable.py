"""A folder of malformed plans, records and scorecards: every verb says the same of it."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import Command, Outcome

from bench.cli import main

RUN = (
    "run", "method=[linear,polynomial]", "dataset=[nguyen]", "dataset.limit=3", "budget.seconds=5",
    "experiment=x", "executor.workers=1",
)  # fmt: skip

SAID = re.compile(r"cannot be read|newer version|of nothing that is planned")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def changed(name: str, value: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))

    return change


RECORDS: list[tuple[Callable[[Path], None], str]] = [
    (cut, "cut off or damaged"),
    (emptied, "the record is empty"),
    (changed("message", "all is well"), "edited or damaged: its SHA-256 is another"),
    (changed("schema", 99), "made by a newer version"),
    (lambda path: path.write_text("[1]"), "no record of schema 2"),
]


def said(outcome: Outcome) -> list[str]:
    """What a command says it could not read."""
    assert "Traceback" not in outcome.out + outcome.err
    lines = (outcome.out + outcome.err).splitlines()
    return [line for line in lines if SAID.search(line) and "left to the newer" not in line]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a real run, to be copied."""
    place = tmp_path_factory.mktemp("made")
    with contextlib.chdir(place):
        assert main(RUN) == 0
    return place / "results"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "results") / "x"


def records_of(folder: Path) -> list[Path]:
    return sorted((folder / "records").rglob("*.json"))


def test_every_verb_says_the_same_of_what_it_cannot_read(command: Command, folder: Path) -> None:
    paths = records_of(folder)
    for (damage, _), path in zip(RECORDS, paths, strict=False):
        damage(path)
    stray = paths[0].with_name("seed9_noise0_0123456789abcdef.json")
    stray.write_bytes(paths[5].read_bytes())  # a good record, in the place of another run
    scores = sorted((folder / "scores").rglob("*.json"))
    cut(scores[0])
    changed("schema", 99)(scores[1])
    plan = folder / "plan.jsonl"
    lines = [json.loads(line) for line in plan.read_text().splitlines()]
    *others, last = lines
    more = [{**others[-1], "a_field_more": 1}, {**last, "schema": 2, "identity": "f" * 16}]
    without = {name: value for name, value in last.items() if name != "seed"}
    text = "".join(json.dumps(one) + "\n" for one in (*lines, *more, without))
    plan.write_text(text + '\n{"method": "cut o')

    first = said(command("status", "results/x"))
    assert [re.sub(r":.*| \(.*", "", line) for line in first] == [
        "2 lines of plan.jsonl cannot be read",
        "1 line of plan.jsonl made by a newer version of Rediscover",
        "4 records cannot be read",
        "1 record made by a newer version of Rediscover",
        "1 record of nothing that is planned here; rediscover prune results/x removes them",
    ]
    assert "line 11: it lacks the field 'seed'" in first[0]
    whole = said(command("leaderboard", "results/x"))
    assert whole[: len(first)] == first
    assert [line.partition(":")[0] for line in whole[len(first) :]] == [
        "1 scorecard cannot be read", "1 scorecard made by a newer version of Rediscover",
    ]  # fmt: skip
    assert said(command("leaderboard", "results/x", "--json")) == whole
    assert said(command("compare", "results/x")) == whole
    assert said(command("merge", "results/x", "-o", "results/y")) == whole
    assert json.loads(command("status", "results/x", "--json").out)["said"] == first
    ran = command(*RUN)
    assert said(ran)[: len(whole)] == whole
    assert "1 of them done before" in ran.out and "1 run left to the newer version" in ran.out
    assert said(command("status", "results/x")) == [*first[:2], *first[3:]]


@pytest.mark.parametrize("place", range(len(RECORDS)))
def test_a_record_that_cannot_be_believed_says_why_and_only_damage_is_redone(
    command: Command, folder: Path, place: int
) -> None:
    damage, why = RECORDS[place]
    path = records_of(folder)[0]
    damage(path)
    before = path.read_bytes()
    (line,) = said(command("status", "results/x"))
    assert why in line and str(path.relative_to(folder.parents[1])) in line
    assert command(*RUN, "--no-score").code == 0
    newer = "newer" in why
    assert (path.read_bytes() == before) == newer
    assert said(command("status", "results/x")) == ([line] if newer else [])


def test_prune_takes_away_what_no_plan_holds_and_nothing_else(
    command: Command, folder: Path
) -> None:
    paths = records_of(folder)
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    strays = [paths[0].with_name("seed9_noise0.json"), paths[0].with_name(".half.json.1.2.tmp")]
    for kind, suffix in (("scores", "json"), ("logs", "log")):
        strays.append(folder / kind / "gone" / "nguyen" / f"seed0_noise0_00.{suffix}")
    for path in strays:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    dry = command("prune", "results/x", "--dry-run")
    for path in strays:
        assert str(path.relative_to(folder.parents[1])) in dry.out and path.exists()
    assert command("prune", "results/x").out == dry.out.replace("to remove", "removed")
    with (folder / "plan.jsonl").open("a") as file:
        file.write("nonsense\n")
    line = "1 line of plan.jsonl that cannot be read: removed"
    assert line in command("prune", "results/x").out
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == kept
    assert "nothing removed" in command("prune", "results/x").out
