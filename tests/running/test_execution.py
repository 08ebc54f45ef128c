"""From a plan to records: resuming, retrying, what a worker is told, and where it may run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toys import (
    dataset,
    log_of,
    method,
    problem,
    run_all,
    run_one,
    run_together,
    small_disk,
    toy_run,
)  # fmt: skip

from bench.kinds import Conditions
from bench.kinds.table.noise import noisy_target
from bench.method import Budget
from bench.problems.portable.normal import standard_normal
from bench.running import (
    Leases,
    LocalExecutor,
    Record,
    Resources,
    Store,
    StoreError,
    execute,
    matrix,
)
from bench.running.events import Damaged, Elsewhere, Event, Finished, Planned, Started


def kinds(events: list[Event]) -> dict[str, int]:
    return dict(Counter(type(event).__name__ for event in events))


def ran(diary: Path) -> int:
    return len(diary.read_text().splitlines()) if diary.exists() else 0


def test_the_same_call_again_runs_nothing(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    sleepy = method("Sleepy", {"seconds": 0, "diary": str(diary)})
    events: list[Event] = []
    first = run_all(tmp_path / "r", sleepy, problems=3, seeds=[0, 1], workers=2, events=events)
    assert kinds(events) == {"Planned": 1, "Started": 6, "Finished": 6}
    assert len(first) == ran(diary) == 6
    events.clear()
    assert run_all(tmp_path / "r", sleepy, problems=3, seeds=[0, 1], events=events) == first
    assert kinds(events) == {"Planned": 1}
    assert isinstance(events[0], Planned)
    assert len(events[0].done) == 6
    assert ran(diary) == 6
    assert not list((tmp_path / "r" / "leases").iterdir())


def test_a_setting_that_matters_makes_new_runs_and_one_that_does_not_resumes(
    tmp_path: Path,
) -> None:
    run_one(tmp_path, method("Instant"))
    events: list[Event] = []
    fresh = method("Instant", worker={"start": "fresh"})
    run_one(tmp_path, fresh, workers=2, events=events)
    assert kinds(events) == {"Planned": 1}
    run_all(tmp_path, method("Instant", {"expression": "x1"}), events=events)
    answers = [record.discovery.best.expression for record in Store(tmp_path).records()]  # type: ignore[union-attr]
    assert sorted(answers) == ["x0", "x1"]
    assert kinds(events) == {"Planned": 2, "Started": 1, "Finished": 1}


def test_a_damaged_record_is_reported_and_redone(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Instant"))
    path = Store(tmp_path).record_path(record.run.key)
    for damage in (path.read_bytes()[:200], b"", b"\0" * 500):
        path.write_bytes(damage)
        events: list[Event] = []
        again = run_one(tmp_path, method("Instant"), events=events)
        assert again.status == "ok"
        assert [event.path for event in events if isinstance(event, Damaged)] == [path]


def test_a_results_folder_half_deleted_is_made_whole(tmp_path: Path) -> None:
    first = run_all(tmp_path, method("Instant"), problems=4)
    store = Store(tmp_path)
    store.plan_path.unlink()
    for record in list(first.values())[:2]:
        store.record_path(record.run.key).unlink()
    events: list[Event] = []
    again = run_all(tmp_path, method("Instant"), problems=4, events=events)
    assert set(again) == set(first)
    assert {run.id for run in store.plan().runs.values()} == set(first)
    assert kinds(events)["Finished"] == 2


def test_statuses_that_are_asked_for_run_again(tmp_path: Path) -> None:
    both = (method("Instant"), method("Raises"))
    run_all(tmp_path, *both)
    events: list[Event] = []
    run_all(tmp_path, *both, retry=("error", "crash"), events=events)
    assert [e.record.run.method.label for e in events if isinstance(e, Finished)] == ["Raises"]


def test_a_missing_engine_is_planned_and_reported_and_leaves_no_record(tmp_path: Path) -> None:
    file = tmp_path / "away.py"
    file.write_text(
        "class Away:\n    @classmethod\n    def missing(cls):\n        return 'no Julia: get it'\n"
    )
    away = replace(method("Instant", label="away"), target=f"{file}:Away")
    absent = method("Instant", label="absent", requires=("no_such_engine",))
    events: list[Event] = []
    records = run_all(tmp_path / "r", away, absent, method("Instant"), events=events)
    assert list(records) == ["Instant/toy/p0/seed0_noise0"]
    assert isinstance(events[0], Planned)
    assert events[0].missing["away"] == "no Julia: get it"
    assert "no_such_engine" in events[0].missing["absent"]
    assert len(Store(tmp_path / "r").plan().runs) == 3


def test_what_cannot_be_made_again_is_kept(tmp_path: Path) -> None:
    absent = method("Instant", requires=("no_such_engine",))
    nothing = Resources(1.0, 1.0, 1.0)
    (run,) = matrix([absent], {"toy": dataset(1)}, budget=Budget(seconds=20, memory_mb=1000))
    Store(tmp_path).write(Record(run, "error", "made elsewhere", None, (), nothing))
    assert len(run_all(tmp_path, absent, retry=("error",))) == 1


def test_a_run_held_by_another_process_is_waited_for_and_taken_when_it_is_let_go(
    tmp_path: Path,
) -> None:
    other = Leases(tmp_path / "leases")
    assert other.take(toy_run(method("Instant"), "p1").key)

    def let_go(event: Event) -> None:
        if isinstance(event, Elsewhere):
            other.close()

    events: list[Event] = []
    records = run_all(tmp_path, method("Instant"), problems=3, events=events, on_event=let_go)
    assert len(records) == 3
    assert [event.run.problem for event in events if isinstance(event, Elsewhere)] == ["p1"]
    finished = [event.record.run.problem for event in events if isinstance(event, Finished)]
    assert finished == ["p0", "p2", "p1"]


def test_data_that_cannot_be_had_are_no_failure_of_the_method(tmp_path: Path) -> None:
    class Broken:
        def data(self, problem: object, seed: int) -> object:
            raise OSError("the file is gone")

    broken = replace(problem("p0"), source=Broken())  # type: ignore[arg-type]
    datasets = {"toy": replace(dataset(), problems=(broken,))}
    store = Store(tmp_path)
    execute(matrix([method("Instant")], datasets), datasets, store, LocalExecutor(1))
    (record,) = store.records()
    assert (record.status, record.message) == ("no_data", "OSError: the file is gone")
    assert "Traceback" in log_of(tmp_path, record)


def told(tmp_path: Path, **more: object) -> dict[str, list[str]]:
    """What a method was told, word by word."""
    record = run_one(tmp_path, method("Telling"), **more)
    assert record.status == "ok", record.message
    lines = log_of(tmp_path, record).splitlines()
    return {words[0]: words[1:] for words in map(str.split, lines)}


def test_a_method_is_told_what_is_disclosed_and_no_more(tmp_path: Path) -> None:
    blind = told(tmp_path / "blind")
    assert blind["names"] == ["x0", "x1"]
    assert blind["symbols"] == blind["meanings"] == blind["description"] == []
    assert blind["rows"] == ["10", "2", "writeable", "False"]
    assert blind["threads"] == ["1", "1"]
    symbols = told(tmp_path / "symbols", disclosure="symbols")
    assert (symbols["symbols"], symbols["meanings"]) == (["m", "a"], [])
    full = told(tmp_path / "full", disclosure="full")
    assert full["meanings"] == ["the", "mass", "the", "acceleration"]
    assert full["description"] == ["Newton's", "second", "law"]


def test_the_truth_and_the_test_data_are_in_no_message_to_a_worker(tmp_path: Path) -> None:
    secret = replace(problem("p0"), formula="F = m a", constraints=("x0 > 0",))
    datasets = {"toy": replace(dataset(), problems=(secret,))}
    sent: list[bytes] = []
    from bench.running.sandbox import wire

    original = wire.send
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            wire,
            "send",
            lambda sock, message, fd=None: (
                sent.append(wire.pack(message)),
                original(sock, message, fd),
            )[1],
        )
        store = Store(tmp_path)
        execute(matrix([method("Instant")], datasets), datasets, store, LocalExecutor(1))
    everything = b"".join(sent)
    assert b"x0*x1" not in everything
    assert b"F = m a" not in everything
    assert b"1001" not in everything
    (path,) = (tmp_path / "records").rglob("*.json")
    assert "x0*x1" not in path.read_text()


def test_noise_is_on_the_training_target_and_the_same_for_every_method(tmp_path: Path) -> None:
    first = told(tmp_path / "a", noise=[0.1])["target"]
    again = told(tmp_path / "b", noise=[0.1])["target"]
    clean = told(tmp_path / "c")["target"]
    other = told(tmp_path / "d", noise=[0.1], seeds=[1])["target"]
    assert first == again
    assert len({tuple(first), tuple(clean), tuple(other)}) == 3


def test_noise_has_the_level_asked_for_and_its_bits_are_pinned() -> None:
    y = np.full(100_000, -3e20)
    noise = noisy_target(problem("p0"), Conditions(noise=0.01), y) - y
    assert np.std(noise) == pytest.approx(3e18, rel=0.02)
    assert abs(np.mean(noise)) < 5e16
    draws = standard_normal(100_000, 1)
    assert np.mean(draws**4) == pytest.approx(3, rel=0.05)
    assert [value.hex() for value in draws[:2]] == PINNED


PINNED = ["0x1.15354aa2751b2p-6", "0x1.4a184478ce32dp-1"]


def test_threads_follow_the_budget(tmp_path: Path) -> None:
    datasets = {"toy": dataset()}
    runs = matrix([method("Telling")], datasets, budget=Budget(seconds=5, threads=2))
    store = Store(tmp_path)
    execute(runs, datasets, store, LocalExecutor(1))
    (record,) = store.records()
    assert "threads 2 2" in log_of(tmp_path, record)


def seen(folder: Path, records: dict[str, Record]) -> list[int]:
    """For each run, how many its process had done before."""
    return sorted(int(log_of(folder, record).split()[1]) for record in records.values())


@pytest.mark.parametrize(
    ("start", "expected"), [("fork", [0, 0, 0]), ("fresh", [0, 0, 0]), ("keep", [0, 1, 2])]
)
def test_how_a_worker_starts(tmp_path: Path, start: str, expected: list[int]) -> None:
    spec = method("Counts", worker={"start": start})
    records = run_all(tmp_path, spec, problems=3, seconds=5)
    assert {record.status for record in records.values()} == {"ok"}
    assert seen(tmp_path, records) == expected


ALONE, NOT_ALONE = [0, 1, 2], [0, 0, 1]
OVERRUNS = {
    "sleep": ALONE, "report": ALONE, "return": ALONE,
    "ignore": NOT_ALONE, "thread": NOT_ALONE, "child": NOT_ALONE,
}  # fmt: skip


def test_a_kept_worker_that_overruns_is_kept_where_it_comes_back_alone(tmp_path: Path) -> None:
    def runs(overrun: str) -> dict[str, Record]:
        spec = method("Compiles", {"overrun": overrun}, worker={"start": "keep"})
        return run_all(tmp_path / overrun, spec, seeds=[0, 99, 1], seconds=2.0)

    with ThreadPoolExecutor(3) as pool:  # they mostly sleep
        found = dict(zip(OVERRUNS, pool.map(runs, OVERRUNS), strict=True))
    for overrun, records in found.items():
        expected = OVERRUNS[overrun]
        by_seed = {record.run.seed: record for record in records.values()}
        assert {seed: record.status for seed, record in by_seed.items()} == {
            0: "ok", 99: "timeout", 1: "ok"
        }, (overrun, [record.message for record in by_seed.values()])  # fmt: skip
        assert by_seed[99].resources.wall_seconds < 30.0 or expected is NOT_ALONE, overrun
        logs = [log_of(tmp_path / overrun, record) for record in records.values()]
        assert sorted(int(log.split("run ")[1].split()[0]) for log in logs) == expected, overrun
        warm = by_seed[1].resources.warm_up_seconds
        assert (warm == 0.0) is (expected is ALONE), overrun


def test_warming_up_is_off_the_clock_and_without_the_data(tmp_path: Path) -> None:
    starts = ("fork", "fresh", "keep")
    specs = [method("Compiles", label=start, worker={"start": start}) for start in starts]
    records = run_together(tmp_path, *specs, seconds=1.0)
    assert records.keys() == set(starts)
    for record in records.values():
        assert record.status == "ok", record.message
        assert record.resources.warm_up_seconds >= 1.5
        assert log_of(tmp_path, record).startswith("no data 1")


def test_what_fails_warming_up_is_an_error_of_the_run(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("FailsWarmingUp"), seconds=1.0)
    assert (record.status, record.message) == ("error", "RuntimeError: no engine here")


def test_started_comes_before_finished(tmp_path: Path) -> None:
    events: list[Event] = []
    run_all(tmp_path, method("Sleepy"), problems=4, workers=2, events=events)
    for run_id in {event.run.id for event in events if isinstance(event, Started)}:
        order = [
            type(event)
            for event in events
            if (isinstance(event, Started) and event.run.id == run_id)
            or (isinstance(event, Finished) and event.record.run.id == run_id)
        ]
        assert order == [Started, Finished]


@pytest.fixture(scope="session")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter of its own that has NumPy, one package more, and nothing of this project."""
    import venv

    folder = tmp_path_factory.mktemp("other")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.check_output([python, "-c", where], text=True).strip())
    numpy = Path(np.__file__).parent
    for name in ("numpy", "numpy.libs"):
        if (numpy.parent / name).exists():
            (site / name).symlink_to(numpy.parent / name)
    (site / "only_there.py").write_text("ANSWER = 'x0 + x1'\n")
    return python


