"""How Rediscover is installed here: its version, and the command that brings what is missing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bench.basics.paths import CONF

DISTRIBUTION = "rediscover-bench"
"""The name on PyPI; ``rediscover`` there is another project's."""


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


def _clone() -> Path | None:
    """The clone this code lies in; None where it was installed from a wheel.

    A wheel carries the configuration within the package, a clone beside it.
    """
    package = Path(__file__).resolve().parents[1]
    return None if CONF.parent == package else CONF.parent
