"""The index of a results folder: quick where it is right, never the truth."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from toys import method, toy_run

from bench.basics.files import write_whole
from bench.basics.paths import cache_folder
from bench.method import Discovery
from bench.running import Record, Resources, Store
from bench.running.results.contents import files, index, kept, planned
from bench.running.results.contents.files import Files
from bench.running.results.contents.holdings import Holdings
from bench.running.results.contents.made import failed_or_unjudged, made_so_far
from bench.running.results.judging import KeptScore
from bench.running.results.naming import MethodNames
from bench.running.results.store import relative_path
from bench.scoring.scorecard import Scorecard

COUNT = 6


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Records that were made a while ago, and an index for as few as there are."""
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "_FEWEST", 1)
    monkeypatch.setattr(index, "_AT_ONCE", 4)
    store = Store(tmp_path / "results")
    runs = [toy_run(method("Instant"), f"p{k}") for k in range(COUNT)]
    store.add_to_plan(runs)
    for k, run in enumerate(runs):
        found = Discovery.of("x0")
        path = store.write(Record(run, "ok", "", found, (), Resources(float(k), 1.0, 1.0), {}))
        os.utime(path, (1e9, 1e9))
    os.utime(store.plan_path, (1e9, 1e9))
    return store


def walls(store: Store) -> list[float]:
    holdings = Holdings.of(store)
    chosen = holdings.chosen.tolist()
    seconds = holdings.records.numbers["wall_seconds"].tolist()
    return [seconds[row] if row >= 0 else -1.0 for row in chosen]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The records that were read rather than taken from the index."""
    from bench.running.results.contents import holdings

    names: list[str] = []
    real = holdings.record_row
    monkeypatch.setattr(
        holdings,
        "record_row",
        lambda path, on_read: (names.append(path.parent.name), real(path, on_read))[1],
    )
    return names


def test_what_was_read_is_not_read_again_and_what_changed_is(store: Store, read: list[str]) -> None:
    expected = [float(k) for k in range(COUNT)]
    assert walls(store) == expected and len(read) == COUNT
    read.clear()
    assert walls(store) == expected and read == []
    path = store.record_path(toy_run(method("Instant"), "p2").key)
    path.write_text("{")
    os.utime(path, (1e9 + 1, 1e9 + 1))
    assert walls(store) == [*expected[:2], -1.0, *expected[3:]] and read == ["p2"]
    path.unlink()
    read.clear()
    assert walls(store) == [*expected[:2], -1.0, *expected[3:]] and read == []


def test_a_record_edited_just_now_is_read_again_though_its_size_and_time_are_the_same(
    store: Store, read: list[str]
) -> None:
    path = store.record_path(toy_run(method("Instant"), "p1").key)
    path.write_text(path.read_text())
    walls(store)
    facts = path.stat()
    text = path.read_text().replace('"wall_seconds": 1.0', '"wall_seconds": 9.0')
    path.write_text(text)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    read.clear()
    assert walls(store)[1] == -1.0 and read == ["p1"]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "another file": lambda content: json.dumps({"a": 1}).encode(),
    "zeros": lambda content: bytes(len(content)),
    "flipped": lambda content: content[:200] + bytes([content[200] ^ 255]) + content[201:],
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_index_is_as_if_there_was_none(store: Store, read: list[str], name: str) -> None:
    before = walls(store)
    paths = list((cache_folder() / "index").iterdir())
    assert len(paths) == 2  # of the plan and of the records
    for path in paths:
        path.write_bytes(DAMAGE[name](path.read_bytes()))
    assert walls(store) == before


def test_the_index_of_other_code_is_not_used(
    store: Store, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = walls(store)
    monkeypatch.setattr(kept, "_code", lambda: "other")
    read.clear()
    assert walls(store) == before and len(read) == COUNT


def test_nothing_is_written_into_the_folder_and_no_cache_is_needed(
    store: Store, tmp_path: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in store.folder.rglob("*")}
    expected = walls(store)
    (tmp_path / "cache" / "index").rename(tmp_path / "gone")
    (tmp_path / "cache" / "index").write_text("in the way")
    assert walls(store) == expected
    assert {path: path.stat().st_mtime_ns for path in store.folder.rglob("*")} == before


ODD_LINES = (
    "{",
    '{"schema": 9, "new": true}',
    '{"method": "a", "seed": 1.5}',
)


def test_the_plan_in_columns_says_what_the_plan_says_first_and_when_it_is_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [
        replace(toy_run(method("Instant", label=label), f"p/{k}.\u03b1"), seed=seed, noise=noise)
        for k, (label, seed, noise) in enumerate(
            [("a b", 10**30, 0.0), ("\u03b2-1", -1, 1e-9), ("a b", 2**53 + 1, 0.1)]
        )
    ]
    store.add_to_plan(runs)
    with store.plan_path.open("a") as file:
        file.write("\n".join(ODD_LINES) + "\n")
    os.utime(store.plan_path, (1e9, 1e9))
    plan = store.plan()
    assert len(plan.runs) == COUNT + 3 and len(plan.unread) == 2 and plan.newer
    for again in (False, True):
        if again:
            monkeypatch.setattr(planned, "read_plan", lambda path: pytest.fail("read again"))
        found = planned.PlannedRuns.of(store.plan_path)
        assert list(found) == list(plan.runs.values())
        assert (found.setups, found.unread, found.newer) == (plan.setups, plan.unread, plan.newer)
        assert found.places == [relative_path(slot) for slot in plan.runs]
        names = MethodNames.of(plan.runs.values(), plan.setups)
        assert list(found.texts.texts()) == names.texts(plan.runs.values())


def test_a_plan_that_grew_is_read_again(store: Store) -> None:
    os.utime(store.plan_path, (1e9, 1e9))
    assert len(planned.PlannedRuns.of(store.plan_path)) == COUNT
    store.add_to_plan([toy_run(method("Instant"), "another")])
    os.utime(store.plan_path, (1e9, 1e9))
    assert len(planned.PlannedRuns.of(store.plan_path)) == COUNT + 1


def test_what_is_done_and_judged_is_not_read_again(store: Store, read: list[str]) -> None:
    runs = [toy_run(method("Instant"), f"p{k}") for k in range(COUNT)]
    for k, run in enumerate(runs[:-1]):
        card = Scorecard(run.problem, "table", "x0", "old" if k == 1 else "now")
        store.write_text(store.score_path(run.key), KeptScore(run.digest, card).to_json())
    walls(store)
    read.clear()
    made = made_so_far(store, [*runs, toy_run(method("Instant"), "another")])
    assert [one.clock_seconds for one in made[:-1]] == [float(k) for k in range(COUNT)]
    assert [one.is_to_be_done for one in made] == [False] * COUNT + [True]
    unjudged = failed_or_unjudged(store, ["now"])
    assert {record.run.problem for record in unjudged} == {"p1", f"p{COUNT - 1}"}
    assert len(list(failed_or_unjudged(store, ()))) == COUNT
    assert read == []


def test_of_a_damaged_record_and_a_failure_is_told(store: Store) -> None:
    runs = [toy_run(method("Instant"), f"p{k}") for k in range(COUNT)]
    store.record_path(runs[0].key).write_text("{")
    store.write(Record(runs[1], "error", "it broke", None, (), Resources(1.0, 1.0, 1.0)))
    damaged, failed, *_ = made_so_far(store, runs)
    assert damaged.is_to_be_done and "cut off" in damaged.damaged[0][1]
    assert (failed.status, failed.is_to_be_done) == ("error", False)


def _write_anew(path: Path) -> None:
    path.write_text(path.read_text() + " ")


CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda path: None,
    "edited in place": _write_anew,
    "removed": Path.unlink,
    "moved within its folder": lambda path: path.rename(path.with_name("another.json")) and None,
    "copied": lambda path: path.with_name("copy.json").write_bytes(path.read_bytes()) and None,
    "in a new folder": lambda path: shutil.copytree(path.parent, path.parents[1] / "new") and None,
    "gone with its folder": lambda path: shutil.rmtree(path.parent),
    "all gone": lambda path: shutil.rmtree(path.parents[2]),
    "replaced": lambda path: write_whole(path, b"{}"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_folders_that_have_not_changed_are_not_listed_and_every_change_is_seen(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(files, "_SETTLED_NS", 50_000_000)
    time.sleep(0.1)  # a change now has another time than those before, whatever the clock's step
    top = store.records_folder
    first = Files.below(top)
    listed: list[str] = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: (listed.append(path), real(path))[1])
    CHANGES[name](next(top.rglob("*.json")))
    listed.clear()
    again = first.again()
    assert bool(listed) == (name not in ("nothing", "edited in place"))
    now = Files.below(top)
    assert sorted(zip(again.names, again.sizes, again.stamps, strict=True)) == sorted(
        zip(now.names, now.sizes, now.stamps, strict=True)
    )
    assert again.same(first) == (name == "nothing")


def test_a_folder_that_has_changed_just_now_is_listed_again(store: Store) -> None:
    first = Files.below(store.records_folder)
    assert set(first.folders.values()) == {0}
    for path in store.records_folder.rglob("*.json"):
        path.rename(path.with_name("another.json"))
    assert not first.again().same(first)
