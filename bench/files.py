"""Files that are there whole or not at all."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

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
