"""``pcf_families``: sets of continued fractions, each to be sorted into families."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar, cast

from bench.problems.dataset import Dataset
from bench.problems.numbers.continued import Polynomial
from bench.problems.numbers.listed import pcf

Fraction = tuple[Polynomial, Polynomial]
"""a and b, coefficients of falling powers."""

_LEAST, _MOST = 10, 150
_TIERS = ("related", "mixed")


@dataclass(frozen=True)
class FractionsData:
    """The fractions of a set, in its order."""

    fractions: tuple[Fraction, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of their coefficients."""
        return hashlib.sha256(repr(self.fractions).encode()).hexdigest()


@dataclass(frozen=True)
class FamiliesProblem:
    """``fractions`` that belong to one family where their limits are related to one constant.

    ``labels`` are the names of those constants, as brute force found them; empty where it found
    none. Limits are known to ``digits`` digits and more.
    """

    kind: ClassVar[str] = "families"

    dataset: str
    version: str
    name: str
    tier: str
    fractions: tuple[Fraction, ...]
    labels: tuple[str, ...]
    digits: int = 100
    flaws: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """``dataset/name``, unique among all problems."""
        return f"{self.dataset}/{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """What the fractions are called in answers, in their order."""
        return tuple(f"f{k}" for k in range(len(self.fractions)))

    def check(self) -> None:
        """There are no files to look through."""

    def data(self, seed: int = 0) -> FractionsData:
        """The fractions: the same for every seed."""
        return FractionsData(self.fractions)


def pcf_families(seed: int = 0, size: int = 10, fractions: int = 120) -> Dataset:
    """``size`` sets of so many ``fractions`` of ``pcf``, drawn without repetition.

    By turns ``related``, of limits that are all related to a constant of the list, and ``mixed``,
    where half of them are. Raises ValueError where ``fractions`` is no number from 10 to 150.
    """
    whole = isinstance(fractions, int) and not isinstance(fractions, bool)
    if not whole or not _LEAST <= fractions <= _MOST:
        raise ValueError(
            f"fractions is {fractions!r}; it is a whole number from {_LEAST} to {_MOST}"
        )
    version = f"1-seed{seed}" + (f"-fractions{fractions}" if fractions != 120 else "")
    problems = _sets(seed, size, fractions, version) if size else []
    return Dataset(
        "pcf_families", version, cast(Any, tuple(problems)),
        "Sets of continued fractions: which belong together, by the constant of their limits?",
        f"drawn from pcf, seed {seed}, as arXiv:2412.16818 clusters them", "CC0-1.0",
    )  # fmt: skip


def _sets(seed: int, size: int, count: int, version: str) -> list[FamiliesProblem]:
    everything: Any = pcf().problems
    related = [one for one in everything if one.known]
    others = [one for one in everything if not one.known]
    found = []
    for index in range(size):
        random = Random(f"pcf_families 1 {seed} {index}")
        tier = _TIERS[index % len(_TIERS)]
        known = count if tier == "related" else count // 2
        chosen = random.sample(related, known) + random.sample(others, count - known)
        random.shuffle(chosen)
        pairs, labels = zip(*((one.fraction, one.constant) for one in chosen), strict=True)
        found.append(FamiliesProblem("pcf_families", version, f"s{index:02}", tier, pairs, labels))
    return found
