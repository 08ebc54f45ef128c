"""CI's own check that no test is skipped for a reason nobody has allowed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SKIPS = Path(__file__).parents[1] / ".ci" / "skips.py"
TESTS = """
import os
import pytest

@pytest.mark.skipif(not os.environ.get("ENGINE"), reason={reason!r})
@pytest.mark.parametrize("value", ["a", "b c"])
def test_engine(value):
    assert value

def test_plain():
    assert True
"""


def report(folder: Path, name: str, *arguments: str, engine: str = "") -> str:
    """The report of a pytest of its own on the tests in ``folder``."""
    path = folder / f"{name}.xml"
    options = ["-q", "-p", "no:cacheprovider", f"--junit-xml={path}", "-o", "junit_family=xunit1"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "/dev/null", *options, *arguments],
        cwd=folder,
        env={"ENGINE": engine, "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        check=True,
        capture_output=True,
    )
    return str(path)


def skips(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SKIPS), *words], capture_output=True, text=True)


def write(folder: Path, reason: str) -> None:
    (folder / "test_toy.py").write_text(TESTS.format(reason=reason), encoding="utf-8")


def test_what_was_skipped_is_listed_and_may_be_run_once_more(tmp_path: Path) -> None:
    write(tmp_path, "the engine is not here")
    bare = report(tmp_path, "bare", "test_toy.py")
    listed = skips("list", bare).stdout
    assert listed.split("\n")[:2] == [
        "test_toy.py::test_engine[a]",
        "test_toy.py::test_engine[b c]",
    ]
    assert skips("check", bare).returncode == 1
    (tmp_path / "skipped.txt").write_text(listed, encoding="utf-8")
    extras = report(tmp_path, "extras", "@skipped.txt", engine="yes")
    assert skips("check", bare, extras).returncode == 0


@pytest.mark.parametrize(
    ("reason", "code"), [("PySR needs Julia, and there is none", 0), ("it is late", 1)]
)
def test_only_reasons_that_are_listed_are_allowed(tmp_path: Path, reason: str, code: int) -> None:
    write(tmp_path, reason)
    done = skips("check", report(tmp_path, "bare", "test_toy.py"))
    assert done.returncode == code
    assert f"test_toy.py::test_engine[a]: {reason}" in done.stdout


@pytest.mark.parametrize(
    ("reason", "code"), [("no LaTeX here: it needs pdflatex", 0), ("it isn't 'ready'", 1)]
)
@pytest.mark.parametrize(
    "skip", ["pytest.skip({!r}, allow_module_level=True)", "pytest.importorskip('_', reason={!r})"]
)
def test_a_file_skipped_as_a_whole_says_why(
    tmp_path: Path, skip: str, reason: str, code: int
) -> None:
    (tmp_path / "test_toy.py").write_text(f"import pytest\n{skip.format(reason)}\n")
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    pass\n")
    done = skips("check", report(tmp_path, "bare", "test_toy.py", "test_plain.py"))
    assert done.returncode == code
    assert f"test_toy.py: {reason}" in done.stdout
