"""The Julia that PySR would use: where it is, what it lacks, and the environment it starts in.

``import pysr`` starts Julia, and fetches it and its packages from the net where they are not
there. So all this is found out beforehand, without importing juliacall: from its rules (0.9.36,
``juliacall/__init__.py``) and from juliapkg, which keeps what it has resolved in a file.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any

from bench import Budget

_EXE, _PROJECT = "PYTHON_JULIACALL_EXE", "PYTHON_JULIACALL_PROJECT"
_HEAP_SHARE = 0.6
"""Share of the run's memory at which Julia collects its garbage with vigour."""


@dataclass(frozen=True, slots=True)
class Julia:
    """A Julia with PySR's packages: ``library`` and ``bindir`` are empty where not known."""

    executable: str
    project: str
    library: str = ""
    bindir: str = ""


def missing() -> str | None:
    """What PySR lacks on this machine, in one line; nothing is fetched, and Julia not started
    but for its version."""
    if not has_known_release():
        return (
            f"pysr is {metadata.version('pysr')}; this adapter needs 2.7 or a later 2 "
            "(pip install 'pysr>=2.7,<3')"
        )
    exe, project = os.environ.get(_EXE), os.environ.get(_PROJECT)
    if exe and project:
        return _own_misses(exe, project)
    if exe or project:
        there, absent = (_EXE, _PROJECT) if exe else (_PROJECT, _EXE)
        return f"{there} is set and {absent} is not; juliacall needs both or neither"
    if find() is not None:
        return None
    return _search_misses()


def has_known_release() -> bool:
    """Whether the ``pysr`` that is installed is one that the adapter was written for."""
    release = tuple(map(int, metadata.version("pysr").split(".")[:2]))
    return (2, 7) <= release < (3, 0)


def find() -> Julia | None:
    """The Julia and the project that are ready for PySR; None where nothing is."""
    exe, project = os.environ.get(_EXE), os.environ.get(_PROJECT)
    if exe and project:
        return Julia(exe, project)
    _look_in_every_depot()
    deps, state = _juliapkg()
    resolved = deps.can_skip_resolve()
    if not resolved:
        return None
    return Julia(
        resolved["executable"],
        state["project"],
        resolved.get("libjulia") or "",
        resolved.get("bindir") or "",
    )


def prepare(environment: MutableMapping[str, str], budget: Budget) -> None:
    """Set what Julia is to be started with, before ``import pysr``.

    Julia and project are named outright, so that juliapkg is not asked and nothing is fetched.
    What the user has set stays. Raises RuntimeError where there is no Julia.
    """
    julia = find()
    if julia is None:
        raise RuntimeError(missing() or "there is no Julia for PySR")
    wanted = {
        _EXE: julia.executable,
        _PROJECT: julia.project,
        "PYTHON_JULIACALL_LIB": julia.library,
        "PYTHON_JULIACALL_BINDIR": julia.bindir,
        "PYTHON_JULIACALL_HANDLE_SIGNALS": "yes",
        "PYTHON_JULIACALL_HEAP_SIZE_HINT": f"{int(_HEAP_SHARE * budget.memory_mb)}M",
        "JULIA_NUM_GC_THREADS": "1",
        "JULIA_PKG_OFFLINE": "true",
    }
    for name, value in wanted.items():
        if value:
            environment.setdefault(name, value)
    environment["PYTHON_JULIACALL_THREADS"] = str(budget.threads)


def _own_misses(exe: str, project: str) -> str | None:
    """What a Julia and a project that the user has named lack."""
    deps, _ = _juliapkg()
    if shutil.which(exe) is None:
        return f"{_EXE} is '{exe}', which is no program"
    found = deps.julia_version(exe)
    if found is None:
        return f"{_EXE} is '{exe}', which is no Julia"
    if found not in _wanted():
        return f"{_EXE} is Julia {found}; PySR needs {_wanted()}"
    if not _has_package(Path(project)):
        return (
            f"{_PROJECT} '{project}' has no SymbolicRegression; add it once with a network: "
            f"{exe} --project={project} -e 'using Pkg; Pkg.add(\"SymbolicRegression\")'"
        )
    return None


def _has_package(project: Path) -> bool:
    """Whether a manifest of the project names the package that searches."""
    return any(
        "SymbolicRegression" in path.read_text(encoding="utf-8", errors="replace")
        for path in project.glob("*Manifest*.toml")
    )


def _search_misses() -> str:
    """Why juliapkg has nothing ready: no Julia that would do, or none of its packages."""
    deps, state = _juliapkg()
    fetch = f"`{sys.executable} -c 'import pysr'`"
    try:
        found = deps.find_julia(compat=_wanted(), prefix=state["install"])
    except Exception as error:  # juliapkg says everything so
        found, reason = None, str(error)
    if found is None:
        seen = _another(deps)
        return (
            f"PySR needs Julia {_wanted()}, and there is {seen or 'none'} here"
            f"{'' if reason.startswith('could not find') else f' ({reason})'}; "
            f"with a network, {fetch} fetches it once"
        )
    exe, version = found
    return (
        f"PySR needs Julia's packages: Julia {version} is at {exe}, and its packages were never "
        f"fetched, or for something else; with a network, {fetch} does it once"
    )


def _another(deps: Any) -> str:
    """The Julia that is there and of no use, in words; empty where there is none."""
    exe = shutil.which("julia")
    version = deps.julia_version(exe) if exe else None
    if version is not None:
        return f"{version} alone"
    return "juliaup alone" if shutil.which("juliaup") else ""


def _juliapkg() -> tuple[Any, Any]:
    """juliapkg's functions, and its state as the environment has it now."""
    from juliapkg import deps, state

    state.reset_state()
    return deps, state.STATE


def _wanted() -> Any:
    """The versions of Julia that PySR and juliacall want: a ``juliapkg.compat.Compat``."""
    from juliapkg.compat import Compat

    wanted = None
    for package in ("pysr", "juliacall"):
        spec = util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            file = Path(folder, "juliapkg.json")
            if file.is_file():
                said = Compat.parse(json.loads(file.read_text(encoding="utf-8"))["julia"])
                wanted = said if wanted is None else wanted & said
    return wanted or Compat.parse("^1.10.3")


def _look_in_every_depot() -> None:
    """Outside virtual environments juliapkg keeps its project in the first depot; a run's first is
    its own, and empty."""
    of_environment = sys.prefix != sys.base_prefix or os.environ.get("CONDA_PREFIX")
    if of_environment or os.environ.get("PYTHON_JULIAPKG_PROJECT"):
        return
    for depot in os.environ.get("JULIA_DEPOT_PATH", "").split(os.pathsep):
        project = Path(depot or ".", "environments", "pyjuliapkg")
        if depot and project.is_dir():
            os.environ["PYTHON_JULIAPKG_PROJECT"] = str(project.absolute())
            return
