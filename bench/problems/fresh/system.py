"""Fresh problems of the third kind: systems of two or three states, put together term by term.

A system is kept where it stays small from both starts, can be told from the trajectory that is
shown, and is not, up to constants and the order of states, one that ships.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, parse, symbols
from bench.problems.fresh.fairness import everything_matters
from bench.problems.fresh.shape import shape
from bench.problems.systems.rates import rates_of
from bench.problems.systems.solver import solve

DURATION, POINTS = 10.0, 150
LARGEST = 20.0

_DAMPING = ("-{k}*{own}", "-{k}*{own}**3", "-{k}*{own}*{other}**2")
_POLYNOMIAL = (
    "{k}*{other}", "-{k}*{other}", "{k}*{own}*{other}", "-{k}*{own}*{other}", "{k}*{other}**2",
    "-{k}*{other}**3", "{k}",
)  # fmt: skip
_OTHERS = (
    "{k}*sin({other})", "-{k}*sin({other})", "{k}*cos({other})",
    "{k}*{other}/(1 + {other}**2)", "{k}*exp(-{other}**2)",
)  # fmt: skip
_GROWTH = 1.1
"""How far the second half of a trajectory may go beyond the first."""
_LEAST_ANGLE = 1e-4


@dataclass(frozen=True)
class FreshSystem:
    """Rates by the states' names as texts, and two starts, the first of which is shown."""

    rates: Mapping[str, str]
    starts: tuple[tuple[float, ...], ...]

    @cached_property
    def laws(self) -> dict[str, Expression]:
        """The rates as trees."""
        names = {name: name for name in self.rates}
        return {name: parse(text, names) for name, text in self.rates.items()}

    def entry(self, name: str) -> dict[str, Any]:
        """The problem as a catalogue would have it."""
        return {"name": name, "truth": dict(self.rates), "starts": [list(x) for x in self.starts]}


def key_of(laws: Mapping[str, Expression]) -> frozenset[tuple[str, int]]:
    """What systems share that are one up to constants and the order of their states."""
    return frozenset(Counter(shape(law) for law in laws.values()).items())


def drawn_system(states: int, random: Random) -> FreshSystem | None:
    """A system of so many ``states`` as ``random`` draws it; None where it is no fair problem."""
    names = [f"x{k}" for k in range(states)]
    rates = {own: _rate(own, names, random) for own in names}
    starts = tuple(
        tuple(round(random.uniform(-2.0, 2.0), 2) for _ in names) for _ in range(2)
    )  # fmt: skip
    system = FreshSystem(rates, starts)
    paths = _paths(system)
    return system if paths is not None and identifiable(system, paths[0]) else None


def _rate(own: str, names: list[str], random: Random) -> str:
    """A damping, one or two monomials, and as often as not one term that is none."""
    terms = [random.choice(_DAMPING), *random.sample(_POLYNOMIAL, random.randint(1, 2))]
    terms += random.sample(_OTHERS, random.randint(0, 1))
    others = [name for name in names if name != own]
    texts = [
        term.format(k=f"{random.uniform(0.3, 3.0):.2f}", own=own, other=random.choice(others))
        for term in terms
    ]
    return " + ".join(texts).replace("+ -", "- ")


def _paths(system: FreshSystem) -> list[NDArray[np.float64]] | None:
    """The trajectories from both starts; None where one grows large, or grows on."""
    rates = rates_of(system.laws, list(system.rates))
    times = np.linspace(0.0, DURATION, POINTS)
    paths = []
    for start in system.starts:
        path = solve(rates, list(start), times)
        early, late = (np.abs(part).max(axis=0) for part in np.split(path, [POINTS // 2]))
        if not (np.maximum(early, late) < LARGEST).all() or (late > _GROWTH * early).any():
            return None  # nan is not small
        paths.append(path)
    return paths


def identifiable(system: FreshSystem, path: NDArray[np.float64]) -> bool:
    """Whether the trajectory lies on no curve of degree 2, and every term is needed along it."""
    names = list(system.rates)
    scaled = path / np.abs(path).max(axis=0)
    columns = [np.ones(len(path))]
    for degree in (1, 2):
        groups = combinations_with_replacement(scaled.T, degree)
        columns += [np.prod(group, axis=0) for group in groups]
    values = np.linalg.svd(np.column_stack(columns), compute_uv=False)
    if values[-1] < _LEAST_ANGLE * values[0]:
        return False
    return all(_matters(law, names, path) for law in system.laws.values())


def _matters(law: Expression, names: list[str], path: NDArray[np.float64]) -> bool:
    used = [k for k, name in enumerate(names) if name in symbols(law)]
    return everything_matters(law, [names[k] for k in used], np.ascontiguousarray(path[:, used]))
