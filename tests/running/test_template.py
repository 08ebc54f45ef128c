"""The template: servers are forks of an interpreter that is kept as long as nothing changes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from toys import run_one, templates

from bench.running import MethodSpec
from bench.running.sandbox import forking
from bench.running.sandbox.forking import fork
from bench.running.seal.environment import worker_environment

TELLING = """
import os, resource
from bench import Discovery

class Telling:
    def discover(self, task):
        mask = os.umask(0)
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        found = {"variable": int(os.environ.get("LC_OF_A_TEST", 0)), "files": files, "mask": mask}
        return Discovery.of(found[NAME])
"""

ENVIRONMENT = worker_environment(os.environ, 1)


def told(folder: Path, name: str) -> str:
    """What a run in an execution of its own says of where it runs."""
    (folder / "telling.py").write_text(TELLING.replace("NAME", repr(name)))
    record = run_one(folder / "results", MethodSpec("telling", f"{folder}/telling.py:Telling"))
    (folder / "telling.py").unlink()
    assert record.discovery is not None, record.message
    return str(record.discovery.best.expression)


def test_executions_that_follow_use_the_template_of_the_first(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    seen = []
    for folder in folders:
        folder.mkdir()
        told(folder, "mask")
        seen.append(templates())
    assert seen[0] and not seen[1] - seen[0]


def _variable(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LC_OF_A_TEST", "7")
    return "7"


def _files(monkeypatch: pytest.MonkeyPatch) -> str:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    return str(soft - 1)


def _mask(monkeypatch: pytest.MonkeyPatch) -> str:
    os.umask(0o027)
    return str(0o027)


@pytest.mark.parametrize(
    ("name", "change"), [("variable", _variable), ("files", _files), ("mask", _mask)]
)
def test_what_has_changed_between_two_executions_holds_in_the_second(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    change: Callable[[pytest.MonkeyPatch], str],
) -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    mask = os.umask(0o022)
    os.umask(mask)
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    before = told(tmp_path / "before", name)
    try:
        expected = change(monkeypatch)
        after = told(tmp_path / "after", name)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
        os.umask(mask)
    assert before != after == expected


def test_another_template_starts_where_a_file_of_the_harness_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "bench" / "part.py"
    module.parent.mkdir()
    module.write_text("1")
    monkeypatch.setattr(forking, "ROOT", tmp_path)
    seen = []
    for content in ("1", "22", "22"):
        if module.read_text() != content:
            module.write_text(content)
        forked, channel = fork("server", ENVIRONMENT)
        channel.close()
        assert forked.wait(60) == 0
        forked.close()
        seen.append(templates())
    assert seen[1] - seen[0]
    assert not seen[2] - seen[1]


def test_what_hangs_is_killed_and_its_template_goes_on() -> None:
    forked, channel = fork("server", ENVIRONMENT)
    before = templates()
    forked.kill()
    assert forked.wait(60) == -signal.SIGKILL
    again, other = fork("server", ENVIRONMENT)
    other.close()
    assert again.wait(60) == 0
    assert not templates() - before
    for one in (forked, again, channel):
        one.close()


OF_A_FORK = """
import os
from bench.running.sandbox.forking import fork

def ends(forked, channel):
    channel.close()
    return forked.wait(60)

forked, channel = fork("server", os.environ)
pid = os.fork()
if not pid:
    os._exit(ends(*fork("server", os.environ)))
assert os.waitpid(pid, 0)[1] == 0
assert ends(forked, channel) == 0
print("both")
"""


def test_a_fork_of_the_program_has_a_template_of_its_own() -> None:
    words = [sys.executable, "-P", "-c", OF_A_FORK]
    assert subprocess.check_output(words, text=True, timeout=200) == "both\n"
