"""The rows of one problem in an HDF5 file of LLM-SRBench."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.basics.installation import install_hint
from bench.problems.data import Data, Table
from bench.problems.formats.tabular import ROWS, Array, TableError, remembered
from bench.problems.problem import Problem

_SPLITS = {"train": "train", "test": "test", "ood": "ood_test"}
_DAMAGED = (OSError, RuntimeError, KeyError, ValueError, TypeError)
"""What h5py raises at a file that is none, or damaged inside."""


@dataclass(frozen=True)
class Hdf5Rows:
    """The arrays of one group: the target in column 0, then the inputs."""

    path: Path
    group: str
    columns: int

    def data(self, problem: Problem, seed: int) -> Data:
        with self._arrays() as arrays:
            tables = {}
            for split, array in arrays.items():
                values = np.concatenate(list(self._blocks(array)))
                tables[split] = Table(values[:, 1:].copy(), values[:, 0].copy())
            return Data(tables)

    def check(self, problem: Problem) -> None:
        """Look through the rows. Raises TableError."""
        remembered(self.path, f"{self.group} {self.columns}", self._count)

    def _count(self) -> int:
        with self._arrays() as arrays:
            return sum(len(block) for array in arrays.values() for block in self._blocks(array))

    @contextmanager
    def _arrays(self) -> Iterator[Mapping[str, Any]]:
        """The arrays by split, while the file is open. Raises TableError, naming file and path."""
        try:
            import h5py
        except ImportError:
            needed = f"reading it needs h5py: {install_hint('hdf5')}"
            raise TableError(f"{self.path}: {needed}") from None
        try:
            with h5py.File(self.path, "r") as file:
                yield self._found(file, h5py)
        except TableError:
            raise
        except FileNotFoundError:
            raise TableError(f"{self.path}: there is no such file") from None
        except _DAMAGED as error:
            raise TableError(
                f"{self.path}: /{self.group}: not an HDF5 file, or a damaged one ({error})"
            ) from None

    def _found(self, file: Any, h5py: Any) -> Mapping[str, Any]:
        group = file.get(self.group)
        if group is None:
            raise TableError(f"{self.path}: there is no group /{self.group}")
        if not isinstance(group, h5py.Group):
            raise TableError(f"{self.path}: /{self.group} is an array, not a group of arrays")
        arrays = {split: group.get(name) for split, name in _SPLITS.items() if name in group}
        for split in ("train", "test"):
            if split not in arrays:
                raise TableError(f"{self.path}: /{self.group} has no array '{split}'")
        for split, array in arrays.items():
            self._check_shape(f"{self.path}: /{self.group}/{_SPLITS[split]}", array, h5py)
        return arrays

    def _check_shape(self, where: str, array: Any, h5py: Any) -> None:
        if not isinstance(array, h5py.Dataset):
            raise TableError(f"{where} is a group, not an array")
        if array.ndim != 2 or array.shape[1] != self.columns or array.dtype.kind not in "fiu":
            raise TableError(
                f"{where} is {array.dtype} of shape {array.shape}, not numbers in {self.columns} "
                "columns, the target first"
            )
        if not len(array):
            raise TableError(f"{where} has no rows")

    def _blocks(self, array: Any) -> Iterator[Array]:
        for start in range(0, len(array), ROWS):
            block = array[start : start + ROWS].astype(np.float64)
            bad = np.argwhere(~np.isfinite(block))
            if len(bad):
                row, column = bad[0]
                raise TableError(
                    f"{self.path}: {array.name}: row {start + row}, column {column} is not a "
                    "finite number"
                )
            yield block
