"""What users are told to install is what brings it, in a clone and from a wheel."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import bench
from bench.basics.installation import DISTRIBUTION, install_hint, own_version, pip_install

CLONE = Path(bench.__file__).parent.parent
PROJECT = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def own_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """``pip`` on the path is this interpreter's, as in an activated environment."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))


@pytest.mark.usefixtures("own_pip")
def test_in_a_clone_the_clone_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CLONE)
    assert install_hint("neural") == "pip install -e '.[neural]'"


@pytest.mark.usefixtures("own_pip")
def test_from_another_folder_the_clone_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shlex.split(install_hint("ray")) == ["pip", "install", "-e", f"{CLONE}[ray]"]


def test_from_a_wheel_the_distribution_is_named(tmp_path: Path) -> None:
    package = tmp_path / "bench"
    (package / "conf").mkdir(parents=True)
    for file in (CLONE / "bench").glob("*.py*"):
        shutil.copy(file, package)
    shutil.copytree(CLONE / "bench" / "basics", package / "basics")
    ask = "from bench.basics.installation import *; print(install_hint('neural'))"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip().endswith("pip install 'rediscover-bench[neural]'")


def test_without_a_pip_of_its_own_the_interpreter_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "pip"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    for path in (tmp_path, tmp_path / "nothing"):
        monkeypatch.setenv("PATH", str(path))
        assert pip_install("numpy") == f"{sys.executable} -m pip install numpy"


def test_the_distribution_is_the_projects() -> None:
    assert PROJECT["name"] == DISTRIBUTION
    assert own_version() in (PROJECT["version"], "unknown")
    assert bench.__version__ == own_version()


def test_every_extra_that_is_named_exists() -> None:
    extras = set(PROJECT["optional-dependencies"])
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for room in ("bench", "methods")
        for file in (CLONE / room).rglob("*.py")
    )
    named = set(re.findall(r"install_hint\(['\"](\w+)['\"]\)", code))
    assert {"neural", "ray", "slurm"} <= named <= extras
    assert "pip install 'rediscover[" not in code