def test_a_method_runs_in_an_environment_of_its_own(tmp_path: Path, other_python: Path) -> None:
    file = tmp_path / "abroad.py"
    file.write_text(
        "import sys\nfrom bench import Discovery\n"
        "class Abroad:\n"
        "    requires = ('only_there',)\n"
        "    def discover(self, task):\n"
        "        import only_there\n"
        "        try:\n            import sympy\n"
        "        except ImportError:\n            print('no sympy')\n"
        "        print(sys.executable)\n"
        "        return Discovery.of(only_there.ANSWER)\n"
    )
    for start in ("fork", "fresh", "keep"):
        spec = replace(
            method("Instant", label="abroad", requires=("only_there",)),
            target=f"{file}:Abroad",
            worker={"python": str(other_python), "start": start},
        )
        record = run_one(tmp_path / start, spec, seconds=10)
        assert record.status == "ok", record.message
        assert record.discovery is not None
        assert record.discovery.best.expression == "x0 + x1"
        log = log_of(tmp_path / start, record)
        assert "no sympy" in log
        assert str(other_python) in log


def test_a_worker_python_that_is_not_there_is_a_missing_engine(tmp_path: Path) -> None:
    nowhere = method("Instant", worker={"python": "/nowhere/bin/python"})
    events: list[Event] = []
    assert run_all(tmp_path, nowhere, events=events) == {}
    assert isinstance(events[0], Planned)
    assert "'/nowhere/bin/python' does not start" in events[0].missing["Instant"]


