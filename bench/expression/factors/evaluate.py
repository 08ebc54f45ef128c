"""Factors over a panel: values for each day and asset, what several share worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bench.expression.factors.operators import FACTOR_OPERATORS
from bench.expression.factors.tree import Factor, FactorError
from bench.expression.factors.windows import Array

_MOST_KEPT = 64


@dataclass
class Panel:
    """``fields`` by name, each (days, assets); nan is missing. Values of subtrees are kept.

    Raises ValueError where shapes differ, or there is no field.
    """

    fields: Mapping[str, Array]
    _kept: dict[Factor, Array] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        shapes = {array.shape for array in self.fields.values()}
        if len(shapes) != 1 or len(next(iter(shapes))) != 2:
            raise ValueError(f"fields have the shapes {sorted(shapes)}; all must be (days, assets)")

    @property
    def shape(self) -> tuple[int, int]:
        """Days and assets."""
        days, assets = next(iter(self.fields.values())).shape
        return days, assets

    def value(self, factor: Factor) -> Array:
        """The values of ``factor``: shape (days, assets), nan where it has none.

        A day's values follow from the fields of that day and before. Raises FactorError for a
        field that is not there.
        """
        if factor.head == "field":
            if factor.name not in self.fields:
                raise FactorError(f"there is no field '{factor.name}'")
            return self.fields[factor.name]
        if factor.head == "number":
            return np.full(self.shape, factor.value)
        known = self._kept.get(factor)
        if known is not None:
            return known
        parts = [self.value(one) for one in factor.parts]
        with np.errstate(all="ignore"):
            found = FACTOR_OPERATORS[factor.head].value(*parts, *factor.windows)
        found = np.where(np.isfinite(found), found, np.nan)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[factor] = found
        return found


def evaluate_factor(factor: Factor, fields: Mapping[str, Array]) -> Array:
    """The values of ``factor`` over ``fields``: see ``Panel.value``."""
    return Panel(fields).value(factor)
