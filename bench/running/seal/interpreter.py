"""Which files an interpreter reads: its own, its packages', and what its path points to."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.running.seal.openings import Closed, Opening, carved

_ASK = (
    "import json, os, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix, "
    "sys.exec_prefix, sys.base_exec_prefix, os.path.dirname(os.__file__), "
    "list(sys.version_info[:3])]))"
)
_SECONDS = 30
_OF_A_PREFIX = ("bin", "lib", "lib64", "libexec", "include", "share", "julia_env", "pyvenv.cfg")
_OF_A_DEPOT = (
    "artifacts", "compiled", "conda", "environments", "juliaup", "packages", "registries",
    "scratchspaces",
)  # fmt: skip
"""What is code or data of packages in a depot of Julia, and not its user's own."""

_JULIAS = ("PYTHON_JULIACALL_EXE", "PYTHON_JULIAPKG_EXE")
_JULIA_PROJECTS = ("PYTHON_JULIACALL_PROJECT", "PYTHON_JULIAPKG_PROJECT")
_PACKAGES = ("site-packages", "dist-packages")
_CODE = (".py", ".pyc", ".so", ".pyd")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Where a Python keeps what it consists of; ``path`` is what it imports from beside that."""

    executable: str
    prefixes: tuple[str, ...]
    path: tuple[str, ...] = ()


def this_interpreter() -> Interpreter:
    """The one that runs this, with its path."""
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)
    path = tuple(p for p in sys.path if p)
    standard = os.path.dirname(os.__file__)  # noqa: PTH120
    return Interpreter(sys.executable, tuple(dict.fromkeys((*prefixes, standard))), path)


@cache
def interpreter_at(executable: str) -> Interpreter:
    """The one at ``executable``, asked without any file of its packages being run.

    Raises OSError where it cannot be asked.
    """
    try:
        done = subprocess.run(
            [executable, "-I", "-S", "-c", _ASK],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS,
            check=True,
        )  # fmt: skip
        real, *prefixes, version = json.loads(done.stdout)
    except OSError as error:
        raise OSError(f"worker.python '{executable}' does not start: {error.strerror}") from None
    except (subprocess.SubprocessError, ValueError) as error:
        raise OSError(f"worker.python '{executable}' is no Python: {error}") from None
    if tuple(version) < (3, 11):
        number = ".".join(map(str, version))
        raise OSError(f"{executable} is Python {number}; workers need 3.11 or newer")
    # Without packages it does not know that it is a virtual environment.
    own = Path(real).parent.parent
    if (own / "pyvenv.cfg").is_file():
        prefixes.insert(0, str(own))
    return Interpreter(real, tuple(dict.fromkeys(prefixes)))


def closed_copies(interpreter: Interpreter) -> Iterator[str]:
    """Catalogues and configuration of harnesses that are installed among its packages."""
    for folder in _package_folders(interpreter):
        for name in ("datasets", "conf"):
            if os.path.isdir(copy := f"{folder}/bench/{name}"):  # noqa: PTH112
                yield copy


def openings_of(interpreter: Interpreter, closed: Closed) -> list[Opening]:
    """What ``interpreter`` reads, but for what is closed."""
    openings = [Opening(os.path.realpath(interpreter.executable))]
    for prefix in interpreter.prefixes:
        parts = _OF_A_PREFIX if _is_prefix(prefix) else ("",)
        for part in parts:
            openings += carved(Path(prefix, part), closed, listed=True)
    folders = [*interpreter.path]
    for folder in _package_folders(interpreter):
        folders.append(folder)
        folders += _pointed_to(Path(folder))
    for path in dict.fromkeys(map(os.path.realpath, folders)):
        if not _is_clone(path):
            openings += _importable(path, closed)
    return list(dict.fromkeys(openings))


def openings_of_julia(environment: Mapping[str, str], closed: Closed) -> list[Opening]:
    """What the Julia of an environment reads that is in no system folder: itself, projects that are
    named, and the packages in its depots."""
    programs = [environment[name] for name in _JULIAS if environment.get(name)] + ["julia"]
    places = [environment[name] for name in _JULIA_PROJECTS if environment.get(name)]
    for program in map(shutil.which, programs):
        folder = Path(os.path.realpath(program or "/nowhere")).parent.parent
        if (folder / "share" / "julia").is_dir():
            places.append(str(folder))
    for depot in julia_depots(environment):
        places += [f"{depot}/{part}" for part in _OF_A_DEPOT]
    there = [path for path in places if os.path.isdir(path)]  # noqa: PTH112
    return [one for path in there for one in carved(path, closed, listed=True)]


def julia_depots(environment: Mapping[str, str]) -> list[str]:
    """The depots of Julia that an environment names, or the one in the home folder."""
    named = [path for path in environment.get("JULIA_DEPOT_PATH", "").split(os.pathsep) if path]
    return named or [f"{environment.get('HOME', '')}/.julia"]


def _is_clone(folder: str) -> bool:
    """Whether the harness is developed in ``folder``, which holds results and tests as well."""
    return os.path.isdir(f"{folder}/bench/running") and not folder.endswith(_PACKAGES)  # noqa: PTH112


def _is_prefix(folder: str) -> bool:
    """False for the folder of a standard library."""
    return os.path.isdir(f"{folder}/bin") or os.path.isfile(f"{folder}/pyvenv.cfg")  # noqa: PTH112, PTH113


def _package_folders(interpreter: Interpreter) -> list[str]:
    found = [path for path in interpreter.path if path.rstrip("/").endswith(_PACKAGES)]
    for prefix in interpreter.prefixes:
        for packages in _PACKAGES:
            found += map(str, Path(prefix).glob(f"lib*/python3*/{packages}"))
    return list(dict.fromkeys(found))


def _importable(path: str, closed: Closed) -> list[Opening]:
    """What of a folder of an interpreter's path can be imported."""
    if not os.path.isdir(path):  # noqa: PTH112
        return carved(path, closed)
    if path.endswith(_PACKAGES):
        linked = (entry.path for entry in os.scandir(path) if entry.is_symlink())
        return [*carved(path, closed, listed=True), *(o for p in linked for o in carved(p, closed))]
    if not closed.below(path) and _is_library(path):
        return carved(path, closed)
    openings = [] if closed.below(path) else [Opening(path, "list")]
    for entry in sorted(os.scandir(path), key=lambda one: one.name):
        if _can_be_imported(entry):
            openings += carved(entry.path, closed)
    return openings


