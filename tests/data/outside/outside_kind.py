"""A kind of a package from outside: a number is to be guessed from values that have it as mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bench.kinds.kind import Brief, Shown
from bench.method import Discovery


@dataclass(frozen=True)
class Numbers:
    values: Any

    @property
    def digest(self) -> str:
        return "0" * 64


@dataclass(frozen=True)
class Number:
    """The number ``true``; ``truth`` is the law in words."""

    name: str
    true: int
    kind: ClassVar[str] = "number"
    dataset: ClassVar[str] = "outside_numbers"
    version: ClassVar[str] = "1"
    tier: ClassVar[str] = ""
    flaws: ClassVar[Mapping[str, str]] = {}

    def check(self) -> None:
        """There is nothing that could be wrong with it."""

    @property
    def truth(self) -> Mapping[str, str]:
        return {"value": str(self.true)}

    def data(self, seed: int = 0) -> Numbers:
        return Numbers(self.true + np.array([-1.0, 0.0, 1.0]))


@dataclass(frozen=True)
class NumberTask:
    values: Any
    seed: int
    budget: Any


@dataclass(frozen=True)
class Guesser:
    kinds = ("number",)

    def discover(self, task: NumberTask) -> Discovery:
        return Discovery.of({"value": round(float(np.mean(task.values)))})


@dataclass(frozen=True)
class AlwaysZero:
    kinds = ("number",)

    def discover(self, task: NumberTask) -> Discovery:
        return Discovery.of({"value": "0"})


class NumberKind:
    name = "number"

    def told(self, problem: Number, conditions: Any) -> Mapping[str, Any]:
        return {}

    def arrays(self, problem: Number, data: Numbers, conditions: Any) -> tuple[Any, ...]:
        return (data.values,)

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[Any, ...],
        *,
        seed: int,
        budget: Any,
        on_report: Callable[[Any, float | None], None],
        clock: Any,
    ) -> NumberTask:
        return NumberTask(arrays[0], seed, budget)

    def refusal(self, answer: Any, told: Mapping[str, Any]) -> str | None:
        return None if set(answer) == {"value"} else "a number is asked for, called value"

    def in_brief(self, problem: Number) -> Brief:
        return Brief(str(problem.true), 0)

    def shown(self, problem: Number) -> Shown:
        return Shown({"kind": "number", "name": problem.name}, [problem.name])

    def scheme(self) -> Any:
        from outside_scoring import SCHEME

        return SCHEME

    def metrics(self) -> tuple[Any, ...]:
        from outside_scoring import HIT

        return (HIT,)


KIND = NumberKind()


def numbers() -> Any:
    from bench import Dataset

    problems: Any = (Number("seven", 7),)
    return Dataset("outside_numbers", "1", problems, "numbers of a package", "here", "CC0")
