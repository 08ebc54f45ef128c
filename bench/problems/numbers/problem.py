"""ConstantProblem: a number whose closed form is to be found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

from bench.problems.numbers.continued import Polynomial, limit_scaled
from bench.problems.numbers.named import NAMED, scaled, scaled_value

Relation = tuple[int, int, int, int]
"""k0 + k1 x + k2 c + k3 x c = 0, of a number x and a constant c."""

FURTHER = 100
"""Digits beyond those that were shown, to which a hit must hold."""
_GUARD = 20
STRANGERS = {
    "gamma(1/3)": lambda mp: mp.gamma(mp.mpf(1) / 3),
    "khinchin": lambda mp: +mp.khinchin,
    "glaisher": lambda mp: +mp.glaisher,
    "zeta5": lambda mp: mp.zeta(5),
    "e**pi": lambda mp: mp.e**mp.pi,
    "pi**2": lambda mp: mp.pi**2,
}
"""Constants that are in no list: numbers made of them have no relation to be found."""


@dataclass(frozen=True)
class NumberData:
    """``scaled`` is floor(x * 10**places), up to one unit."""

    scaled: int
    places: int

    @property
    def digest(self) -> str:
        """SHA-256 of the digits."""
        return hashlib.sha256(f"{self.scaled}e-{self.places}".encode()).hexdigest()


@dataclass(frozen=True)
class ConstantProblem:
    """A number x: either ``constant`` c and ``relation`` make it, or it is the limit of the
    continued ``fraction`` (a, b).

    A method is shown ``digits`` digits behind the point, or the two polynomials. ``constant`` is
    empty where no constant of the list has a relation with the limit, as far as is known, and
    one of ``STRANGERS`` where the number is made of one. The relation of a limit was seen to hold
    to within 10**-``proven``; that of a number is how it was made.
    """

    kind: ClassVar[str] = "constant"

    dataset: str
    version: str
    name: str
    tier: str
    constant: str
    relation: Relation | None
    fraction: tuple[Polynomial, Polynomial] | None = None
    digits: int = 100
    proven: int = 0
    flaws: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """``dataset/name``, unique among all problems."""
        return f"{self.dataset}/{self.name}"

    @property
    def family(self) -> str:
        """The constant that it is related to, or none."""
        return self.constant if self.known else "none"

    @property
    def known(self) -> bool:
        """Whether there is a relation to be found."""
        return self.constant in NAMED

    @property
    def truth(self) -> str:
        """The relation, for people."""
        if self.relation is None or not self.known:
            return "none"
        return f"{self.constant}: {' '.join(map(str, self.relation))}"

    def check(self) -> None:
        """There are no files to look through."""

    def data(self, seed: int = 0) -> NumberData:
        """The number, to as many digits as a hit is held to: the same for every seed."""
        places = self.digits + FURTHER + _GUARD
        return NumberData(self.scaled(places), places)

    def scaled(self, places: int) -> int:
        """floor(x * 10**places), up to one unit."""
        if self.fraction is not None:
            return _limit(*self.fraction, places)
        assert self.relation is not None
        k0, k1, k2, k3 = self.relation
        more = places + _GUARD
        c = scaled(self.constant, more) if self.known else _stranger(self.constant, more)
        one = int(10**more)
        return -(k0 * one + k2 * c) * one // (k1 * one + k3 * c) // int(10**_GUARD)


@lru_cache(maxsize=64)
def _limit(a: Polynomial, b: Polynomial, places: int) -> int:
    return limit_scaled(a, b, places)


@lru_cache(maxsize=64)
def _stranger(name: str, places: int) -> int:
    return scaled_value(STRANGERS[name], places)
