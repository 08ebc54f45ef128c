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
    # x = a + b/x, a square root
    ("sqrt5", ((0, 1), (0, 0, 1))),
    ("sqrt5", ((0, 3), (0, 0, -1))),
    ("sqrt2", ((0, 2), (0, 0, 1))),
    ("sqrt3", ((0, 2), (0, 0, 2))),
    ("sqrt13", ((0, 3), (0, 0, 1))),
    ("sqrt13", ((0, 1), (0, 0, 3))),
    ("sqrt17", ((0, 3), (0, 0, 2))),
    ("sqrt21", ((0, 3), (0, 0, 3))),
    # z/arctan(z) at z = 1 and at the square root of 3 (Gauss)
    ("pi", ((2, 1), (1, 0, 0))),
    ("pi_sqrt3", ((2, 1), (3, 0, 0))),
    # 4/pi, of the Ramanujan machine
    ("pi", ((3, 1), (-2, 3, 0))),
    # 1/log(1 + z) at z = -1/2 (Euler)
    ("ln2", ((3, 2), (-2, 0, 0))),
    # of exp(z), the first two at z = 1 and z = 2, then 1/(exp(1/2) - 1) (Euler)
    ("e", ((1, 3), (0, 1, 0))),
    ("e2", ((1, 3), (0, 2, 0))),
    ("sqrt_e", ((2, 1), (0, 2, 0))),
    # coth(1) and cot(1) (Lambert)
    ("e2", ((2, 1), (0, 0, 1))),
    ("tan1", ((2, 1), (0, 0, -1))),
)
"""Fractions whose limits are known, a(n) and b(n) by falling powers: one of each family of measures
that Shalyt et al. have and that has a constant in the list, and textbook ones for other constants.
"""


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
