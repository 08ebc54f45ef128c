"""Planning asks methods what they are, and survives whatever they do when they are imported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest
from toys import templates

from bench.basics.paths import DATASETS
from bench.plugins import MethodError, method_spec
from bench.running.inspecting.describe import DescribeError, Description, describe
from bench.running.missing import missing_engine
from bench.running.results.run import MethodSpec

METHOD = '''
from dataclasses import dataclass
from bench import Discovery

@dataclass
class Mine:
    """What it is."""

    digits: int = 3
    version = "7"
    requires = ("numpy",)

    @classmethod
    def missing(cls):
        return "the engine (make it)"

    def discover(self, task):
        return Discovery.of("x0")
'''


EMPTY: dict[str, object] = {
    "defaults": {}, "settings": {}, "untyped": [], "requires": [], "kinds": [],
}  # fmt: skip


def written(folder: Path, body: str) -> str:
    file = folder / "mine.py"
    file.write_text(body + METHOD)
    return f"{file}:Mine"


def test_a_class_is_described_by_a_process_of_its_own(tmp_path: Path) -> None:
    told = tmp_path / "told.py"
    target = written(tmp_path, f"import os, sys\nprint('loud')\nopen({str(told)!r}, 'w').close()")
    with pytest.raises(DescribeError, match="PermissionError"):
        describe(target)
    assert not told.exists()
    target = written(tmp_path, "print('loud' * 1000)")
    expected = Description({"digits": 3}, {"digits": 5}, (), ("numpy",), ("table",))
    assert describe(target, {"digits": 5}) == expected
    assert not any(name.startswith("mine_") for name in sys.modules)
    spec = method_spec("mine", {"_target_": target})
    assert missing_engine(spec) == "the engine (make it)"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import sys; sys.exit(3)", "failed with SystemExit: 3"),
        ("import os; os._exit(3)", r"ended its process \(exit code 3\)"),
        ("import os; os.abort()", "SIGABRT"),
        ("1/0", "failed with ZeroDivisionError"),
        ("def f():\n    1/0\nif True:\n    f()", r"division by zero \(mine.py, line 2\)"),
        ("class Table:\n    row = {}[0]", r"KeyError: 0 \(mine.py, line 2\)"),
        ("import json\n\njson.loads('{')", r"\(mine.py, line 3\)"),
        ("import no_such_package.part", "pip install no_such_package, if its package is called so"),
        (f"import os; os.listdir({str(DATASETS)!r})", "Permission denied.*; worker.read and"),
        ("import socket; socket.socket()", "Permission denied"),
        ("import os; os.kill(os.getppid(), 9)", "PermissionError"),
        ("raise KeyboardInterrupt", "ended its process"),
    ],
)
def test_a_module_that_misbehaves_when_imported_is_a_sentence(
    tmp_path: Path, body: str, words: str
) -> None:
    with pytest.raises(MethodError, match=words) as caught:
        method_spec("mine", {"_target_": written(tmp_path, body)})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("print('loud')", "the engine (make it)"),
        (f"import os; os.listdir({str(DATASETS)!r})", "Permission denied"),
        ("import os; os._exit(3)", "ended its process (exit code 3)"),
    ],
)
def test_another_python_is_asked_behind_walls_as_well(
    tmp_path: Path, body: str, words: str
) -> None:
    target = written(tmp_path, body)
    spec = MethodSpec("mine", target, requires=("numpy",), worker={"python": sys.executable})
    assert words in (missing_engine(spec) or "")


def test_paths_that_are_declared_start_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.txt").write_text("7")
    monkeypatch.chdir(tmp_path)
    target = written(tmp_path, "SEVEN = int(open('data/x.txt').read())")
    with pytest.raises(DescribeError, match=r"worker\.read brings paths into it"):
        describe(target)
    assert describe(target, None, {"read": ["data"]}).defaults == {"digits": 3}
    python = os.path.relpath(sys.executable)
    for worker in ({"read": ["data"]}, {"read": ["data/x.txt"], "python": python}):
        spec = MethodSpec("mine", target, requires=("numpy",), worker=worker)
        assert missing_engine(spec) == "the engine (make it)"


def test_a_module_that_hangs_when_imported_is_given_up(tmp_path: Path) -> None:
    target = written(tmp_path, "import os, time\nos.fork() or os.setsid()\ntime.sleep(1000)\n")
    before = _forked()
    with pytest.raises(DescribeError, match="took more than"):
        describe(target, seconds=1.5)
    assert not _forked() - before
    with pytest.raises(DescribeError, match="took more than"):  # asked anew, of another
        describe(target, seconds=1.5)


def _forked() -> set[psutil.Process]:
    return {one for template in templates() for one in template.children(recursive=True)}


def test_an_inspector_that_has_gone_is_followed_by_another(tmp_path: Path) -> None:
    target = written(tmp_path, "")
    before = _forked()
    first = describe(target)
    killed = _forked() - before
    assert killed
    for process in killed:
        process.kill()
    assert not psutil.wait_procs(killed, timeout=60)[1]
    assert describe(target) == first


def test_a_template_that_has_gone_is_followed_by_another(tmp_path: Path) -> None:
    first = describe(written(tmp_path, ""))
    killed = templates()
    for process in killed:
        process.kill()
    assert killed and not psutil.wait_procs(killed, timeout=60)[1]
    assert describe(written(tmp_path, "# changed")) == first


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_no_inspector_outlives_the_program_that_asked(tmp_path: Path, how: str) -> None:
    code = (
        "import sys\nfrom bench.running.inspecting.describe import describe\n"
        "describe(sys.argv[1])\nprint(flush=True)\nsys.stdin.read()"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code, written(tmp_path, "")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout is not None and program.stdin is not None
    program.stdout.readline()
    begun = psutil.Process(program.pid).children(recursive=True)
    assert len(begun) == 3  # a template, who waits at the door, and who is within
    if how == "is killed":
        program.kill()
    program.stdin.close()
    program.wait()
    program.stdout.close()
    assert not psutil.wait_procs(begun, timeout=60)[1]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"description": None},
        {"description": {"defaults": [], "settings": {}}},
        {"description": {"defaults": {}, "settings": {}, "untyped": 3}},
        {"description": {**EMPTY, "version": 7}},
    ],
)
def test_what_a_class_says_of_itself_is_checked(
    answer: Mapping[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.running.inspecting import describe as module

    monkeypatch.setattr(module, "ask", lambda *_: answer)
    with pytest.raises(DescribeError, match="says nonsense"):
        describe("elsewhere:Mine")
