"""Limits hold, whatever a method does: real processes that hang, breed, eat and die."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from toys import log_of, method, run_one, run_together

from bench.running import Limits, MethodSpec, Record
from bench.running.sandbox.processes import kill
from bench.running.seal.landlock import kernel_abi


def test_a_method_that_hangs_is_ended_and_its_last_report_counts(tmp_path: Path) -> None:
    hows = ("sleep", "c", "lock", "stop", "spin")
    hang = [method("Hangs", {"how": how}, label=how) for how in hows]
    records = run_together(tmp_path, *hang, seconds=1.2)
    assert records.keys() == set(hows)
    for how, record in records.items():
        assert record.status == "timeout", how
        assert "1.5 s" in record.message
        assert record.resources.wall_seconds >= 1.5
        assert record.discovery is not None, how
        # The last report that is an expression.
        assert record.discovery.best.expression == "x0*x1", how
        assert [report.expression for report in record.reports[:2]] == ["x0", "x0*x1"]
        assert record.reports[0].loss == 0.5


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # a zombie waits for whoever adopted it, and no longer runs


@pytest.mark.parametrize("hang", [True, False])
def test_no_child_outlives_its_run(tmp_path: Path, hang: bool) -> None:
    diaries = {how: tmp_path / f"diary_{how}" for how in ("child", "daemon", "crowd")}
    breed = [
        method("Breeds", {"diary": str(diary), "how": how, "hang": hang}, label=how)
        for how, diary in diaries.items()
    ]
    records = run_together(tmp_path / "r", *breed, seconds=2 if hang else 60)
    for how, diary in diaries.items():
        assert records[how].status == ("timeout" if hang else "ok"), how
        pids = [int(line) for line in diary.read_text().split()]
        assert pids, how
        assert not [pid for pid in pids if _alive(pid)], how


def test_a_kill_takes_the_whole_group_of_a_process(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 1000 & echo $! > {pids}.new; mv {pids}.new {pids}; wait"
    leader = subprocess.Popen(["sh", "-c", script], start_new_session=True)
    while not pids.exists():
        time.sleep(0.01)
    child = int(pids.read_text())
    try:
        kill([leader.pid])
        leader.wait()
        end = time.monotonic() + 30
        while _alive(child) and time.monotonic() < end:
            time.sleep(0.01)
        assert not _alive(child)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, signal.SIGKILL)


def test_processes_that_nobody_finds_in_time_are_killed_as_a_group(tmp_path: Path) -> None:
    flees = method("Flees", {"diary": str(tmp_path / "diary")})
    record = run_one(tmp_path / "r", flees, seconds=1)
    assert record.status == "timeout", record.message
    assert "could not be killed" not in record.message
    assert (tmp_path / "diary").read_text() == ""


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux has such files")
def test_memory_that_nothing_maps_is_watched(tmp_path: Path) -> None:
    eats = [method("Eats", {"into": name}, label=name) for name in ("memfd", "shm")]
    records = run_together(tmp_path, *eats, seconds=60, memory_mb=300)
    if "Permission denied" in records["shm"].message:
        del records["shm"]  # without mounts of its own a run has no /dev/shm at all
    for label, record in records.items():
        assert record.status == "memory", (label, record.message)
        assert 300 < record.resources.peak_memory_mb < 400


def test_memory_of_the_whole_group_is_watched(tmp_path: Path) -> None:
    eats = [method("Eats", {"children": n}, label=f"with{n}") for n in (0, 3)]
    for record in run_together(tmp_path, *eats, seconds=60, memory_mb=300).values():
        assert record.status == "memory", record.run.method.label
        assert "300 MB" in record.message
        assert record.resources.peak_memory_mb > 300
        assert record.discovery is not None
        assert record.discovery.best.expression == "x1"


DEATHS = {
    "exit": "exit code 7",
    "segv": "SIGSEGV",
    "abort": "SIGABRT",
    "fds": "exit code 1",
}


def test_a_method_that_dies_is_a_crash_with_its_trace_in_the_log(tmp_path: Path) -> None:
    dies = [method("Dies", {"how": how}, label=how) for how in DEATHS]
    records = run_together(tmp_path, *dies)
    for how, message in DEATHS.items():
        record = records[how]
        assert record.status == "crash", how
        assert message in record.message
        if how != "fds":
            assert record.discovery is not None, how
            assert record.discovery.best.expression == "x1"
    assert "Segmentation fault" in log_of(tmp_path, records["segv"])
    assert "discover" in log_of(tmp_path, records["segv"])


RAISED = {
    "error": ("error", "RuntimeError: two lines of trouble"),
    "exit": ("error", "SystemExit: 3"),
    "memory": ("memory", "Unable to allocate"),
}


def test_an_exception_is_a_record_with_its_traceback_in_the_log(tmp_path: Path) -> None:
    records = run_together(tmp_path, *(method("Raises", {"how": how}, label=how) for how in RAISED))
    for how, (status, message) in RAISED.items():
        record = records[how]
        assert record.status == status, how
        assert message in record.message
        assert "\n" not in record.message
        assert "Traceback" in log_of(tmp_path, record), how


GARBAGE = {
    "none": "discover returned NoneType None",
    "text": "discover returned str 'x0'",
    "number": "discover returned float 3.14",
    "best": "the discovery's best is str 'x0', no Candidate",
    "counts": "of the discovery's counts, 'a name': 1 is no count",
    "unknown": "speed_of_light",
    "nan": "nan",
    "code": "__import__",
    "bells": r"x0 \x1b[31m\x07\ud800",
    "megabyte": "characters; the limit is",
}


def test_garbage_is_invalid(tmp_path: Path) -> None:
    return_ = [method("Returns", {"what": what}, label=what) for what in GARBAGE]
    records = run_together(tmp_path, *return_)
    for what, message in GARBAGE.items():
        record = records[what]
        assert record.status == "invalid", what
        assert message in record.message
        assert len(record.message) < 2000, what
        assert record.discovery is None, what


def test_a_front_is_bounded_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    whats = ("million", "mixed", "unicode")  # too many, no expressions, the widest of letters
    return_ = [method("Returns", {"what": what}, label=what) for what in whats]
    records = run_together(tmp_path, *return_, seconds=120)
    assert {record.status for record in records.values()} == {"ok"}
    left_out = {what: one.provenance["front_left_out"] for what, one in records.items()}

    found = records["million"].discovery
    assert found is not None
    assert (found.best.complexity, found.best.loss) == (None, None)
    assert 0 < len(found.front) <= 1000
    assert left_out["million"] == 1_000_000 - len(found.front)

    found = records["mixed"].discovery
    assert found is not None
    assert [candidate.expression for candidate in found.front] == ["x1"]
    assert (left_out["mixed"], left_out["unicode"]) == (1, 30)


def test_what_the_harness_takes_to_read_an_answer_is_no_fault_of_the_method(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.running.crew._SLACK_SECONDS", 0.2)
    slow = method("Returns", {"what": "slow to read"})
    record = run_one(tmp_path, slow, seconds=2)  # reading takes longer than run and slack
    assert (record.status, record.message) == ("ok", "")
    assert record.provenance["front_left_out"] == 39


def test_what_is_written_into_the_channel_itself_is_never_believed(tmp_path: Path) -> None:
    lies = [method("Dies", {"how": how}, label=how) for how in ("garble", "forge")]
    for record in run_together(tmp_path, *lies).values():
        assert record.status == "invalid", record.run.method.label
        assert record.discovery is None


def test_what_a_method_prints_is_its_log_and_nothing_else(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Chatty"), seconds=60, limits=Limits(log_bytes=10_000))
    assert record.status == "ok"
    assert record.discovery is not None
    assert record.discovery.best.expression == "x0"
    log = log_of(tmp_path, record)
    assert log.startswith("the first line")
    assert log.endswith("the last line\n")
    assert "bytes left out" in log
    assert len(log) < 11_000


def test_reports_are_thinned_and_the_last_one_is_kept(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Reports"), seconds=60)
    assert record.status == "ok"
    assert len(record.reports) <= 1001
    assert record.reports[-1].expression == "x0 + x1"
    times = [report.seconds for report in record.reports]
    assert times == sorted(times)


def test_the_clock_does_not_run_while_the_method_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "slow_import.py"
    file.write_text(
        "import sys, time\nfrom bench import Discovery\n"
        "if 'inspector' not in sys.argv:\n    time.sleep(3)\n"
        "class Slow:\n    def discover(self, task):\n        return Discovery.of('x0')\n"
    )
    specs = [started_from(file, "Slow", start) for start in ("fork", "fresh")]
    for record in run_together(
        tmp_path / "r", *specs, seconds=2, limits=Limits(grace=0.5)
    ).values():
        assert record.status == "ok", record.message


def started_from(file: Path, name: str, start: str) -> MethodSpec:
    """A method of another file than ``hard_methods.py``, labelled by how its worker starts."""
    return replace(method(name, worker={"start": start}, label=start), target=f"{file}:{name}")


@pytest.mark.parametrize(
    ("action", "status", "message", "seconds"),
    [("os._exit(5)", "crash", "exit code 5", 100),
     ("__import__('time').sleep(999)", "timeout", "warming up", 2)],
)  # fmt: skip
def test_a_method_whose_import_kills_or_hangs_its_interpreter_is_a_record(
    tmp_path: Path, action: str, status: str, message: str, seconds: float
) -> None:
    file = tmp_path / "deadly.py"
    guard = "import os, sys\nif 'inspector' not in sys.argv:\n    "  # planning would find it out
    file.write_text(f"{guard}{action}\nclass Never:\n    pass\n")
    specs = [started_from(file, "Never", start) for start in ("fork", "fresh")]
    records = run_together(tmp_path / "r", *specs, limits=Limits(load_seconds=seconds))
    assert records.keys() == {"fork", "fresh"}
    for record in records.values():
        assert record.status == status
        assert message in record.message


def test_a_supervisor_that_is_stopped_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.running.crew._SLACK_SECONDS", 1.0)
    record, _ = with_its_supervisor_sent(signal.SIGSTOP, tmp_path)
    assert record.status == "crash"
    assert "was stopped" in record.message


def with_its_supervisor_sent(number: int, folder: Path) -> tuple[Record, int]:
    """The record of a run whose supervisor got a signal, and a process that the run has left."""
    diary = folder / "diary"
    breeds = method("Breeds", {"diary": str(diary), "how": "daemon"})

    def send() -> None:
        while not (text := diary.read_text()).endswith("\n"):
            time.sleep(0.01)
        os.kill(psutil.Process(int(text)).ppid(), number)

    sending = threading.Thread(target=send)
    sending.start()
    record = run_one(folder / "r", breeds, seconds=10)  # time to send it on a busy machine
    sending.join()
    return record, int(diary.read_text())


def test_the_signals_of_a_terminal_do_not_reach_a_run(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Sleepy"))
    assert record.status == "ok"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(kernel_abi() < 6, reason="without Landlock 6, signals go anywhere")
def test_a_method_cannot_signal_its_supervisor(tmp_path: Path) -> None:
    tries = [method("Dies", {"how": how}, label=how[:4]) for how in ("parent", "stop parent")]
    for record in run_together(tmp_path, *tries, seconds=5).values():
        assert (record.status, record.provenance["seal"]) == ("error", "full")
        assert record.message.startswith("PermissionError")


def test_what_the_killer_of_its_supervisor_leaves_behind_is_killed_too(tmp_path: Path) -> None:
    record, pid = with_its_supervisor_sent(signal.SIGKILL, tmp_path)
    assert record.status == "crash"
    assert "the process that watched the run was killed" in record.message
    assert not _alive(pid)
