"""Private folders: one for each run, all below one base, gone when the run is."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_PREFIX = "rediscover-runs-"
_IN_USE = "in_use"
RUNS = "runs"
OUTSIDE = "outside"
"""A file beside the runs, which no run may read: one that can is not sealed."""

OTHER_RUN = "runs/other/file"
READABLE = "readable"
"""A file that every run may read and none may change."""


class Base:
    """The folder for the runs of one server; made in use, and removed with ``remove``.

    What others have left behind that were killed is removed first.
    """

    def __init__(self) -> None:
        place = tempfile.gettempdir()
        if place.startswith("/dev/"):
            place = "/var/tmp"
        sweep(Path(place))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place)).resolve()
        (self.path / RUNS / "other").mkdir(parents=True)
        for name in (OUTSIDE, OTHER_RUN, READABLE):
            (self.path / name).write_bytes(b"0")
        # The lock is taken before the file has its name: nobody finds it without.
        unnamed = self.path / f"{_IN_USE}.new"
        unnamed.touch()
        self._in_use = _locked(unnamed)
        unnamed.rename(self.path / _IN_USE)

    def remove(self) -> None:
        """Take the folder away with all runs in it."""
        os.close(self._in_use)
        remove(self.path)


def hold(base: Path) -> int:
    """A descriptor that says ``base`` is in use until it, and all its copies, are closed."""
    return _locked(base / _IN_USE)


def _locked(file: Path) -> int:
    descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def sweep(place: Path) -> None:
    """Remove the bases in ``place`` that are in no one's use."""
    for base in place.glob(f"{_PREFIX}*"):
        try:
            descriptor = os.open(base / _IN_USE, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue  # somebody else's, or going
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(base)
        except OSError:
            pass
        finally:
            os.close(descriptor)


def new_run(base: str) -> str:
    """An empty folder for one run."""
    return tempfile.mkdtemp(dir=f"{base}/{RUNS}")


def empty(folder: str) -> None:
    """Remove all that lies in ``folder``."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            remove(entry.path)
        else:
            with contextlib.suppress(OSError):
                os.unlink(entry.path)  # noqa: PTH108


def remove(folder: str | Path) -> None:
    """Remove a folder with whatever a run has put there."""
    try:
        shutil.rmtree(folder)
    except RecursionError:  # folders in folders, deeper than Python counts
        subprocess.run(["rm", "-rf", "--", str(folder)], capture_output=True)
    except OSError:
        with contextlib.suppress(OSError, RecursionError):
            shutil.rmtree(folder, ignore_errors=True)
