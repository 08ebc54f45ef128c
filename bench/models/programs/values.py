"""What a name or a part of a program may stand for while it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bench.expression import Expression


@dataclass(frozen=True, slots=True)
class Value:
    """A number for each row: its tree, how many nodes that has, and its value where it is known.

    ``known`` is there where no variable and no parameter occurs.
    """

    tree: Expression
    nodes: int
    known: float | None = None


@dataclass(frozen=True, slots=True)
class Predicate:
    """True or false for each row."""

    tree: Expression
    nodes: int


@dataclass(frozen=True, slots=True)
class Unbounded:
    """An infinity: only where it bounds nothing, as in ``np.clip(x, 0, np.inf)``."""

    sign: int


@dataclass(frozen=True, slots=True)
class Undefined:
    """``nan``: only where it stands for a value that is not there."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The argument that holds all variables, shape (n, d); ``transposed``, shape (d, n)."""

    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """The vector of free numbers, by its first and behind its last index."""

    first: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.first


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple or list."""

    items: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows there are, or the shape of a column: fit for ``np.zeros`` and nothing else."""


@dataclass(frozen=True, slots=True)
class Package:
    """A module of functions, such as ``np``; ``path`` is its full name."""

    path: str


@dataclass(frozen=True, slots=True)
class Routine:
    """A function by the name that the table of functions has, and the module it is of."""

    name: str
    module: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """A function of what stands before its point, as ``x.clip``."""

    of: Meaning
    name: str


Meaning: TypeAlias = (
    Value
    | Predicate
    | bool
    | Unbounded
    | Undefined
    | Inputs
    | Parameters
    | Items
    | Rows
    | Package
    | Routine
    | Bound
    | None
)
"""``bool`` is what is true or false whatever the data; None is Python's own."""

Scope: TypeAlias = dict[str, Meaning]
"""What the names of a program stand for at one place in it."""
