"""What is known of expressions already seen: error and constants, by identity.

Open addressing with a short probe: when a neighbourhood is full, a new key takes the place of
one that was there, so the table never grows and a search never ends for want of room.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from methods.mcts.language.tokens import Floats, Ints

_PROBES = 8


class SeenTable(NamedTuple):
    """``keys`` (0: free), ``errors``, ``constants`` (float32) and the caller's ``stamps``."""

    keys: Ints
    errors: Floats
    stamps: Ints
    constants: NDArray[np.float32]


def make_seen(bits: int, constants: int) -> SeenTable:
    """A table of 2**bits places for expressions of at most so many constants."""
    size = 1 << bits
    return SeenTable(
        np.zeros(size, np.int64),
        np.zeros(size),
        np.zeros(size, np.int64),
        np.zeros((size, constants), np.float32),
    )


@compiled
def find(table: SeenTable, key: int) -> tuple[int, bool]:
    """The place of ``key``, and whether it is there; if not, the place is the one to take."""
    last = len(table.keys) - 1
    home = (key ^ (key >> 29)) & last
    for probe in range(_PROBES):
        place = (home + probe) & last
        if table.keys[place] == key:
            return place, True
        if table.keys[place] == 0:
            return place, False
    return (home + ((key >> 7) & (_PROBES - 1))) & last, False


@compiled
def put(table: SeenTable, place: int, key: int, error: float, constants: Floats) -> None:
    """Take ``place`` for ``key``."""
    table.keys[place] = key
    table.errors[place] = error
    table.stamps[place] = 0
    for c in range(table.constants.shape[1]):
        table.constants[place, c] = constants[c]
