"""A system whose floats may move: rates of many rows, each with constants of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    Expression,
    Symbol,
    numbers,
    replace_numbers,
)
from bench.expression.compiled.program import Program, compile_program
from bench.expression.compiled.values import values_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MovingLaws:
    """Laws whose numbers written as floats (``2.0`` but not ``2``) may move.

    ``start`` (k,) are their values in the laws as given, one law after another.
    """

    laws: Mapping[str, Expression]
    places: tuple[tuple[int, ...], ...]
    programs: tuple[Program, ...]
    start: Array

    @classmethod
    def of(cls, laws: Mapping[str, Expression], names: Sequence[str]) -> MovingLaws:
        """The laws of the states, in ``names``: those of states, inputs and time."""
        places = tuple(
            tuple(k for k, value in enumerate(numbers(law)) if type(value) is float)
            for law in laws.values()
        )
        free = _fresh(sum(map(len, places)), names)
        programs: list[Program] = []
        start: list[float] = []
        for law, own in zip(laws.values(), places, strict=True):
            symbols = dict(zip(own, map(Symbol, free[len(start) :]), strict=False))
            moving = replace_numbers(law, symbols)
            programs.append(compile_program(moving, [*names, *free], ()))
            start += [numbers(law)[place] for place in own]
        return cls(laws, places, tuple(programs), np.array(start, dtype=np.float64))

    def rates(self, columns: Array) -> Array:
        """Shape (states, rows), of columns (columns, rows): states, what drives them, constants."""
        found = np.empty((len(self.programs), columns.shape[1]))
        for k, one in enumerate(self.programs):
            found[k] = values_of(one, columns)
        return found

    def with_constants(self, constants: Array) -> Mapping[str, Expression]:
        """The laws with their floats set to ``constants`` (k,)."""
        values = iter(constants.tolist())
        return {
            name: replace_numbers(law, {place: next(values) for place in own})
            for (name, law), own in zip(self.laws.items(), self.places, strict=True)
        }


def _fresh(count: int, names: Sequence[str]) -> list[str]:
    candidates = (f"c{k}" for k in range(count + len(names)))
    return [name for name in candidates if name not in names][:count]
