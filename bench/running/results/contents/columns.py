"""Sheet of a hundred thousand rows: numbers in arrays, words as numbers of a list of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Rows = NDArray[np.int64]
"""Positions of rows."""


@dataclass(frozen=True)
class Words:
    """A column of words, few of which are different."""

    codes: NDArray[np.int32]
    words: list[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Words:
        """The column of ``texts``."""
        known: dict[str, int] = {}
        codes = [known.setdefault(text, len(known)) for text in texts]
        return cls(np.array(codes, dtype=np.int32), list(known))

    def take(self, rows: Rows) -> Words:
        """The column of some of its rows."""
        return Words(self.codes[rows], self.words)

    def then(self, other: Words) -> Words:
        """This column with ``other`` below it."""
        known = {word: code for code, word in enumerate(self.words)}
        codes = [known.setdefault(word, len(known)) for word in other.words]
        moved = np.array(codes, dtype=np.int32)[other.codes] if codes else other.codes
        return Words(np.concatenate([self.codes, moved]), list(known))

    def texts(self) -> Array:
        """The words themselves, an array of objects."""
        words = np.empty(len(self.words), dtype=object)
        words[:] = self.words
        return words[self.codes]

    def where(self, word: str) -> NDArray[np.bool_]:
        """In which rows ``word`` stands."""
        code = self.words.index(word) if word in self.words else -1
        return np.equal(self.codes, code)


def combined(columns: Iterable[Words]) -> tuple[NDArray[np.int64], Rows]:
    """The number of each row's combination of words, and the first row of each, in order."""
    codes: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
    for one in columns:
        codes = np.unique(codes * len(one.words) + one.codes, return_inverse=True)[1]
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return np.argsort(order)[codes], first[order]


@dataclass(frozen=True)
class Sheet:
    """A table: words and numbers by the names of its columns; ``values`` has names that vary.

    ``values``, of shape (rows, names), holds nan where a row has no such number.
    """

    words: Mapping[str, Words]
    numbers: Mapping[str, Array]
    names: tuple[str, ...] = ()
    values: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))

    @classmethod
    def of(
        cls,
        kinds: Mapping[str, type],
        rows: Sequence[Sequence[Any]],
        values: Sequence[Mapping[str, float | None]] = (),
    ) -> Sheet:
        """The table of ``rows`` whose entries are of these ``kinds``, in order."""
        columns = dict(zip(kinds, zip(*rows, strict=True), strict=True)) if rows else {}
        words = {
            name: Words.of(columns.get(name, ())) for name, kind in kinds.items() if kind is str
        }
        numbers: dict[str, Array] = {
            name: np.array(columns.get(name, ()), dtype=kind)
            for name, kind in kinds.items()
            if kind is not str
        }
        names = tuple(dict.fromkeys(name for one in values for name in one))
        matrix = [[_number(one.get(name)) for name in names] for one in values]
        array = np.array(matrix, dtype=np.float64).reshape(len(values), len(names))
        return cls(words, numbers, names, array)

    def take(self, rows: Rows) -> Sheet:
        """The table of some of its rows."""
        return Sheet(
            {name: one.take(rows) for name, one in self.words.items()},
            {name: one[rows] for name, one in self.numbers.items()},
            self.names,
            self.values[rows] if len(self.values) else self.values,
        )

    def then(self, other: Sheet) -> Sheet:
        """This table with ``other`` below it."""
        names = tuple(dict.fromkeys([*self.names, *other.names]))
        values = np.concatenate([one._spread(names) for one in (self, other)])
        return Sheet(
            {name: one.then(other.words[name]) for name, one in self.words.items()},
            {
                name: np.concatenate([one, other.numbers[name]])
                for name, one in self.numbers.items()
            },
            names,
            values,
        )

    def _spread(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        wide = np.full((len(self.values), len(names)), np.nan)
        for place, name in enumerate(names):
            if name in self.names:
                wide[:, place] = self.values[:, self.names.index(name)]
        return wide


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
