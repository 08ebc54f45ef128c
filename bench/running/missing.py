"""Which engines are not there, found out before anything runs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from bench.basics.installation import ENGINES, how_to_get, is_installed
from bench.basics.paths import CONF, DATASETS, cache_folder, expanded
from bench.basics.srbench_clone import installing
from bench.running.inspecting.describe import is_trusted
from bench.running.inspecting.inspector import PATIENCE, InspectionError, Inspector, ask
from bench.running.load import load_class
from bench.running.neighbours import code_files, imports_beside
from bench.running.results.run import MethodSpec
from bench.running.sandbox.answer import printable
from bench.running.seal.interpreter import interpreter_at
from bench.running.seal.openings import Closed
from bench.running.seal.paths import declared_paths


def missing_engine(method: MethodSpec, results: Path | None = None) -> str | None:
    """One line that says what ``method`` lacks and how to get it; None where nothing is missing.

    Asked of the interpreter its workers run in. ``results`` is where its runs are to be kept.
    """
    lacks = _missing(method, results)
    files = code_files(method.target, method.settings)
    recipe = [str(path) for file in files for path in installing(file)]
    if lacks is None or not recipe or not _of_theirs(lacks):
        return lacks
    return f"{lacks}; SRBench installs what it needs by {' and '.join(recipe)}"


def _of_theirs(lacks: str) -> bool:
    """Whether modules are missing that are not what the harness itself works with."""
    return lacks.startswith(("module ", "modules ")) and not lacks.startswith("module 'numba'")


def _missing(method: MethodSpec, results: Path | None) -> str | None:
    if (closed := _closed_file(method, results)) is not None:
        return closed
    try:
        declared_paths((*method.read, *method.write), {})
    except FileNotFoundError as error:
        return str(error)
    if method.python is not None:
        return _missing_there(method)
    if is_trusted(method.place):
        return missing_here(method.place, method.requires)
    return _missing_behind_walls(method)


def _closed_file(method: MethodSpec, results: Path | None) -> str | None:
    """Why a method's own files cannot be read by its workers, where that is so."""
    places = {"the cache": cache_folder(), "the catalogues": DATASETS, "the configuration": CONF}
    if results is not None:
        places = {"the results folder": results, **places}
    files: dict[str, Sequence[str | Path]] = {
        "its file": code_files(method.target, method.settings),
        "worker.read": method.read,
    }
    for what, paths in files.items():
        for path in paths:
            for name, place in places.items():
                if Closed([place.absolute()]).holds(os.path.realpath(expanded(path))):
                    return f"{what}: '{path}' lies in {name}, which no worker reads: move it out"
    return None


def missing_here(target: str, requires: Sequence[str]) -> str | None:
    """As ``missing_engine``, in this interpreter."""
    absent = [one for one in dict.fromkeys(map(_top, requires)) if not is_installed(one)]
    if absent:
        return f"{_are_not(absent)} installed ({how_to_get(absent)})"
    for engine in (ENGINES[one] for one in map(_top, requires) if one in ENGINES):
        if (lacks := _said_by(engine)) is not None:
            return lacks
    return _said_by(target)


def _top(module: str) -> str:
    return module.partition(".")[0]


def _are_not(modules: Sequence[str]) -> str:
    names = ", ".join(f"'{one}'" for one in modules)
    are = ("module", "is") if len(modules) == 1 else ("modules", "are")
    return f"{are[0]} {names} {are[1]} not"


def _said_by(target: str) -> str | None:
    """What a method's class says is missing."""
    try:
        with imports_beside(code_files(target, {})):
            says = getattr(load_class(target), "missing", None)
            answer = says() if callable(says) else None
    except (Exception, SystemExit) as error:
        return f"{target}: {type(error).__name__}: {error}".partition("\n")[0]
    return None if answer is None else str(answer)


def _missing_behind_walls(method: MethodSpec) -> str | None:
    question = {"ask": "missing", "target": method.place, "requires": method.requires}
    try:
        answer = ask(method.place, method.settings, method.worker, question)["missing"]
    except InspectionError as error:
        return f"importing {method.place} {error}"
    except KeyError:
        return f"{method.place} does not say whether anything is missing"
    return None if answer is None else printable(str(answer))


def print_missing(target: str, requires: Sequence[str]) -> None:
    """Print what ``missing_here`` says, as JSON on the last line of standard output."""
    print(f"\n{json.dumps(missing_here(target, requires))}")


def _missing_there(method: MethodSpec) -> str | None:
    """As ``missing_engine``, said by the interpreter itself, behind walls."""
    try:
        interpreter_at(str(method.python))
        told = Inspector(method.place, method.settings, method.worker, method.requires)
    except OSError as error:
        return str(error)
    try:
        answer = told.hear(PATIENCE)
    except InspectionError as error:
        return f"worker.python '{method.python}': loading {method.target} {error}"
    finally:
        told.close()
    return None if answer is None else printable(str(answer))
