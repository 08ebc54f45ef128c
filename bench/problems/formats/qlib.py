"""Qlib's folders: ``calendars/day.txt`` and ``features/ASSET/FIELD.day.bin``, as a panel.

A binary file holds little-endian float32: the day on which it begins, then a value a day
(microsoft/qlib, docs/component/data). Prices there are adjusted; nan is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.problems.dataset import Dataset
from bench.problems.formats.tabular import TableError, file_digest
from bench.problems.panels.data import Array, PanelData
from bench.problems.panels.own import check_options, field_names, panel_dataset, panel_of
from bench.problems.panels.problem import PanelProblem

OPTIONS = ("horizon", "split")

_CALENDAR = Path("calendars") / "day.txt"
_SUFFIX = ".day.bin"


@dataclass(frozen=True)
class QlibPanel:
    """The panel in Qlib's folder ``path``: all assets that have features."""

    path: Path
    horizon: int
    split: float

    def data(self, problem: PanelProblem, seed: int) -> PanelData:
        days = len(_lines(self.path / _CALENDAR))
        assets = _assets(self.path)
        fields = {
            name: np.column_stack([_column(asset / f"{name}{_SUFFIX}", days) for asset in assets])
            for name in problem.fields
        }
        return panel_of(self.path, fields, self.horizon, self.split, None)

    def check(self, problem: PanelProblem) -> None:
        """Look through all files. Raises TableError."""
        self.data(problem, 0)


def recognises(path: Path) -> bool:
    """Whether there is a daily calendar beside features."""
    return (path / _CALENDAR).is_file() and (path / "features").is_dir()


def read(path: Path, *, horizon: int = 1, split: float = 0.75) -> Dataset:
    """The panel in Qlib's folder; see ``bench.problems.panels.own.read_panel`` for the options.

    Fields are those that every asset has. Raises TableError, naming the file.
    """
    check_options(path, horizon, split)
    assets = _assets(path)
    common = set.intersection(*({file.name for file in _files(one)} for one in assets))
    columns = sorted(name.removesuffix(_SUFFIX) for name in common)
    source = QlibPanel(path, horizon, split)
    sha = hashlib.sha256(repr((horizon, split)).encode())
    for file in [path / _CALENDAR, *(file for one in assets for file in _files(one))]:
        sha.update(f"{file.relative_to(path)}{file_digest(file)}".encode())
    names = field_names(path, columns)
    return panel_dataset(path, source, names, horizon, sha.hexdigest()[:12])


def _assets(path: Path) -> list[Path]:
    assets = sorted(one for one in (path / "features").iterdir() if any(_files(one)))
    if not assets:
        raise TableError(f"{path}/features: no folder in it has files {_SUFFIX}")
    return assets


def _files(asset: Path) -> Iterator[Path]:
    yield from sorted(asset.glob(f"*{_SUFFIX}"))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split()


def _column(path: Path, days: int) -> Array:
    """The values of one file along the calendar: shape (days,)."""
    values = np.fromfile(path, dtype="<f4").astype(np.float64)
    found = np.full(days, np.nan)
    start = values[0] if len(values) else np.nan
    if not (start >= 0 and start == int(start) and start + len(values) - 1 <= days):
        raise TableError(f"{path}: {len(values)} values from day {start:g} of {days}: not Qlib's")
    found[int(start) : int(start) + len(values) - 1] = values[1:]
    if np.isinf(found).any():
        raise TableError(f"{path}: there is an infinite value")
    return found
