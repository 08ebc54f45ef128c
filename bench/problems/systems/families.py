"""Families of systems: one law, whose parameters are drawn anew for each problem.

As PROSE has them (Liu, Zhang and Schaeffer 2023, arXiv:2309.16816): every parameter is uniform
within a tenth of its mean, and written with three digits. Which split a set of parameters is for
follows from its own digest, so that none is in two, whatever the seed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from random import Random
from typing import Any, Literal, cast, get_args

from bench.expression import Expression, Number, parse, substitute
from bench.problems.dataset import Dataset
from bench.problems.systems.drawn import DrawnTrajectories
from bench.problems.systems.guessing import Guess, guessed
from bench.problems.systems.problem import SystemProblem
from bench.problems.systems.protocol import ProtocolError, among
from bench.problems.variable import Variable

Split = Literal["train", "validation", "test"]
OPTIONS = ("split", "sets", "seed", "guess")

_SPLITS: tuple[Split, ...] = ("test", "validation", "train", "train", "train")
_SPREAD = 0.1
_DIGITS = 3
_PATIENCE = 500
"""Draws until a set may come twice: one parameter of three digits has few values."""


@dataclass(frozen=True)
class SystemFamily:
    """``rates`` by the states' names, in these and the names of ``parameters`` (name to mean).

    Raises ParseError for what is no rate, ValueError where there is nothing to draw.
    """

    name: str
    rates: Mapping[str, str]
    parameters: Mapping[str, float]
    meaning: str = ""
    tier: str = ""
    flaws: Mapping[str, str] = field(default_factory=dict)
    largest: float = 1e3

    def __post_init__(self) -> None:
        if not all(self.parameters.values()) or not self.parameters:
            raise ValueError("a family has parameters, whose means are not 0: they are drawn")
        self.laws()

    def laws(self) -> dict[str, Expression]:
        """The rates as trees, parameters by name."""
        names = {name: name for name in (*self.rates, *self.parameters)}
        return {state: parse(text, names) for state, text in self.rates.items()}

    def drawn(self, split: Split, seed: int) -> Iterator[Mapping[str, float]]:
        """Sets of parameters for ``split``, without end; none twice before they are rare.

        Raises ValueError where none of 500 is for it.
        """
        random = Random(f"{self.name}/{split}/{seed}")
        seen: set[str] = set()
        tries = 0
        while True:
            values = {name: _near(mean, random) for name, mean in self.parameters.items()}
            key = json.dumps([self.name, values])
            tries += 1
            if tries > _PATIENCE and not seen:
                raise ValueError(f"family '{self.name}' has no parameters for the split {split}")
            if split_of(key) != split or (key in seen and tries < _PATIENCE):
                continue
            seen.add(key)
            tries = 0
            yield values


def split_of(key: str) -> Split:
    """The one split that a set of parameters is for: three in five are for training."""
    return _SPLITS[hashlib.sha256(key.encode()).digest()[0] % len(_SPLITS)]


def _near(mean: float, random: Random) -> float:
    value = mean * random.uniform(1.0 - _SPREAD, 1.0 + _SPREAD)
    return float(f"{value:.{_DIGITS - 1}e}")


def dataset_of_families(
    top: Mapping[str, Any],
    families: Sequence[SystemFamily],
    *,
    split: str = "test",
    sets: int = 4,
    seed: int = 0,
    guess: str = "altered",
) -> Dataset:
    """``sets`` problems of each of ``families``; what is not the default is in the version.

    ``split`` says whose parameters they have; ``guess`` what is told of the law: ``none``,
    ``masked`` (all but the constants) or ``altered`` (see ``guessed``). Raises ProtocolError.
    """
    among("split", split, get_args(Split))
    among("guess", guess, get_args(Guess))
    for name, value, least in (("sets", sets, 1), ("seed", seed, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ProtocolError(f"{name} is {value!r}; it must be a whole number, {least} or more")
    words = [
        split if split != "test" else "",
        f"sets{sets}" if sets != 4 else "",
        f"seed{seed}" if seed else "",
        guess if guess != "altered" else "",
    ]
    version = "-".join([top["version"], *filter(None, words)])
    source = _source(top)
    problems = []
    for family in families:
        laws = family.laws()
        for k, values in enumerate(islice(family.drawn(cast(Split, split), seed), sets), start=1):
            filled = {name: Number(value) for name, value in values.items()}
            truth = {state: substitute(law, filled) for state, law in laws.items()}
            random = Random(f"{family.name}/{split}/{seed}/{k}/guess")
            told = guessed(truth, cast(Guess, guess), random)
            problems.append(_problem((top["name"], version, k), family, truth, told, source))
    return Dataset(
        top["name"], version, cast(Any, tuple(problems)),
        top.get("title", ""), top["source"], top["licence"],
    )  # fmt: skip


def _source(top: Mapping[str, Any]) -> DrawnTrajectories:
    return DrawnTrajectories(
        float(top["duration"]), int(top["points"]), float(top["horizon"]), int(top["later_points"])
    )


def _problem(
    place: tuple[str, str, int],
    family: SystemFamily,
    truth: Mapping[str, Expression],
    guess: Mapping[str, str],
    source: DrawnTrajectories,
) -> SystemProblem:
    """One of ``family``; ``place`` is the dataset, its version, and the number in the family."""
    dataset, version, number = place
    return SystemProblem(
        dataset, version, f"{family.name}_{number}",
        states=tuple(Variable(name) for name in truth),
        truth={state: str(law) for state, law in truth.items()},
        source=replace(source, largest=family.largest),
        meaning=family.meaning, tier=family.tier, flaws=family.flaws, law=family.name, guess=guess,
    )  # fmt: skip
