"""Where a clone of SRBench has what a ``regressor.py`` of it leans on, beside its own folder.

A method lies in ``experiment/methods/NAME/regressor.py``; what installs it, and often the file
itself, in ``algorithms/NAME``. The driver, ``experiment/evaluate_model.py``, is started where it
lies, so that the modules beside it can be imported (github.com/cavalab/srbench).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

REGRESSOR = "regressor.py"
_DRIVER = "evaluate_model.py"
_INSTALLING = ("environment.yml", "requirements.txt", "install.sh")
_FAR = 3
"""Folders from a method's to that of the clone."""


def driver_folder(file: Path) -> Path | None:
    """The folder of SRBench's driver; None for a file that is no ``regressor.py`` of a clone."""
    if file.name != REGRESSOR:
        return None
    above = file.resolve().parents[1 : _FAR + 1]
    places = (place for one in above for place in (one, one / "experiment"))
    return next((one for one in places if (one / _DRIVER).is_file()), None)


def import_folders(file: Path) -> list[Path]:
    """The folders whose modules ``file`` may import: its own and, of SRBench's, the driver's."""
    driver = driver_folder(file)
    return [file.parent] if driver is None else [file.parent, driver]


def installing(file: Path) -> Iterator[Path]:
    """The files by which SRBench installs what a ``regressor.py`` imports."""
    driver = driver_folder(file)
    if driver is not None:
        folder = driver.parent / "algorithms" / file.resolve().parent.name
        yield from (folder / name for name in _INSTALLING if (folder / name).is_file())