def _is_library(path: str) -> bool:
    """Whether ``path`` is a standard library's: it has nothing in it but code."""
    return os.path.isfile(f"{path}/os.py") or path.endswith("lib-dynload")  # noqa: PTH113


def _can_be_imported(entry: os.DirEntry[str]) -> bool:
    if entry.is_symlink():
        return False
    if entry.is_dir():
        return os.path.isfile(f"{entry.path}/__init__.py") or entry.name.endswith(".dist-info")  # noqa: PTH113
    return entry.name.endswith(_CODE)


def _pointed_to(folder: Path) -> list[str]:
    """Folders that the ``.pth`` files and editable installations in ``folder`` point to."""
    found = []
    for file in sorted(folder.glob("*.pth")):
        for line in _lines(file):
            if line and not line.startswith(("#", "import ", "import\t")):
                found.append(str(folder / line))
    for file in sorted(folder.glob("__editable___*_finder.py")):
        found += _mapped(file)
    return [path for path in found if os.path.exists(path)]  # noqa: PTH110


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text(errors="replace").splitlines()]
    except OSError:
        return []


def _mapped(file: Path) -> Iterable[str]:
    """The folders in ``MAPPING = {...}``, which setuptools writes."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    for node in tree.body:
        names = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(name, ast.Name) and name.id == "MAPPING" for name in names):
            value = getattr(node, "value", None)
            return [
                str(one.value)
                for one in getattr(value, "values", ())
                if isinstance(one, ast.Constant)
            ]
    return []
