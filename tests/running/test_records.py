"""Records, store and plan: what is written is read back, what is damaged is not believed."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import dataset, method, small_disk

from bench.method import Budget, Candidate, Discovery
from bench.running import (
    MethodSpec,
    Record,
    RecordError,
    Report,
    Resources,
    Run,
    Store,
    StoreError,
    matrix,
)
from bench.running.results.content import with_content
from bench.running.results.contents.prune import prune, waste_in
from bench.running.results.store import write_whole


def a_run(**changes: object) -> Run:
    run = Run(method("Instant"), "toy", "1", "p0", budget=Budget(seconds=2))
    return replace(run, **changes)  # type: ignore[arg-type]


def a_record(run: Run | None = None) -> Record:
    front = (Candidate("x0", 1, 0.5), Candidate("x0*x1", 3, None))
    return Record(
        run=run or a_run(),
        status="ok",
        message="",
        discovery=Discovery(front[1], front),
        reports=(Report(0.1, "x0", 0.5), Report(0.2, "x0*x1")),
        resources=Resources(0.3, 0.2, 50.0),
        provenance={"host": "here", "data_digest": "ab"},
    )


def test_a_record_comes_back_as_it_was() -> None:
    record = a_record()
    assert record.discovery is not None
    counted = replace(record.discovery, counts={"refused": 3})
    again = Record.from_json(replace(record, discovery=counted).to_json())
    assert again == record and again.discovery is not None
    assert again.discovery.counts == {"refused": 3}


def test_a_pipe_in_the_place_of_a_record_is_damaged_and_waited_for_by_nobody(
    tmp_path: Path,
) -> None:
    store, run = Store(tmp_path), a_run()
    path = store.record_path(run.key)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    with pytest.raises(RecordError, match="empty"):
        store.read(run.key)


def test_losses_that_are_no_numbers_are_kept_as_none() -> None:
    best = Candidate("x0", float("nan"), float("inf"))
    record = replace(a_record(), discovery=Discovery(best, ()))
    again = Record.from_json(record.to_json())
    assert again.discovery == Discovery(Candidate("x0", None, None), ())


@given(cut=st.integers(0, 400))
def test_a_record_cut_anywhere_is_refused(cut: int) -> None:
    text = a_record().to_json().rstrip()
    with pytest.raises(RecordError):
        Record.from_json(text[: len(text) * cut // 401])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "fine"}, "status 'fine'"),
        ({"schema": 1}, "no record of schema"),
        ({"schema": 99}, "made by a newer version"),
        ({"seed": 7}, "digest is not that of the run"),
        ({"message": 3}, "wrong field"),
        ({"resources": {"wall_seconds": 1}}, "wrong field"),
        ({"discovery": {"front": []}}, "lacks the field 'best'"),
        ({"reports": [[1]]}, "wrong field"),
        ({"method": {"label": "a"}}, "lacks the field"),
    ],
)
def test_a_record_of_another_shape_says_what_is_wrong(change: dict, message: str) -> None:
    value = with_content({**json.loads(a_record().to_json()), **change})
    with pytest.raises(RecordError, match=message):
        Record.from_json(json.dumps(value))


def test_the_store_tells_damaged_records_from_good_ones(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for seed in range(4):
        store.write(a_record(a_run(seed=seed)))
    path = store.record_path(a_run(seed=1).key)
    path.write_text(path.read_text()[:100])
    store.record_path(a_run(seed=2).key).write_text("")
    (path.parent / ".seed9_noise0.json.1.2.tmp").write_text("half")
    damaged = {}
    good = list(store.records(lambda p, error: damaged.update({p.name[:5]: str(error)})))
    assert sorted(record.run.seed for record in good) == [0, 3]
    assert sorted(damaged) == ["seed1", "seed2"]
    assert "empty" in damaged["seed2"]
    with pytest.raises(RecordError, match=r"seed\d_noise0_\w{16}\.json: "):
        list(store.records())


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


@settings(deadline=None)
@given(first=NAMES, second=NAMES)
def test_any_problem_name_has_a_path_of_its_own(first: str, second: str) -> None:
    store = Store("results")
    paths = [store.record_path(a_run(problem=name).key) for name in (first, second)]
    assert (paths[0] == paths[1]) == (first == second)
    for path in paths:
        assert ".." not in path.parts
        assert path.parts[:2] == ("results", "records")
        assert len(path.parts) == 6
        assert all(len(part.encode()) <= 255 for part in path.parts)


def test_a_full_disk_is_a_clear_message_and_no_record(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        store = Store(disk / "experiment")
        store.write(a_record())
        big = replace(a_record(a_run(seed=1)), message="x" * 400_000)
        with pytest.raises(StoreError, match="no space left for results in") as caught:
            store.write(big)
        assert caught.value.errno == errno.ENOSPC
        assert [record.run.seed for record in store.records()] == [0]
        assert not list(disk.rglob("*.tmp"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match=str(tmp_path)):
        Store(tmp_path).write(a_record())


# The plan


def runs(methods: list[MethodSpec], **more: object) -> list[Run]:
    return matrix(methods, {"toy": dataset(3)}, **more)  # type: ignore[arg-type]


def test_the_matrix_holds_every_run_once() -> None:
    found = runs([method("Instant"), method("Sleepy")], seeds=[0, 1], noise=[0, 0.01])
    assert len({run.id for run in found}) == len(found) == 3 * 2 * 2 * 2
    assert found[0].id == "Instant/toy/p0/seed0_noise0"
    assert found[1].id == "Sleepy/toy/p0/seed0_noise0"
    assert "Instant/toy/p2/seed1_noise0.01" in {run.id for run in found}


def test_two_methods_of_one_label_are_refused() -> None:
    with pytest.raises(ValueError, match="two methods are labelled 'a'"):
        runs([method("Instant", label="a"), method("Sleepy", label="a")])


def test_the_digest_is_over_what_may_change_the_result_and_nothing_else() -> None:
    run = a_run()
    spec = run.method
    same = [
        a_run(method=replace(spec, label="other")),
        a_run(method=replace(spec, worker={"start": "fresh"})),
        a_run(budget=Budget(seconds=2.0)),
        a_run(noise=0),
    ]
    other = [
        a_run(method=replace(spec, settings={"expression": "x1"})),
        a_run(method=replace(spec, target="other:Class")),
        a_run(budget=Budget(seconds=3)),
        a_run(budget=Budget(seconds=2, threads=2)),
        a_run(seed=1),
        a_run(noise=0.01),
        a_run(data_seed=1),
        a_run(version="2"),
        a_run(problem="p1"),
        a_run(disclosure="full"),
    ]
    assert {r.digest for r in same} == {run.digest}
    assert len({r.digest for r in [run, *other]}) == 1 + len(other)
    assert len({r.slot.rpartition("_")[2] for r in [run, *other]}) == 1 + len(other)
    recoded = a_run(method=replace(spec, source="ab" * 32))
    assert recoded.digest != run.digest and recoded.slot == run.slot and recoded.key != run.key


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "module.Class"}, "has no class"),
        ({"worker": {"pyhton": "x"}}, "worker has no key 'pyhton'"),
        ({"worker": {"start": "warm"}}, "choose one of fork, fresh, keep"),
    ],
)
def test_a_method_that_makes_no_sense_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(method("Instant"), **change)


def test_the_plan_is_the_union_of_all_commands_and_the_latest_code_holds(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = runs([method("Instant")])
    store.add_to_plan(first)
    size = store.plan_path.stat().st_size
    store.add_to_plan(first)
    assert store.plan_path.stat().st_size == size
    changed = runs([method("Instant", {"expression": "x1"})])[:1]
    recoded = runs([method("Instant", source="ab" * 32)])[:1]
    store.add_to_plan([*changed, *recoded, *runs([method("Sleepy")])])
    plan = store.plan()
    assert len(plan.runs) == 3 + 1 + 3 and len(plan.setups) == 3
    assert plan.runs[changed[0].slot].source == ""
    code = recoded[0].method.source
    assert len(code) == 64 and plan.runs[first[0].slot].source == code
    assert plan.runs[first[1].slot].source == ""
    assert plan.setup_of(plan.runs[changed[0].slot]) == changed[0].setup


def test_a_plan_cut_in_a_line_is_mended(tmp_path: Path) -> None:
    store = Store(tmp_path)
    wanted = runs([method("Instant")])
    store.add_to_plan(wanted)
    content = store.plan_path.read_bytes()
    store.plan_path.write_bytes(content[:-40])
    assert len(store.plan().runs) == 2 and list(store.plan().unread) == [4]
    store.add_to_plan(wanted)
    assert set(store.plan().runs) == {run.slot for run in wanted}


def test_a_record_whose_line_of_the_plan_is_damaged_is_not_pruned(tmp_path: Path) -> None:
    store = Store(tmp_path)
    wanted = runs([method("Instant")])
    for damage in ({"seed": None}, {"schema": 99}, None):
        shutil.rmtree(tmp_path)
        store.add_to_plan(wanted)
        for run in wanted:
            store.write(a_record(run))
        lines = store.plan_path.read_text().splitlines()
        broken = "{" if damage is None else json.dumps({**json.loads(lines[-1]), **damage})
        store.plan_path.write_text("\n".join([*lines[:-1], broken, ""]))
        waste = waste_in(store)
        assert (waste.records, waste.kept) == ((), 1), damage
        store.add_to_plan(wanted)  # as rediscover run does, before another prune
        prune(store, waste_in(store))
        assert len(list(store.records())) == len(wanted)


def test_a_folder_cleared_away_while_a_file_is_written_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a" / "b" / "record.json"
    synced, cleared = os.fsync, []

    def clear_once(descriptor: int) -> None:
        synced(descriptor)
        if not cleared:
            cleared.append(True)
            shutil.rmtree(tmp_path / "a")

    monkeypatch.setattr("bench.basics.files.os.fsync", clear_once)
    write_whole(path, b"whole")
    assert cleared and path.read_bytes() == b"whole"
    assert [file.name for file in path.parent.iterdir()] == ["record.json"]
