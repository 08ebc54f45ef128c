"""Classes of a script, a notebook or standard input, carried to workers by value.

A worker cannot import ``__main__``: that would run the script again. Such a class is written, with
the functions it uses, into a private file, from which the workers of this very process read it.
That file is the only pickle that is ever read back. It is refused where anybody else could have
written it.
"""

from __future__ import annotations

import atexit
import hashlib
import inspect
import os
import shutil
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from bench.basics.source.digest import source_digest
from bench.basics.source.syntax import parsed

SUFFIX = ".class"


class CarryError(ImportError):
    """A class cannot be carried to a worker, or what lies there is not to be trusted."""


def is_importable(cls: type[Any]) -> bool:
    """Whether another process gets ``cls`` by importing its module."""
    module = sys.modules.get(cls.__module__)
    return cls.__module__ != "__main__" and getattr(module, cls.__qualname__, None) is cls


def carry(cls: type[Any]) -> str:
    """A file that holds ``cls`` for the workers of this process; it goes with the process.

    Raises CarryError where the class holds what cannot be carried, such as an open file.
    """
    import cloudpickle

    try:
        content = cloudpickle.dumps(cls)
    except Exception as error:
        raise CarryError(
            f"class '{cls.__name__}' cannot be carried to a worker: {error}; "
            "put it into a module or a file of its own, and give its path"
        ) from error
    path = _folder() / f"{cls.__name__}-{hashlib.sha256(content).hexdigest()[:16]}{SUFFIX}"
    path.write_bytes(content)
    return str(path)


def carried(path: Path) -> Any:
    """The class in ``path``, which ``carry`` wrote. Raises CarryError where others might have."""
    import pickle

    for place in (path, path.parent):
        facts = place.lstat()
        if facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o022:
            raise CarryError(f"'{place}' may have been written by somebody else: not read")
    with path.open("rb") as file:
        return pickle.load(file)  # the caller's own class, written by the caller's own process


def source_of_carried(cls: type[Any]) -> str:
    """The digest of the code of a class that is carried: see ``bench.basics.source``.

    That is the script where there is one, with what it imports, else the class's own source (a
    notebook's cell). Of standard input nothing is known: every time it is another program.
    """
    if cls.__module__ != "__main__":
        return source_digest([cls.__module__])
    script = getattr(sys.modules["__main__"], "__file__", None)
    if script is not None and Path(script).is_file():
        return source_digest([script]) if script.endswith(".py") else _of_text(Path(script))
    try:
        return parsed(inspect.getsource(cls).encode()).digest
    except (OSError, TypeError):
        return os.urandom(32).hex()


def _of_text(script: Path) -> str:
    return parsed(script.read_bytes()).digest


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="rediscover-"))  # mode 0700
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
