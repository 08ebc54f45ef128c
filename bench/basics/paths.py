"""Where the shipped configuration, the catalogues and the user's cache lie."""

import contextlib
import os
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]


def _shipped(name: str) -> Path:
    beside_code = _HERE / name
    return beside_code if beside_code.is_dir() else _HERE.parent / name


ROOT = _HERE.parent
"""The folder that holds ``bench`` and ``methods``: a clone, or the packages of an installation."""

CONF = _shipped("conf")
DATASETS = _shipped("datasets")


def expanded(place: str | Path) -> Path:
    """``place`` with the home folder for ``~``; as it is where that is a name like any other."""
    try:
        return Path(place).expanduser()
    except RuntimeError:  # no user is called like that: ~.csv
        return Path(place)


def cache_folder() -> Path:
    """``$REDISCOVER_CACHE``, else ``rediscover`` in ``$XDG_CACHE_HOME`` or ``~/.cache``."""
    own = os.environ.get("REDISCOVER_CACHE")
    if own:
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "rediscover"


def as_named(path: Path) -> str:
    """``path`` as a person here would give it: from the current folder, where it lies within."""
    with contextlib.suppress(ValueError):
        return str(path.absolute().relative_to(Path.cwd()))
    return str(path)
