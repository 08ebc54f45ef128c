"""The data of a problem: rows of numbers, in splits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Table:
    """Rows of one split: ``X`` of shape (n, d) and ``y`` of shape (n,), both float64."""

    X: NDArray[np.float64]
    y: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Data:
    """The splits of a problem: ``train`` and ``test`` always, ``validation`` and ``ood`` maybe."""

    splits: Mapping[str, Table]

    @property
    def train(self) -> Table:
        return self.splits["train"]

    @property
    def test(self) -> Table:
        return self.splits["test"]

    @property
    def ood(self) -> Table | None:
        return self.splits.get("ood")

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names, shapes and little-endian float64 bytes of all splits."""
        sha = hashlib.sha256()
        for name in sorted(self.splits):
            table = self.splits[name]
            sha.update(f"{name}:{table.X.shape}".encode())
            sha.update(np.ascontiguousarray(table.X, dtype="<f8").tobytes())
            sha.update(np.ascontiguousarray(table.y, dtype="<f8").tobytes())
        return sha.hexdigest()
