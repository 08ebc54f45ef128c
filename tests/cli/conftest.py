"""The command line, called in this process, in an empty folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Command, Outcome

from bench.cli import main


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """``command("list", "methods")`` is ``rediscover list methods`` in the test's own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*argv: str) -> Outcome:
        capfd.readouterr()
        try:
            code = main(argv)
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    yield run
    if "hydra" in sys.modules:
        from hydra.core.config_store import ConfigStore

        # Hydra copies what is registered for every command: thousands of tables, in the end.
        for group in ("method", "dataset", "executor"):
            ConfigStore.instance().repo.pop(group, None)