def test_the_light_part_needs_numpy_alone() -> None:
    heavy = ["sympy", "pandas", "scipy", "numba", "hydra", "psutil", "rich", "torch"]
    code = (
        "import sys, bench.running.sandbox.server, bench.running.sandbox.worker\n"
        "import bench.expression, bench.method\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_a_full_disk_ends_the_benchmark_and_the_same_call_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path) as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(40_000))
        with pytest.raises(StoreError, match="no space left for results in"):
            run_all(disk / "r", method("Instant"), seeds=range(100), workers=2)
        done = len(list(Store(disk / "r").records()))
        assert 0 < done < 100
        ballast.unlink()
        events: list[Event] = []
        run_all(disk / "r", method("Instant"), seeds=range(done + 1), events=events)
        assert isinstance(events[0], Planned)
        assert len(events[0].done) >= done - 1


def test_a_folder_cleared_away_in_the_middle_does_not_stop_the_benchmark(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    spec = method("Sleepy", {"seconds": 0.1})
    events: list[Event] = []

    def clear_away(event: Event) -> None:
        if isinstance(event, Finished) and kinds(events)["Finished"] in (3, 6):
            shutil.rmtree(folder, ignore_errors=True)

    run_all(folder, spec, seeds=range(12), events=events, on_event=clear_away)
    assert kinds(events)["Finished"] == 12
    assert len(list(Store(folder).records())) < 12
    assert len(run_all(folder, spec, seeds=range(12))) == 12
