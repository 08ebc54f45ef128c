"""The data of a system: trajectories, in splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.problems.cache import Arrays, arrays_digest

Array = NDArray[np.float64]
NoiseKind = Literal["multiplicative", "additive"]
Estimate = Literal["differences", "smoothed", "weak"]

SHOWN, LATER, HELD_BACK = "shown", "later", "held_back"
"""The splits: what a method sees, how that goes on, and what starts elsewhere."""


@dataclass(frozen=True)
class Trajectory:
    """States along time: ``t`` (n,) increasing, not always evenly; ``x`` (n, states).

    ``u`` (n, inputs) are inputs that act on the system, ``dx`` (n, states) the states' rates where
    they are disclosed. Raises ValueError where lengths differ or time does not increase.
    """

    t: Array
    x: Array
    u: Array | None = None
    dx: Array | None = None

    def __post_init__(self) -> None:
        n = len(self.t)
        for name in ("x", "u", "dx"):
            one = getattr(self, name)
            if one is not None and (one.ndim != 2 or len(one) != n):
                raise ValueError(
                    f"{name} has shape {one.shape}; it must be ({n}, columns): a row for each time"
                )
        if self.t.ndim != 1 or not (np.diff(self.t) > 0).all():
            raise ValueError("t must be of shape (n,), each time later than the one before")

    def __len__(self) -> int:
        return len(self.t)

    @property
    def columns(self) -> Array:
        """Time, states and inputs beside one another: shape (n, 1 + states + inputs)."""
        inputs = [] if self.u is None else [self.u]
        return np.column_stack([self.t, self.x, *inputs])


@dataclass(frozen=True)
class SystemData:
    """Trajectories without noise, as far as they are known so.

    ``shown`` are those that a method sees (with noise, and perhaps fewer points). ``later`` is how
    each of them goes on, from its last point; ``held_back`` are trajectories from starts that are
    never shown. Both may be empty.
    """

    shown: tuple[Trajectory, ...]
    later: tuple[Trajectory, ...] = ()
    held_back: tuple[Trajectory, ...] = ()

    @property
    def arrays(self) -> Arrays:
        """All of it as arrays by name, for the cache and the digest."""
        splits = {SHOWN: self.shown, LATER: self.later, HELD_BACK: self.held_back}
        return {
            f"{split}.{k}.{part}": array
            for split, trajectories in splits.items()
            for k, one in enumerate(trajectories)
            for part, array in (("t", one.t), ("x", one.x), ("u", one.u))
            if array is not None
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> SystemData:
        """Inverse of ``arrays``."""
        splits: dict[str, dict[int, dict[str, Array]]] = {SHOWN: {}, LATER: {}, HELD_BACK: {}}
        for name, array in arrays.items():
            split, k, part = name.split(".")
            splits[split].setdefault(int(k), {})[part] = array
        return cls(
            **{
                split: tuple(Trajectory(**one) for _, one in sorted(by_number.items()))
                for split, by_number in splits.items()
            }
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all splits."""
        return arrays_digest(self.arrays)
