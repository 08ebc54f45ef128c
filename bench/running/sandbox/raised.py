"""What an exception of a method says, in one line, with the way out where that is known."""

from __future__ import annotations

import os
from types import CodeType

from bench.basics.installation import how_to_get, is_installed

_LONGEST = 300
_ASKS_ENVIRONMENT = type(os.environ).__getitem__.__code__


def first_line(error: BaseException) -> str:
    """``PermissionError: [Errno 13] Permission denied: '/data/x.csv'; worker.read and ...``."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return (f"{type(error).__name__}: {text}" if text else type(error).__name__) + way_out(error)


def way_out(error: BaseException) -> str:
    """What opens a file that walls have closed, or gets a module, a variable or a program that is
    not there, or what is to be done instead of leaving; nothing of other errors."""
    if isinstance(error, PermissionError) and error.filename is not None:
        return "; worker.read and worker.write open paths to a run"
    if isinstance(error, ModuleNotFoundError) and error.name and not is_installed(error.name):
        return f"; {how_to_get([error.name])}"
    if isinstance(error, KeyError) and _raised_by(error) is _ASKS_ENVIRONMENT:
        return "; the environment has no such variable: set it, and name it in worker.environment"
    if isinstance(error, FileNotFoundError) and _is_program(error):
        return "; no program on PATH is called so: install it, or put its folder there"
    if isinstance(error, FileNotFoundError) and _is_relative(error.filename):
        return "; a run's current folder is its own: worker.read brings paths into it"
    if isinstance(error, SystemExit):
        return "; it called sys.exit: return the best so far, or raise what is wrong"
    return ""


def _is_relative(name: object) -> bool:
    return isinstance(name, str) and bool(name) and not os.path.isabs(name)  # noqa: PTH117


def _raised_by(error: BaseException) -> CodeType | None:
    """The code in which it was raised."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return None if place is None else place.tb_frame.f_code


def _is_program(error: FileNotFoundError) -> bool:
    """Whether a program was to be started by its name alone."""
    import subprocess

    code, name = _raised_by(error), error.filename
    return (
        isinstance(name, str)
        and not os.path.dirname(name)  # noqa: PTH120
        and code is not None
        and code.co_filename == subprocess.Popen.__init__.__code__.co_filename
    )
