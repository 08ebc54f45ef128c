"""Limits hold, whatever a method does: real processes that hang, breed, eat and die."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest
from toys import log_of, method, run_one

from bench.running import Limits, Record
from bench.running.sandbox.processes import kill
from bench.running.seal.landlock import kernel_abi


@pytest.mark.parametrize("how", ["sleep", "c", "lock", "stop", "spin"])
def test_a_method_that_hangs_is_ended_and_its_last_report_counts(tmp_path: Path, how: str) -> None:
    record = run_one(tmp_path, method("Hangs", {"how": how}), seconds=1.2)
    assert record.status == "timeout"
    assert "1.5 s" in record.message
    assert record.resources.wall_seconds >= 1.5
    assert record.discovery is not None
    assert record.discovery.best.expression == "x0*x1"  # the last report that is an expression
    assert [report.expression for report in record.reports[:2]] == ["x0", "x0*x1"]
    assert record.reports[0].loss == 0.5


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # a zombie waits for whoever adopted it, and no longer runs


@pytest.mark.parametrize("how", ["child", "daemon", "crowd"])
@pytest.mark.parametrize("hang", [True, False])
def test_no_child_outlives_its_run(tmp_path: Path, how: str, hang: bool) -> None:
    diary = tmp_path / "diary"
    settings = {"diary": str(diary), "how": how, "hang": hang}
    record = run_one(tmp_path / "r", method("Breeds", settings), seconds=2 if hang else 60)
    assert record.status == ("timeout" if hang else "ok")
    pids = [int(line) for line in diary.read_text().split()]
    assert pids
    assert not [pid for pid in pids if _alive(pid)]


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


@pytest.mark.parametrize("children", [0, 3])
def test_memory_of_the_whole_group_is_watched(tmp_path: Path, children: int) -> None:
    eats = method("Eats", {"children": children})
    record = run_one(tmp_path, eats, seconds=60, memory_mb=300)
    assert record.status == "memory"
    assert "300 MB" in record.message
    assert record.resources.peak_memory_mb > 300
    assert record.discovery is not None
    assert record.discovery.best.expression == "x1"


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("exit", "exit code 7"),
        ("segv", "SIGSEGV"),
        ("abort", "SIGABRT"),
        ("fds", "exit code 1"),
    ],
)
def test_a_method_that_dies_is_a_crash(tmp_path: Path, how: str, message: str) -> None:
    record = run_one(tmp_path, method("Dies", {"how": how}))
    assert record.status == "crash"
    assert message in record.message
    if how in ("exit", "segv", "abort"):
        assert record.discovery is not None
        assert record.discovery.best.expression == "x1"


def test_a_crash_leaves_a_trace_in_the_log(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Dies", {"how": "segv"}))
    assert "Segmentation fault" in log_of(tmp_path, record)
    assert "discover" in log_of(tmp_path, record)


@pytest.mark.parametrize(
    ("how", "status", "message"),
    [
        ("error", "error", "RuntimeError: two lines of trouble"),
        ("exit", "error", "SystemExit: 3"),
        ("memory", "memory", "Unable to allocate"),
    ],
)
def test_an_exception_is_a_record_with_its_traceback_in_the_log(
    tmp_path: Path, how: str, status: str, message: str
) -> None:
    record = run_one(tmp_path, method("Raises", {"how": how}))
    assert record.status == status
    assert message in record.message
    assert "\n" not in record.message
    assert "Traceback" in log_of(tmp_path, record)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("none", "discover returned NoneType None"),
        ("text", "discover returned str 'x0'"),
        ("number", "discover returned float 3.14"),
        ("best", "the discovery's best is str 'x0', no Candidate"),
        ("unknown", "speed_of_light"),
        ("nan", "nan"),
        ("code", "__import__"),
        ("bells", r"x0 \x1b[31m\x07\ud800"),
        ("megabyte", "characters; the limit is"),
    ],
)
def test_garbage_is_invalid(tmp_path: Path, what: str, message: str) -> None:
    record = run_one(tmp_path, method("Returns", {"what": what}))
    assert record.status == "invalid"
    assert message in record.message
    assert len(record.message) < 2000
    assert record.discovery is None


def test_a_million_candidates_are_bounded_and_counted(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Returns", {"what": "million"}), seconds=60)
    assert record.status == "ok"
    assert record.discovery is not None
    assert (record.discovery.best.complexity, record.discovery.best.loss) == (None, None)
    front = len(record.discovery.front)
    assert 0 < front <= 1000
    assert record.provenance["front_left_out"] == 1_000_000 - front


def test_candidates_that_do_not_parse_are_left_out_of_the_front(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Returns", {"what": "mixed"}))
    assert record.status == "ok"
    assert record.discovery is not None
    assert [candidate.expression for candidate in record.discovery.front] == ["x1"]
    assert record.provenance["front_left_out"] == 1


@pytest.mark.parametrize("how", ["garble", "forge"])
def test_what_is_written_into_the_channel_itself_is_never_believed(
    tmp_path: Path, how: str
) -> None:
    record = run_one(tmp_path, method("Dies", {"how": how}))
    assert record.status == "invalid"
    assert record.discovery is None


def test_an_answer_at_its_bounds_in_the_widest_of_letters_gets_through(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Returns", {"what": "unicode"}), seconds=120)
    assert record.status == "ok"
    assert record.provenance["front_left_out"] == 30


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
        "if 'inspect' not in sys.argv:\n    time.sleep(3)\n"
        "class Slow:\n    def discover(self, task):\n        return Discovery.of('x0')\n"
    )
    for start in ("fork", "fresh"):
        spec = method("Slow", worker={"start": start}, label=start)
        object.__setattr__(spec, "target", f"{file}:Slow")
        record = run_one(tmp_path / start, spec, seconds=2, limits=Limits(grace=0.5))
        assert record.status == "ok", record.message


def test_a_method_whose_import_kills_or_hangs_its_interpreter_is_a_record(tmp_path: Path) -> None:
    file = tmp_path / "deadly.py"
    body = "class Never:\n    pass\n"
    guard = "import os, sys\nif 'inspect' not in sys.argv:\n    "  # planning would find it out
    for action, start, status, message, seconds in [
        ("os._exit(5)", "fork", "crash", "exit code 5", 100),
        ("os._exit(5)", "fresh", "crash", "exit code 5", 100),
        ("__import__('time').sleep(999)", "fork", "timeout", "warming up", 2),
        ("__import__('time').sleep(999)", "fresh", "timeout", "warming up", 2),
    ]:
        file.write_text(guard + action + "\n" + body)
        spec = method("Never", worker={"start": start})
        object.__setattr__(spec, "target", f"{file}:Never")
        folder = tmp_path / f"{status}_{start}"
        record = run_one(folder, spec, limits=Limits(load_seconds=seconds))
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
        while (parent := psutil.Process(int(text)).ppid()) == os.getpid():
            time.sleep(0.01)
        os.kill(parent, number)  # it has adopted what was forked twice

    sending = threading.Thread(target=send)
    sending.start()
    record = run_one(folder / "r", breeds, seconds=5)
    sending.join()
    return record, int(diary.read_text())


def test_the_signals_of_a_terminal_do_not_reach_a_run(tmp_path: Path) -> None:
    record = run_one(tmp_path, method("Sleepy"))
    assert record.status == "ok"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(kernel_abi() < 6, reason="without Landlock 6, signals go anywhere")
@pytest.mark.parametrize("how", ["parent", "stop parent"])
def test_a_method_cannot_signal_its_supervisor(tmp_path: Path, how: str) -> None:
    record = run_one(tmp_path, method("Dies", {"how": how}), seconds=5)
    assert (record.status, record.provenance["seal"]) == ("error", "full")
    assert record.message.startswith("PermissionError")


def test_what_the_killer_of_its_supervisor_leaves_behind_is_killed_too(tmp_path: Path) -> None:
    record, pid = with_its_supervisor_sent(signal.SIGKILL, tmp_path)
    assert record.status == "crash"
    assert "the process that watched the run was killed" in record.message
    assert not _alive(pid)
