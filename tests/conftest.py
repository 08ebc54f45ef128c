"""What all tests stand on."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

JUDGING, SEARCHING = "REDISCOVER_TEST_JUDGING", "REDISCOVER_TEST_SEARCHING"
"""Variables that name files, locked while kernels of the judge, and of searches, are compiled."""

COMPILE = """
import os, sys
import bench
from methods import warm
warm.fitting()
bench.judge("x", "x")
os.close(int(sys.argv[1]))
from methods.laws import warm
warm.solving()
from methods.transformer.skeletons.fingerprints import banned_fingerprints
from methods.transformer.training.feeding import Lessons, draw
draw(Lessons(0, 4), 0, banned_fingerprints([bench.parse("x0 + 1")]))
"""

# A shell starts what it puts in the background (`pytest &`) with SIGINT ignored, and so do all
# that it starts: there, no Ctrl-C would reach the programs under test.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Each of the workers would start a thread of linear algebra for every core. Where there are more
# threads than cores they spin, waiting for one another: half of the CPU time of a search. NumPy
# reads this when it is imported, and programs under test inherit it.
for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

# Where nothing compiled is to be kept, as in many containers, each of the hundreds of programs
# that tests start would compile the whole project once more: half of its start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The search for cycles looks through all that is alive, again and again as more is imported, and
# what is imported stays: it waits until the tests begin.
gc.disable()

# No example has a time to keep: on a busy machine, any would miss it.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

WAITING = {"running", "cli", "authoring", "scoring", "docs"}
"""Rooms where tests mostly wait for processes that they start, as do those in no room."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores, at least three more: many tests wait for processes."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        cores = os.cpu_count() or 1
    return cores + max(3, cores // 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits long comes first, then the search, compiled by then, and last what is short."""
    searching = {item.path for item in items if "kernels" in getattr(item, "fixturenames", ())}

    def turn(item: pytest.Item) -> int:
        waits = item.path.parent.name in {*WAITING, Path(__file__).parent.name}
        return 1 if item.path in searching else 0 if waits else 2

    items.sort(key=turn)


def pytest_configure(config: pytest.Config) -> None:
    """With several workers, compile once what all of them need, beside their first tests.

    That takes a minute the first time; each worker would compile it for itself. Workers get whole
    files, in order: what a module makes for its tests, such as results of real runs, is made once.
    """
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None):
        return
    if config.option.dist == "load":
        config.option.dist, config.option.loadscopereorder = "loadfile", False
    locks = {name: tempfile.mkstemp(prefix="kernels-") for name in (JUDGING, SEARCHING)}
    descriptors = [descriptor for descriptor, _ in locks.values()]
    for descriptor in descriptors:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # held until the compiling process lets go of it
    compiling = subprocess.Popen(
        [sys.executable, "-c", COMPILE, str(descriptors[0])],
        cwd=Path(__file__).parents[1],
        pass_fds=descriptors,
    )
    for name, (descriptor, path) in locks.items():
        os.close(descriptor)
        os.environ[name] = path

    def end() -> None:
        compiling.kill()
        compiling.wait()
        for _, path in locks.values():
            Path(path).unlink()

    config.add_cleanup(end)


def _wait_for(name: str) -> None:
    """Wait until the compiling process, if there is one, has compiled the kernels of ``name``."""
    path = os.environ.get(name)
    if path is not None:
        with Path(path).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH)


@pytest.fixture(scope="module", autouse=True)
def _only_what_tests_make_is_searched_for_cycles() -> None:
    """Thousands of tests and all they import are a million objects: of a test, half the time."""
    gc.enable()
    gc.collect()
    gc.freeze()


def pytest_runtestloop() -> None:
    """The first tests judge; to collect all takes about as long as to compile what they need."""
    _wait_for(JUDGING)


@pytest.fixture(scope="session")
def kernels() -> None:
    """The search's compiled code, loaded before any clock starts."""
    _wait_for(SEARCHING)
    from methods.laws import warm

    warm.solving()
