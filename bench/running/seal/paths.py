"""The blueprint of a method's walls, from its target, its settings and its worker."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.basics import byvalue
from bench.basics.paths import CONF, DATASETS, ROOT
from bench.basics.settings import texts_of
from bench.running.neighbours import code_beside, code_files, importable_beside
from bench.running.seal import system
from bench.running.seal.interpreter import (
    Interpreter,
    closed_copies,
    interpreter_at,
    openings_of,
    openings_of_julia,
    this_interpreter,
)
from bench.running.seal.openings import (
    Blueprint,
    Closed,
    Opening,
    carved,
    holds_none_of,
    without_repetition,
)

_NEVER_DECLARED = ("/proc", "/dev", "/sys")


def blueprint(
    base: str | Path,
    target: str,
    settings: Mapping[str, Any],
    worker: Mapping[str, Any],
    *,
    closed: Iterable[str | Path] = (),
    opened: Iterable[str | Path] = (),
) -> Blueprint:
    """What a worker for ``target`` reads, and what it may never read.

    ``worker`` may name ``python``, ``read`` and ``write`` (paths) and ``processes``; a setting that
    is the path of something that is there counts as named in ``read``. ``closed`` are folders to
    be kept from it beside the catalogues and the configuration, whatever is declared; ``opened``
    are open to every worker.

    Raises FileNotFoundError for a declared path that is not there, PermissionError for one to
    ``write`` that holds what is closed, OSError where no other interpreter can be asked.
    """
    python = worker.get("python")
    interpreter = interpreter_at(python) if python else this_interpreter()
    shut = Closed([DATASETS, CONF, base, *closed, *closed_copies(interpreter)])
    asked = declared_paths(worker.get("read") or (), settings)
    declared = {text: path for text, path in asked.items() if not shut.holds(path)}
    openings = [
        *_of_everybody(interpreter, shut, opened),
        *_own(target, settings, interpreter, shut),
        *_readable(declared.values(), shut),
        *_writable(worker.get("write") or (), shut),
    ]
    real_base, kept = os.path.realpath(base), without_repetition(openings)
    return Blueprint(
        base=real_base,
        openings=tuple(kept),
        hidden=_hidden(closed, [real_base, *(one.path for one in kept)]),
        devices=(*system.graphics(), *(one for one in declared.values() if _is_device(one))),
        declared=tuple(declared.items()),
        processes=bool(worker.get("processes")),
        modules=_modules(target, settings),
    )


def _modules(target: str, settings: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a method's code imports from its folder, and the harness, for the processes it starts.

    None for a method of a package.
    """
    files = code_files(target, settings)
    found = {name: path for file in files for name, path in importable_beside(file).items()}
    if found:
        found |= {name: ROOT / name for name in ("bench", "methods")}
    return tuple((name, str(path)) for name, path in found.items())


def _hidden(closed: Iterable[str | Path], needed: list[str]) -> tuple[str, ...]:
    """The highest folders above those of ``closed`` that hold nothing a worker needs.

    One can ask for a known path whether it is there, and would learn from a log that grows which
    problem it is about. The highest, because a worker's list of mounts names what is hidden.
    """
    found = []
    for path in closed:
        above = Path(os.path.realpath(path)).parents
        free = [str(one) for one in above if holds_none_of(str(one), needed)]
        found += free[-1:]
    return tuple(dict.fromkeys(found))


def _of_everybody(
    interpreter: Interpreter, shut: Closed, opened: Iterable[str | Path]
) -> Iterator[Opening]:
    """What every worker reads: its interpreter, the harness, the system, and ``opened``."""
    yield from openings_of(interpreter, shut)
    yield from openings_of_julia(os.environ, shut)
    places: list[str | Path] = [ROOT / "bench", ROOT / "methods", *_of_the_system()]
    for place in places:
        yield from carved(place, shut, listed=True)
    yield from (Opening(os.path.realpath(path)) for path in opened if Path(path).exists())


def _of_the_system() -> list[str]:
    names = (*system.PROGRAMS, *system.SETTINGS, *system.HARDWARE, *system.about_graphics())
    return [path for path in system.present(names) if not path.startswith("/proc/")]


def _own(
    target: str, settings: Mapping[str, Any], interpreter: Interpreter, closed: Closed
) -> Iterator[Opening]:
    """A method's file and the modules beside it, or its package; never a folder of files."""
    for file in code_files(target, settings):
        beside = [*code_beside(file).values(), *importable_beside(file).values()]
        for path in dict.fromkeys([file, *beside]):
            yield from carved(path, closed)
    place = target.rpartition(":")[0]
    if place.endswith(byvalue.SUFFIX):
        yield from carved(place, closed)
    if place.endswith((byvalue.SUFFIX, ".py")):
        return
    package = place.partition(".")[0]
    for folder in interpreter.path:
        yield from carved(Path(folder, package), closed)
        yield from carved(Path(folder, f"{package}.py"), closed)


def declared_paths(read: Iterable[str], settings: Mapping[str, Any]) -> dict[str, str]:
    """What ``worker.read`` and the settings name: as it is written, and where it is.

    Raises FileNotFoundError for a path in ``read`` that is not there.
    """
    declared = {}
    for written in read:
        real = Path(written).expanduser().resolve()
        if not real.exists():
            raise FileNotFoundError(f"worker: there is nothing at '{written}'")
        declared[written] = str(real)
    for text in texts_of(settings):
        if _is_path(text):
            declared[text] = str(Path(text).expanduser().resolve())
    return declared


def _is_path(text: str) -> bool:
    """Whether ``text`` is the path of a file that is there, or, with a slash in it, of a folder."""
    try:
        path = Path(text).expanduser()
        return path.is_file() or ("/" in text and path.is_dir())
    except (OSError, ValueError, RuntimeError):
        return False


def _readable(paths: Iterable[str], closed: Closed) -> Iterator[Opening]:
    for path in paths:
        if path == "/" or not path.startswith(_NEVER_DECLARED):
            for one in carved(path, closed):
                if not one.path.startswith(_NEVER_DECLARED):
                    yield one


def _writable(paths: Iterable[str], closed: Closed) -> Iterator[Opening]:
    for written in paths:
        path = os.path.realpath(Path(written).expanduser())
        if not Path(path).exists():
            raise FileNotFoundError(f"worker: there is nothing at '{written}'")
        if closed.holds(path) or closed.below(path):
            raise PermissionError(f"worker.write: '{written}' holds what no worker may see")
        yield Opening(path, "write")


def _is_device(path: str) -> bool:
    return path.startswith("/dev/") and not path.startswith("/dev/shm")
