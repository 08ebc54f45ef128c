"""Ctrl-C at any moment of a command, also while it imports: one line, no traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli.interrupts import Interrupts

PROGRAM = """
import os, signal, sys
at, count = int(sys.argv[1]), 0
def hook(event, arguments):
    global count
    if event == "import":
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGINT)
from bench.entry import main
sys.argv[1:] = sys.argv[2:]
sys.addaudithook(hook)
try:
    code = main()
finally:
    print("imports:", count, file=sys.stderr)
sys.exit(code)
"""
COMMAND = ("run", "--no-score", "method=linear", "dataset=nguyen", "dataset.limit=1")


def interrupted(folder: Path, moment: int) -> subprocess.CompletedProcess[str]:
    """A command that gets SIGINT as it makes its ``moment``-th import."""
    command = [sys.executable, "-P", "-c", PROGRAM, str(moment), *COMMAND]
    command += [f"experiment={folder}"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder.parent)


def test_nothing_that_takes_time_comes_before_ctrl_c_is_ours() -> None:
    script = (
        "import sys; before = {*sys.modules}; import bench.entry; print(*{*sys.modules} - before)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True)
    ours = {"bench", "bench.basics", "bench.basics.lazy", "bench.entry"}
    assert set(done.stdout.split()) <= {*ours, "__future__"}, done


def test_ctrl_c_in_the_middle_of_imports_is_one_line(tmp_path: Path) -> None:
    whole = interrupted(tmp_path / "whole", 0)
    assert whole.returncode == 0, whole.stderr
    count = int(re.findall(r"imports: (\d+)", whole.stderr)[-1])
    for part in range(3):
        done = interrupted(tmp_path / str(part), 1 + part * (count - 2) // 2)
        assert done.returncode == 130, done.stderr
        assert "Traceback" not in done.stderr + done.stdout
        assert done.stderr.replace("imports", "").count("rediscover: stopped") == 1


def test_what_a_broken_import_raises_on_the_way_out_is_still_an_interrupt() -> None:
    interrupts = Interrupts()
    with interrupts:
        try:
            interrupts._take(2, None)
        except KeyboardInterrupt:
            raise AttributeError("partially initialized module") from None
    assert interrupts.stopped
    interrupts = Interrupts()
    with pytest.raises(AttributeError), interrupts:
        raise AttributeError("a fault of ours")
    assert not interrupts.stopped


def test_an_interrupt_that_a_destructor_swallows_comes_again() -> None:
    class Swallows:
        def __del__(self) -> None:
            interrupts._take(2, None)

    interrupts = Interrupts()
    with interrupts:
        thing = Swallows()
        del thing
        while True:
            pass
    assert interrupts.stopped
