"""The method ``blind_delta``: families of continued fractions by measures, then by relations."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import Candidate, Discovery, FamiliesTask, Measures, measured
from methods.constants.anchors import anchors
from methods.constants.relations import NONE, SEARCHES, holds, is_short, relation, searched

PLANES = (
    ("delta", "factorial"),
    ("delta", "growth"),
    ("delta", "super_exponential"),
    ("delta", "exponential"),
)
"""The measures in which points are clustered, in turn."""

_LEFT = 0.05
"""The share of the budget at which no other cluster is begun."""


@dataclass(frozen=True)
class BlindDelta:
    """Clusters of measures, named by anchors or samples, confirmed by integer relations.

    Shalyt et al. (2024, arXiv:2412.16818), as their code has it. Fractions, and anchors whose
    constant is known, are clustered by HDBSCAN in one plane of measures after another. Each member
    of a cluster is held to the constant of its anchors; without any, ``samples`` of its members are
    tried with every constant, and where that fails ``linked`` of them with one another. Where
    anchors have different constants, and for what is in no cluster, the next plane decides. A
    cluster has ``smallest`` points or more; a point that is at most ``near`` away from it is joined
    to it.

    Of the paper's algorithm two things differ. Points are not thinned before clustering, for sets
    are small. What a cluster's constant does not explain has another chance in the next plane.
    """

    kinds: ClassVar[tuple[str, ...]] = ("families",)
    requires: ClassVar[tuple[str, ...]] = ("sklearn",)

    precision: int = 60
    depth: int = 2000
    smallest: int = 5
    near: float = 0.01
    samples: int = 4
    linked: int = 20

    def __post_init__(self) -> None:
        if self.depth < 100 or self.precision < 8 or self.near < 0 or self.smallest < 2:
            raise ValueError(
                f"depth is {self.depth}, precision {self.precision}, near {self.near}, smallest "
                f"{self.smallest}; needed are 100 or more, 8 digits or more, no negative distance, "
                "and 2 points or more"
            )

    def discover(self, task: FamiliesTask) -> Discovery:
        """The families that relations confirm."""
        search = _Search(self, task)
        search.run()
        return Discovery(Candidate(search.families), counts={SEARCHES: search.count})


@dataclass(frozen=True)
class _Point:
    """A fraction by its ``name``, or an anchor by its ``constant``; the other is empty."""

    measures: Measures
    name: str = ""
    constant: str = ""


class _Search:
    """One search: the ``families`` found so far, and the ``count`` of searches for relations."""

    def __init__(self, method: BlindDelta, task: FamiliesTask) -> None:
        self.method, self.task = method, task
        self.families = dict.fromkeys(task.fractions, NONE)
        self.count = 0
        self._random = Random(task.seed)

    def run(self) -> None:
        """Plane after plane, clusters of the earlier planes first."""
        waiting = deque([(0, self._points())])
        while waiting and self._goes_on():
            plane, points = waiting.popleft()
            last = plane + 1 == len(PLANES)
            clusters, rest = clustered(points, PLANES[plane], self.method)
            for cluster in clusters:
                constants = dict.fromkeys(one.constant for one in cluster if one.constant)
                if len(constants) > 1 and not last:
                    waiting.append((plane + 1, cluster))
                else:
                    rest += self._confirmed([one for one in cluster if one.name], list(constants))
            if any(one.name for one in rest) and not last:
                waiting.append((plane + 1, rest))
            self.task.report(self.families)

    def _points(self) -> list[_Point]:
        """The fractions that have measures, and the anchors."""
        found = []
        for name, (a, b) in self.task.fractions.items():
            measures = measured(a, b, self.method.depth)
            if measures is not None:
                found.append(_Point(measures, name=name))
        known = self.task.constants
        return found + [
            _Point(measures, constant=constant)
            for constant, measures in anchors(self.method.depth)
            if constant in known
        ]

    def _confirmed(self, members: Sequence[_Point], constants: list[str]) -> list[_Point]:
        """Hold the members of a cluster to ``constants`` or, where there are none, to that of a
        sample: those that are not related to any of them. Without a constant they are linked."""
        names = [one.name for one in members]
        constants = constants or self._of_samples(names)
        if not constants:
            self._link(names)
            return []
        for name in names:
            if self.families[name] == NONE:
                self._related(name, constants)
        return [one for one in members if self.families[one.name] == NONE]

    def _of_samples(self, names: Sequence[str]) -> list[str]:
        """The first constant to which one of some drawn fractions is related."""
        for name in self._random.sample(names, min(self.method.samples, len(names))):
            if self._related(name, self.task.constants):
                return [self.families[name]]
        return []

    def _related(self, name: str, constants: Iterable[str]) -> bool:
        """Whether a fraction has a relation with one of ``constants``: that is its family then."""
        found = searched(self.task.single(name), constants, self.method.precision)
        self.count += found.counts[SEARCHES]
        answer = found.best.expression
        if isinstance(answer, str):
            return False
        self.families[name] = answer["constant"]
        return True

    def _link(self, names: Sequence[str]) -> None:
        """Families of fractions that are related to one another, whatever their constant is."""
        left = list(names)[: self.method.linked]
        while left and self._goes_on():
            first, *others = left
            alike = [name for name in others if self._goes_on() and self._linked(first, name)]
            for name in [first, *alike] if alike else ():
                self.families[name] = f"that of {first}"
            left = [name for name in others if name not in alike]

    def _linked(self, one: str, other: str) -> bool:
        """Whether two limits are related, as a limit and a constant would be."""
        x, y = self.task.single(one), self.task.single(other)
        digits = self.task.digits
        few = min(self.method.precision, digits)
        self.count += 1
        found = relation(x.scaled(few), y.scaled(few), few)
        return (
            found is not None
            and is_short(found, few)
            and holds(found, x.scaled(digits), y.scaled(digits), digits)
        )

    def _goes_on(self) -> bool:
        return self.task.remaining().share > _LEFT


def clustered(
    points: Sequence[_Point], plane: tuple[str, str], method: BlindDelta
) -> tuple[list[list[_Point]], list[_Point]]:
    """The clusters of ``points`` in a plane, and what is in none of them.

    Where HDBSCAN (Campello et al. 2013) tells no clusters apart, all points are one.
    """
    if len(points) < method.smallest:
        return [list(points)], []
    from sklearn.cluster import HDBSCAN

    places = np.array([[getattr(one.measures, axis) for axis in plane] for one in points])
    found = HDBSCAN(min_cluster_size=method.smallest, copy=True).fit_predict(places)
    labels = _joined(places, found, method.near).tolist()
    groups = [[one for one, label in zip(points, labels, strict=True) if label == number]
              for number in sorted(set(labels) - {-1})]  # fmt: skip
    if not groups:
        return [list(points)], []
    return groups, [one for one, label in zip(points, labels, strict=True) if label == -1]


def _joined(places: NDArray[np.float64], labels: NDArray[Any], near: float) -> NDArray[Any]:
    """``labels``, where a point of no cluster (-1) has that of the nearest point at most ``near``
    away."""
    inside = np.flatnonzero(labels >= 0)
    if not len(inside):
        return labels
    found = labels.copy()
    for place in np.flatnonzero(labels < 0):
        distances = np.hypot(*(places[inside] - places[place]).T)
        nearest = int(distances.argmin())
        if distances[nearest] <= near:
            found[place] = labels[inside[nearest]]
    return found
