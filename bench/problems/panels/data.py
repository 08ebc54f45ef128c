"""The data of a panel: fields and forward returns, days x assets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.problems.cache import Arrays, arrays_digest

Array = NDArray[np.float64]

RETURNS = "forward return"
"""What the target is called among the arrays; no field has a blank in its name."""


@dataclass(frozen=True)
class PanelData:
    """``fields`` by name and ``returns``, each (days, assets); nan is missing.

    ``returns`` at a day is what an asset returns from then over the problem's horizon. The first
    ``cut`` days are shown. Raises ValueError where shapes differ.
    """

    fields: Mapping[str, Array]
    returns: Array
    cut: int

    def __post_init__(self) -> None:
        shapes = {array.shape for array in (*self.fields.values(), self.returns)}
        if len(shapes) != 1 or self.returns.ndim != 2 or not self.fields:
            raise ValueError(f"arrays have the shapes {sorted(shapes)}; all must be (days, assets)")
        if not 0 < self.cut < len(self.returns):
            raise ValueError(
                f"{self.cut} of {len(self.returns)} days are shown; both parts need days"
            )

    @property
    def arrays(self) -> Arrays:
        """All of it as arrays by name, for the cache and the digest."""
        return {**self.fields, RETURNS: self.returns, "cut": np.array([float(self.cut)])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> PanelData:
        """Inverse of ``arrays``."""
        fields = {name: one for name, one in arrays.items() if name not in (RETURNS, "cut")}
        return cls(fields, arrays[RETURNS], int(arrays["cut"][0]))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over fields, returns and cut."""
        return arrays_digest(self.arrays)
