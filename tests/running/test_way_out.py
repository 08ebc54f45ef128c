"""What ends a run for want of something says how to get it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.running.sandbox.raised import first_line
from bench.running.trusted import preload_trusted


def _open() -> None:
    raise PermissionError(13, "Permission denied", "/data/x.csv")


def _import() -> None:
    import no_such_engine.inner  # noqa: F401


def _start() -> None:
    subprocess.run(["no_such_program", "--fast"])


@pytest.mark.parametrize(
    ("lacks", "way"),
    [
        (_open, "worker.read and worker.write open paths"),
        (_import, "pip install no_such_engine"),
        (lambda: os.environ["NO_SUCH_VARIABLE"], "set it, and name it in worker.environment"),
        (_start, "no program on PATH is called so"),
        (lambda: Path("data/x.csv").read_text(), "worker.read brings paths into it"),
        (sys.exit, "it called sys.exit"),
    ],
)
def test_the_way_out_is_told(lacks: Callable[[], object], way: str) -> None:
    with pytest.raises((OSError, ImportError, KeyError, SystemExit)) as caught:
        lacks()
    assert way in first_line(caught.value)


@pytest.mark.parametrize(
    "fails",
    [
        lambda: {}["NO_SUCH_VARIABLE"],
        lambda: Path("/no/such/file").read_text(),
        lambda: subprocess.run([sys.executable], cwd="/no/such/folder"),
        lambda: __import__("json.no_such_part"),
    ],
)
def test_no_way_is_told_that_leads_nowhere(fails: Callable[[], object]) -> None:
    with pytest.raises((OSError, ImportError, KeyError)) as caught:
        fails()
    assert ";" not in first_line(caught.value)


@pytest.mark.parametrize(
    ("target", "compiles"),
    [
        ("bench.adapters.srbench:SRBench", True),
        ("bench.adapters.scikit_learn:SKLearn", True),
        ("bench.adapters.llmsrbench.method:LLMSRBench", True),
        ("methods.linear:Linear", False),
    ],
)
def test_what_fits_constants_is_compiled_where_it_can_be_kept(
    monkeypatch: pytest.MonkeyPatch, target: str, compiles: bool
) -> None:
    """Workers only read what is kept: each would compile it again."""
    compiled: list[bool] = []
    monkeypatch.setattr(
        "bench.running.trusted._compile_fitting", lambda: compiled.append(True), raising=True
    )
    preload_trusted(target, ())
    assert bool(compiled) == compiles
