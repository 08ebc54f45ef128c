"""The method ``nearest_anchor``: what a fraction is like says which constant to try."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from bench import ConstantTask, Discovery, Measures, measured
from methods.constants.relations import no_answer, searched

Polynomials = tuple[tuple[int, ...], tuple[int, ...]]

ANCHORS: tuple[tuple[str, Polynomials], ...] = (
    ("sqrt5", ((0, 1), (0, 0, 1))),
    ("sqrt2", ((0, 2), (0, 0, 1))),
    ("sqrt17", ((0, 3), (0, 0, 2))),
    ("pi", ((2, 1), (1, 0, 0))),
    ("pi", ((3, 1), (-2, 3, 0))),
    ("e", ((1, 3), (0, 1, 0))),
    ("e2", ((1, 3), (0, 2, 0))),
    ("tan1", ((2, 1), (0, 0, -1))),
)
"""Fractions whose limits are known, textbook ones: a(n) and b(n) by falling powers."""


@dataclass(frozen=True)
class NearestAnchor:
    """Relations with the constants of the anchors that are ``near`` in two measures, no others.

    The idea of blind delta (Shalyt et al. 2024, arXiv:2412.16818) without its clusters: formulas
    of one family share their measures. A number without a fraction gets every constant in turn.
    """

    kinds: ClassVar[tuple[str, ...]] = ("constant",)

    precision: int = 60
    depth: int = 2000
    near: float = 0.05

    def __post_init__(self) -> None:
        if self.depth < 100 or self.precision < 8 or self.near < 0:
            raise ValueError(
                f"depth is {self.depth}, precision {self.precision}, near {self.near}; needed are "
                "100 or more, 8 digits or more, and no negative distance"
            )

    def discover(self, task: ConstantTask) -> Discovery:
        """A verified relation; it uses no chance."""
        if task.fraction is None:
            return searched(task, task.constants, self.precision)
        found = measured(*task.fraction, self.depth)
        names = [] if found is None else [
            name for distance, name in sorted(_distances(found, self.depth))
            if distance <= self.near and name in task.constants
        ]  # fmt: skip
        if not names:
            return no_answer(0)
        return searched(task, dict.fromkeys(names), self.precision)


def _distances(found: Measures, depth: int) -> list[tuple[float, str]]:
    return [
        (math.hypot(found.delta - one.delta, found.factorial - one.factorial), name)
        for name, one in anchors(depth)
    ]


@cache
def anchors(depth: int) -> tuple[tuple[str, Measures], ...]:
    """The constant of each anchor, and its measures at ``depth``."""
    pairs = ((name, measured(*polynomials, depth)) for name, polynomials in ANCHORS)
    return tuple((name, one) for name, one in pairs if one is not None)
