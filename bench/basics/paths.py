"""Where the shipped configuration and catalogues lie, in a clone and in an installed wheel."""

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
