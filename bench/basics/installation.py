"""How Rediscover is installed here: its version, and the command that brings what is missing."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from bench.basics.paths import CONF

DISTRIBUTION = "rediscover-bench"
"""The name on PyPI; ``rediscover`` there is another project's."""

_EXTRAS = {
    "pysr": "pysr", "torch": "neural", "safetensors": "neural", "eggp": "eggp", "symregg": "eggp",
    "gp_elite": "gp-elite", "bingo": "bingo", "mpi4py": "bingo", "pysindy": "sindy",
    "statsmodels": "tables", "linearmodels": "tables", "vega_datasets": "tables",
}  # fmt: skip
"""The extra that brings a module, where it is not a module of the same name."""

_RILS_ROLS = ("pybind11 setuptools wheel", "--no-build-isolation rils-rols")
_PACKAGES = {
    "rils_rols": _RILS_ROLS, "rils_rols_cpp": _RILS_ROLS, "sklearn": ("scikit-learn",),
    "numba": ("numba",), "yaml": ("pyyaml",),
}  # fmt: skip
"""What pip is to install for a module that no extra brings, one after the other."""

_OTHERWISE = {
    "psrn": "it needs an environment of its own, named in worker.python: docs/methods.md",
    "symbolic_utils": "it lies in SRBench's folder experiment: give the file in a clone of SRBench",
}
"""How to get a module that no command brings."""

ENGINES = {"pysr": "methods.pysr.borrowed:BorrowedPySR"}
"""By module, what knows what that needs beside its package: ``missing()``, ``warm_up(budget)``."""


def own_version() -> str:
    """The installed version; ``unknown`` where the code is run without having been installed."""
    from importlib import metadata  # as slow to import as all the rest of a short command

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"


def install_hint(extra: str) -> str:
    """The command that adds ``extra`` to this installation: ``pip install -e '.[neural]'``.

    In a clone it installs the clone, named by its folder where that is not the current one; else it
    installs the distribution from PyPI.
    """
    clone = _clone()
    if clone is None:
        return pip_install(f"'{DISTRIBUTION}[{extra}]'")
    place = "." if clone == Path.cwd() else str(clone)
    return pip_install(f"-e '{place}[{extra}]'")


def pip_install(what: str) -> str:
    """``pip install what``, or this interpreter's pip in full where ``pip`` is another's."""
    pip = shutil.which("pip")
    if pip is not None and Path(pip).parent == Path(sys.executable).parent:
        return f"pip install {what}"
    return f"{sys.executable} -m pip install {what}"


def is_installed(module: str) -> bool:
    """Whether its package is; to look for what is in a package would import that."""
    try:
        return importlib.util.find_spec(module.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def package_folder(module: str) -> Path | None:
    """The folder of an installed package, none of whose code is run; None where there is none."""
    spec = importlib.util.find_spec(module)  # of a top-level name, which imports nothing
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def how_to_get(modules: Iterable[str]) -> str:
    """How to get ``modules``, by an extra or as is known; else by packages of their names.

    PyPI may call these packages otherwise, or have others of these names.
    """
    found, others = dict[str, None](), list[str]()
    for name in dict.fromkeys(module.partition(".")[0] for module in modules):
        if name in _OTHERWISE:
            found[_OTHERWISE[name]] = None
        elif name in _PACKAGES:
            found[" && ".join(map(pip_install, _PACKAGES[name]))] = None
        elif name in _EXTRAS:
            found[install_hint(_EXTRAS[name])] = None
        else:
            others.append(name)
    if others:
        so = "its package is" if len(others) == 1 else "their packages are"
        found[f"{pip_install(' '.join(others))}, if {so} called so"] = None
    return "; ".join(found)


def _clone() -> Path | None:
    """The clone this code lies in; None where it was installed from a wheel.

    A wheel carries the configuration within the package, a clone beside it.
    """
    package = Path(__file__).resolve().parents[1]
    return None if CONF.parent == package else CONF.parent
