"""Rows of tables that lie in installed packages, read as text: no code of theirs is run."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.basics.installation import how_to_get, package_folder, pip_install
from bench.problems.data import Data, Table
from bench.problems.formats.pmlb import MOST_TRAINING_ROWS, split_rows

if TYPE_CHECKING:
    import pandas as pd

    from bench.problems.problem import Problem

_PACKED = {".gz": gzip.decompress, ".bz2": bz2.decompress}
_REQUIREMENT = re.compile(r"(?P<distribution>[\w-]+)==[\w.]+")


class PackagedTableError(ValueError):
    """The package of a table is not installed, or has another file."""


@dataclass(frozen=True)
class InstalledTable:
    """Rows of the files of a package, side by side, split as SRBench splits PMLB's.

    ``requirement`` names the package and a version that has these ``files``: SHA-256 by their
    paths in the folder of its ``module``. Columns are called by their first line, or are
    ``columns`` and begin after ``skip`` lines. Rows without a number in a column of the problem
    are left out.
    """

    requirement: str
    module: str
    files: Mapping[str, str]
    separator: str = ","
    columns: tuple[str, ...] = ()
    skip: int = 0

    def data(self, problem: Problem, seed: int) -> Data:
        """Raises PackagedTableError, with the command that brings the package."""
        inputs = [variable.symbol for variable in problem.variables]
        rows = self._rows([*inputs, problem.target.variable.symbol])
        train, test = split_rows(len(rows), seed, MOST_TRAINING_ROWS)
        X, y = rows[:, :-1], rows[:, -1]
        return Data({"train": Table(X[train], y[train]), "test": Table(X[test], y[test])})

    def check(self, problem: Problem) -> None:
        """Look whether the files are there, and are those that are meant."""
        for path, digest in self.files.items():
            self._content(path, digest)

    def _rows(self, names: Sequence[str]) -> Any:
        """The columns ``names`` as an array (n, len(names)) of finite numbers."""
        import pandas as pd

        parts = [self._frame(path, digest) for path, digest in self.files.items()]
        frame = pd.concat(parts, axis=1)
        if self.columns:
            frame.columns = pd.Index(self.columns)
        return frame[list(names)].dropna().to_numpy(str).astype(float)

    def _frame(self, path: str, digest: str) -> pd.DataFrame:
        import pandas as pd

        return pd.read_csv(
            io.BytesIO(self._content(path, digest)),
            sep=self.separator, header=None if self.columns else 0, skiprows=self.skip,
            skipinitialspace=True, na_values=".",
            dtype=str,  # NumPy takes the nearest double, pandas not always
        )  # fmt: skip

    def _content(self, path: str, digest: str) -> bytes:
        """The text of a file, whose bytes have the SHA-256 ``digest``."""
        place = self._folder() / path
        content = place.read_bytes() if place.is_file() else b""
        if hashlib.sha256(content).hexdigest() != digest:
            fault = "is not the one that is meant" if content else "is not there"
            raise PackagedTableError(f"the file {place} {fault}; {pip_install(self.requirement)}")
        unpack = _PACKED.get(place.suffix)
        return unpack(content) if unpack else content

    def _folder(self) -> Path:
        folder = package_folder(self.module)
        if folder is None:
            raise PackagedTableError(
                f"the table needs the package {self.module}: {how_to_get([self.module])}"
            )
        return folder


def read_installed(entry: Mapping[str, Any]) -> InstalledTable:
    """The source that a catalogue's field ``installed`` describes."""
    fields = dict(entry)
    named = _REQUIREMENT.fullmatch(fields["requirement"])
    if named is None:
        raise ValueError("requirement names a package and its version, PACKAGE==VERSION")
    fields.setdefault("module", named["distribution"].replace("-", "_"))
    fields["files"] = {str(path): str(digest) for path, digest in dict(fields["files"]).items()}
    fields["columns"] = tuple(map(str, fields.get("columns", ())))
    return InstalledTable(**fields)
