"""What all tests stand on."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

KERNELS = "REDISCOVER_TEST_KERNELS"
"""The variable that names a file which is locked while the search's kernels are compiled."""

# A shell starts what it puts in the background (`pytest &`) with SIGINT ignored, and so do all
# that it starts: there, no Ctrl-C would reach the programs under test.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """With several workers, compile the search once, beside their first tests.

    That takes more than a minute the first time; each worker would compile it for itself.
    """
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None):
        return
    descriptor, path = tempfile.mkstemp(prefix="kernels-")
    fcntl.flock(descriptor, fcntl.LOCK_EX)  # held until the compiling process has ended
    compiling = subprocess.Popen(
        [sys.executable, "-c", "from methods.mcts import warm; warm.searching()"],
        cwd=Path(__file__).parents[1],
        pass_fds=(descriptor,),
    )
    os.close(descriptor)
    os.environ[KERNELS] = path

    def end() -> None:
        compiling.kill()
        compiling.wait()
        Path(path).unlink()

    config.add_cleanup(end)


@pytest.fixture(scope="session")
def kernels() -> None:
    """The search's compiled code, loaded before any clock starts."""
    path = os.environ.get(KERNELS)
    if path is not None:
        with Path(path).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    from methods.mcts import warm

    warm.searching()
