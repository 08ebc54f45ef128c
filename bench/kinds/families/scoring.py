"""How families are scored: against the labels, and by how they lie in the measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from bench.kinds.families.metrics import SORTED
from bench.kinds.families.sorting import NONE, codes_of, families_of
from bench.problems.numbers.fraction_sets import FamiliesProblem, Fraction
from bench.problems.numbers.measures import measured
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.scorecard import Comparison
from bench.scoring.steps import Item, NoAnswer, Scheme, ScoringLimits, ScoringStep

Array = NDArray[np.float64]

_AXES = ("delta", "growth", "factorial")


@dataclass(frozen=True)
class FamiliesSubject:
    """An answer made ready: ``families`` has the name of each fraction's, in their order."""

    item: Item
    families: tuple[str, ...]

    @property
    def problem(self) -> FamiliesProblem:
        problem: FamiliesProblem = self.item.problem
        return problem

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        return (ScoringStep(SORTED, prepare=lambda: points_of(self.problem.fractions)),)

    @cached_property
    def codes(self) -> list[int]:
        """The family of each fraction as a number; who is in none is alone."""
        return codes_of(self.families)

    @property
    def related(self) -> list[int]:
        """The places of the fractions whose limit is related to a constant."""
        return [place for place, label in enumerate(self.problem.labels) if label]

    @property
    def adjusted_rand(self) -> float:
        """The adjusted Rand index (Hubert and Arabie 1985) over the related fractions."""
        from sklearn.metrics import adjusted_rand_score

        labels = [self.problem.labels[place] for place in self.related]
        return float(adjusted_rand_score(labels, [self.codes[place] for place in self.related]))

    @property
    def strays(self) -> float | None:
        """The share of the others in a family with a related one; None where there are none."""
        others = [code for code, label in zip(self.codes, self.problem.labels, strict=True)
                  if not label]  # fmt: skip
        taken = {self.codes[place] for place in self.related}
        return float(np.mean([code in taken for code in others])) if others else None

    @property
    def placed(self) -> float:
        """The share of the related fractions that are in a family."""
        return float(np.mean([self.families[place] != NONE for place in self.related]))

    @property
    def davies_bouldin(self) -> float | None:
        """Of the fractions that are in a family."""
        inside = [place for place, family in enumerate(self.families) if family != NONE]
        return self._separation(inside, self.families)

    @property
    def davies_bouldin_labels(self) -> float | None:
        """Of the related fractions, by their labels."""
        return self._separation(self.related, self.problem.labels)

    def _separation(self, places: Sequence[int], names: Sequence[str]) -> float | None:
        points = points_of(self.problem.fractions)
        return davies_bouldin(points[places], [names[place] for place in places])


def davies_bouldin(points: Array, names: Sequence[str]) -> float | None:
    """The index of Davies and Bouldin (1979) of ``points``, shape (n, d), each with its family.

    Points that are not known are left out. None where there is one family, or each is alone.
    """
    known = ~np.isnan(points).any(axis=1)
    codes = np.array(codes_of(names))[known]
    if not 2 <= len(set(codes.tolist())) < len(codes):
        return None
    from sklearn.metrics import davies_bouldin_score

    return float(davies_bouldin_score(points[known], codes))


@lru_cache(maxsize=16)
def points_of(fractions: tuple[Fraction, ...]) -> Array:
    """Delta and both growths of each fraction, in standard deviations over all of them: shape
    (n, 3); nan where a fraction has no measures."""
    found = [measured(a, b) for a, b in fractions]
    points = np.array(
        [[np.nan if one is None else getattr(one, axis) for axis in _AXES] for one in found]
    )
    spread = np.nanstd(points, axis=0)
    return np.asarray((points - np.nanmean(points, axis=0)) / np.where(spread > 0.0, spread, 1.0))


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> FamiliesSubject:
    if item.answer is None:
        raise NoAnswer("no answer")
    try:
        families = families_of(item.answer, item.problem.names)
    except ValueError as error:
        raise NoAnswer(f"no answer: {error}") from None
    return FamiliesSubject(item, tuple(families.values()))


def _failed(item: Item, why: str) -> Mapping[str, Comparison]:
    return {}


SCHEME = Scheme("families", _ready, _failed)
