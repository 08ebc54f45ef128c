"""Private folders: one for each run, all below one base, gone when the run is."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from bench.basics.files import naming

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

    What others have left behind that were killed is removed first. Raises OSError, with the path.
    """

    def __init__(self) -> None:
        place = tempfile.gettempdir()
        if place.startswith("/dev/"):
            place = "/var/tmp"
        sweep(Path(place))
        self.path, self._in_use = _new_base(place)
        try:
            with naming(self.path):
                (self.path / RUNS / "other").mkdir(parents=True)
                for name in (OUTSIDE, OTHER_RUN, READABLE):
                    (self.path / name).write_bytes(b"0")
        except OSError:
            self.remove()
            raise

    def remove(self) -> None:
        """Take the folder away with all runs in it."""
        os.close(self._in_use)
        _remove_base(self.path)


def hold(base: Path) -> int:
    """A descriptor that says ``base`` is in use until it, and all its copies, are closed."""
    return _locked(base / _IN_USE)


def _locked(file: Path, flags: int = 0) -> int:
    descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _new_base(place: str) -> tuple[Path, int]:
    """A folder that holds the mark of its being in use, and the descriptor that says so."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place)).resolve()
        with contextlib.suppress(FileNotFoundError):
            mark = path / _IN_USE
            descriptor = _locked(mark, os.O_CREAT)
            # Who sweeps may have come before the lock.
            if mark.exists() and os.path.samestat(mark.stat(), os.fstat(descriptor)):
                return path, descriptor
            os.close(descriptor)


def sweep(place: Path) -> None:
    """Remove this user's bases in ``place`` that are in no one's use, and nothing else."""
    for base in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = base.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
                _sweep_one(base)


def _sweep_one(base: Path) -> None:
    try:
        descriptor = os.open(base / _IN_USE, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        base.rmdir()  # its maker was killed before or after; one with anything in it stays
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove_base(base)
    finally:
        os.close(descriptor)


def _remove_base(base: Path) -> None:
    """Remove a base, its mark last: whoever is killed meanwhile leaves what is swept later."""
    remove(base / RUNS)
    with contextlib.suppress(OSError):
        for name in (OUTSIDE, READABLE, _IN_USE):
            (base / name).unlink(missing_ok=True)
        base.rmdir()


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
