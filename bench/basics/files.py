"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WAYS_OUT = {
    errno.ENOSPC: "free some space and give the same command again",
    errno.EDQUOT: "free some of your quota and give the same command again",
    errno.EROFS: "choose a place that can be written to",
    errno.EACCES: "choose another place, or have the permission given",
    errno.EPERM: "choose another place, or have the permission given",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTDIR: "a folder is needed where there is a file; move it, or choose another name",
    errno.EEXIST: "a folder is needed where there is a file; move it, or choose another name",
    errno.EISDIR: "a file is needed where there is a folder",
}
_ATTEMPTS = 5  # a folder may be cleared away between making it and writing into it
_counter = itertools.count()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a crash or power loss.

    Where its folder is not there, or somebody clears it away meanwhile, it is made. Raises
    OSError.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            _write_and_rename(path, content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
        else:
            return
    _write_and_rename(path, content)


def _write_and_rename(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{next(_counter)}.tmp")
    with naming(path):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """What the system refuses inside, without a file's name or of a temporary one, is of ``path``.

    A disk that is full in the middle of a file names none.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename).endswith(".tmp"):
            error.filename, error.filename2 = str(path), None
        raise


def in_one_line(error: OSError) -> str:
    """What the system says of a file, with the file's name, and what may help."""
    if error.errno is None or not error.strerror:
        return str(error).partition("\n")[0] or type(error).__name__
    place = "" if error.filename is None else f"'{error.filename}': "
    return place + reason(error)


def reason(error: OSError) -> str:
    """What the system says, without the file's name, and what may help."""
    said = error.strerror or str(error)
    way_out = _WAYS_OUT.get(error.errno or 0)
    return said if way_out is None else f"{said}; {way_out}"
