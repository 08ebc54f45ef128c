"""A kind that Rediscover knows nothing of, as a package would bring it: laws of several states.

A problem is a trajectory; an answer is one expression for each state. Beside it a dataset and a
method for it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import Budget, Candidate, Discovery, parse
from bench.clock import Clock
from bench.kinds import Brief, Shown
from bench.method import answer_text
from bench.problems import Dataset

Array = NDArray[np.float64]
NAMES = ("u", "v")


@dataclass(frozen=True)
class Trajectory:
    """``t`` of shape (n,), ``x`` of shape (n, 2)."""

    t: Array
    x: Array

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.t.tobytes() + self.x.tobytes()).hexdigest()


@dataclass(frozen=True)
class Oscillator:
    """u' = v, v' = -u."""

    name: str
    kind: ClassVar[str] = "states"
    dataset: ClassVar[str] = "oscillators"
    version: ClassVar[str] = "1"
    tier: ClassVar[str] = ""
    flaws: ClassVar[Mapping[str, str]] = {}
    truth: Mapping[str, str] = field(default_factory=lambda: {"u": "v", "v": "-u"})

    def check(self) -> None:
        return None

    def data(self, seed: int = 0) -> Trajectory:
        t = np.linspace(0.0, 3.0, 7)
        return Trajectory(t, np.column_stack([np.cos(t + seed), -np.sin(t + seed)]))


@dataclass(frozen=True)
class StatesTask:
    """All that a method may see."""

    t: Array
    x: Array
    step: Array
    nothing: Array
    seed: int
    budget: Budget
    on_report: Callable[[Any, float | None], None]

    def report(self, expressions: Mapping[str, object]) -> None:
        self.on_report({name: str(one) for name, one in expressions.items()}, None)


class States:
    """The kind itself; ``tests/scoring/toy_system.py`` has one that is scored."""

    name = "states"

    def metrics(self) -> tuple[()]:
        return ()

    def told(self, problem: Oscillator, conditions: Any) -> Mapping[str, Any]:
        return {"names": list(NAMES)}

    def arrays(self, problem: Oscillator, data: Trajectory, conditions: Any) -> tuple[Array, ...]:
        return data.t, data.x + conditions.noise, np.array(0.5), np.empty((0, 3))

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[Array, ...],
        *,
        seed: int,
        budget: Budget,
        on_report: Callable[[Any, float | None], None],
        clock: Clock,
    ) -> StatesTask:
        return StatesTask(*arrays, seed, budget, on_report)

    def refusal(self, answer: Any, told: Mapping[str, Any]) -> str | None:
        if isinstance(answer, str) or set(answer) != set(told["names"]):
            return f"an expression is asked for each of {', '.join(told['names'])}"
        if "fault" in answer["u"]:
            raise ZeroDivisionError("a fault of the kind itself")
        try:
            for one in answer.values():
                parse(one, {name: name for name in told["names"]})
        except ValueError as error:
            return str(error)
        return None

    def in_brief(self, problem: Oscillator) -> Brief:
        return Brief(answer_text(problem.truth), len(NAMES))

    def shown(self, problem: Oscillator) -> Shown:
        points = len(problem.data().t)
        return Shown({"points": points}, [f"points: {points}"])


KIND = States()


def oscillators(count: int = 2) -> Dataset:
    """The dataset, with its option."""
    problems = tuple(Oscillator(f"o{k}") for k in range(count))
    return Dataset("oscillators", "1", problems)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Turner:
    """Answers as it is told; ``how`` says what goes wrong."""

    kinds: ClassVar[tuple[str, ...]] = ("states",)
    how: str = "well"

    def discover(self, task: StatesTask) -> Discovery:
        shapes = [array.shape for array in (task.t, task.x, task.step, task.nothing)]
        print(shapes, task.x[0, 0].hex(), task.x.flags.writeable)
        task.report({"u": "v", "v": "-u"})
        if self.how == "hangs":
            task.report({"u": "v"})
            time.sleep(1000)
        answers = {"half": {"u": "v"}, "one": "u*v", "garbage": {"u": "v", "v": "u +* 2"},
                   "fault": {"u": "fault", "v": "u"}, "long": {"u": "u" + "+u" * 60_000, "v": "u"},
                   "well": {"u": "v", "v": "-1.0*u"}}  # fmt: skip
        front = [Candidate({"u": "v", "v": "u"}, 2, 0.5), Candidate({"u": "v"}), Candidate("u")]
        return Discovery.of(answers[self.how], front)
