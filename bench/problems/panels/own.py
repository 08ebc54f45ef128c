"""A user's own panel in long form: a row for each day and asset, in CSV, TSV or Parquet."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench.expression.factors import FACTOR_OPERATORS
from bench.problems.dataset import Dataset
from bench.problems.formats.naming import stem_of
from bench.problems.formats.tabular import TableError, column_names, file_digest, table_suffix
from bench.problems.panels.data import Array, PanelData
from bench.problems.panels.problem import PanelProblem, PanelSource

LEAST_DAYS, LEAST_ASSETS = 20, 3
"""Days of each part, and assets, of a panel of which anything can be said."""
CLOSE = "close"


@dataclass(frozen=True)
class OwnPanel:
    """The panel in the file at ``path``: see ``read_panel``."""

    path: Path
    date: str
    asset: str
    horizon: int
    split: float
    target: str

    def data(self, problem: PanelProblem, seed: int) -> PanelData:
        fields = dict(self._columns())
        returns = fields.pop(self.target, None)
        return panel_of(self.path, fields, self.horizon, self.split, returns)

    def check(self, problem: PanelProblem) -> None:
        """Look through all rows. Raises TableError."""
        self.data(problem, 0)

    def fields(self) -> tuple[str, ...]:
        """The columns that are fields. Raises TableError where one has no name for one."""
        names = column_names(self.path)
        for option, name in (("date", self.date), ("asset", self.asset)):
            if name not in names:
                raise TableError(
                    f"{self.path}: {option} is '{name}', no column; those are {', '.join(names)}"
                )
        columns = [one for one in names if one not in (self.date, self.asset)]
        return field_names(self.path, [one for one in columns if one != self.target])

    def _columns(self) -> Mapping[str, Array]:
        """Each column as (days, assets): days by date, assets by name."""
        table = self._table()
        index = [table[self.date], table[self.asset]]
        twice = table.duplicated([self.date, self.asset])
        if twice.any():
            row = int(np.flatnonzero(twice.to_numpy())[0])
            raise TableError(
                f"{self.path}: line {row + 2} is a second row of {index[1].iloc[row]} on "
                f"{index[0].iloc[row]:%Y-%m-%d}"
            )
        wide = table.set_index([self.date, self.asset]).unstack(self.asset).sort_index()
        columns = [name for name in table.columns if name not in (self.date, self.asset)]
        return {
            _plain(name): np.ascontiguousarray(wide[name].to_numpy(np.float64)) for name in columns
        }

    def _table(self) -> Any:
        import pandas

        try:
            if table_suffix(self.path) == ".parquet":
                table = pandas.read_parquet(self.path)
            else:
                separator = "\t" if ".tsv" in self.path.name.lower() else ","
                text = {self.date: str, self.asset: str}
                table = pandas.read_csv(self.path, sep=separator, dtype=text)
            table[self.asset] = table[self.asset].astype(str)
            table[self.date] = pandas.to_datetime(table[self.date].astype(str))
        except (ValueError, ImportError, OSError) as error:
            raise TableError(f"{self.path}: {f'{error}'.partition(chr(10))[0]}") from None
        for name in table.columns:
            if name in (self.date, self.asset):
                continue
            if not pandas.api.types.is_numeric_dtype(table[name]):
                raise TableError(
                    f"{self.path}: column '{name}' holds {table[name].dtype}, no numbers"
                )
            if np.isinf(table[name].to_numpy(np.float64)).any():
                raise TableError(f"{self.path}: column '{name}' holds an infinite number")
        return table


def field_names(path: Path, columns: list[str]) -> tuple[str, ...]:
    """The names of fields, a dollar in front left out as Qlib writes it. Raises TableError."""
    names = tuple(map(_plain, columns))
    for column, name in zip(columns, names, strict=True):
        if not re.fullmatch(r"[A-Za-z_]\w*", name) or name in FACTOR_OPERATORS:
            raise TableError(
                f"{path}: '{column}' cannot be a field's name; rename it: letters, digits and _, "
                "and no operator's name"
            )
    if not names or len(set(names)) < len(names):
        raise TableError(f"{path}: the fields are {', '.join(names) or 'none'}; each needs a name")
    return names


def _plain(column: str) -> str:
    return column.removeprefix("$")


def panel_of(
    path: Path, fields: Mapping[str, Array], horizon: int, split: float, returns: Array | None
) -> PanelData:
    """The panel of ``fields``; its returns those given, or of ``close`` over ``horizon`` days."""
    if returns is None:
        if CLOSE not in fields:
            raise TableError(
                f"{path}: returns need a field '{CLOSE}', or a column 'target' with the returns "
                "that follow; fields are " + ", ".join(fields)
            )
        close = fields[CLOSE]
        if (close <= 0.0).any():
            raise TableError(
                f"{path}: '{CLOSE}' is {np.nanmin(close):g} somewhere; prices are above 0"
            )
        returns = np.full_like(close, np.nan)
        returns[:-horizon] = close[horizon:] / close[:-horizon] - 1.0
    days, assets = returns.shape
    cut = round(split * days)
    if min(cut, days - cut) < LEAST_DAYS or assets < LEAST_ASSETS:
        raise TableError(
            f"{path}: {days} days of {assets} assets; needed are {LEAST_ASSETS} assets, and "
            f"{LEAST_DAYS} days in each part (split={split:g} shows {cut})"
        )
    return PanelData(fields, returns, cut)


def check_options(path: Path, horizon: object, split: float) -> None:
    """Raises TableError for a horizon or split that is none."""
    if not isinstance(horizon, int) or isinstance(horizon, bool) or not 1 <= horizon <= 250:
        raise TableError(f"{path}: horizon is {horizon!r}; it is a number of days, 1 to 250")
    if not 0 < split < 1:
        raise TableError(f"{path}: split is {split!r}; it is the share of days that are shown")


def panel_dataset(
    path: Path, source: PanelSource, fields: tuple[str, ...], horizon: int, version: str
) -> Dataset:
    """The dataset of one panel: its data are looked through."""
    name = stem_of(path)
    problem = PanelProblem(name, version, name, fields, source, horizon=horizon)
    problem.check()
    return Dataset(
        name, version, cast(Any, (problem,)), f"a panel in {path}", str(path), "the user's own"
    )


def read_panel(
    path: Path, *, asset: str, date: str = "date", horizon: int = 1, split: float = 0.75,
    target: str = "target",
) -> Dataset:  # fmt: skip
    """The panel in a file of rows (date, asset, fields): all other columns are fields.

    Returns are of ``close`` over ``horizon`` days, or the column ``target`` where there is one.
    The first share ``split`` of the days is shown. Empty cells and missing rows are missing values.
    Raises TableError, naming file, column and row.
    """
    check_options(path, horizon, split)
    if not path.is_file():
        raise TableError(
            f"{path}: a panel is one file; asset=COLUMN and date=COLUMN name its columns"
        )
    source = OwnPanel(path, date, asset, horizon, split, target)
    said = repr((date, asset, horizon, split, target))
    version = hashlib.sha256(f"{said}{file_digest(path)}".encode()).hexdigest()[:12]
    return panel_dataset(path, source, source.fields(), horizon, version)
