"""FamiliesTask: all that a method may see of a problem of the kind ``families``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.clock import Clock, Remaining
from bench.kinds.constant.task import ConstantTask
from bench.method import Answer, Budget, as_answer

Polynomial = tuple[int, ...]


def _ignore(answer: Answer, loss: float | None) -> None:
    return None


@dataclass(frozen=True)
class FamiliesTask:
    """Continued ``fractions``, of which those with limits of one family are to be found.

    A family are those whose limits x are related to one constant c, k0 + k1 x + k2 c + k3 x c = 0
    in integers; ``constants`` are some that are asked for. Fractions go by names and have their
    polynomials a and b, each by coefficients of falling powers.

    An answer has a family for each fraction, ``{"f0": "pi", "f1": "none"}``: what a family is
    called says nothing, except that a fraction of ``none``, or without a family, is in none. Seed,
    budget and clock are as in ``bench.Task``.
    """

    fractions: Mapping[str, tuple[Polynomial, Polynomial]]
    constants: tuple[str, ...]
    digits: int
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    on_report: Callable[[Answer, float | None], None] = field(default=_ignore, repr=False)
    clock: Clock = field(default_factory=Clock, repr=False, compare=False)
    model: Any = field(default=None, repr=False, compare=False)

    def single(self, name: str) -> ConstantTask:
        """One of the fractions as a task of its own, on the same budget and clock; it reports to
        nobody. Raises KeyError where there is none of the name."""
        return ConstantTask(
            constants=self.constants, digits=self.digits, fraction=self.fractions[name],
            seed=self.seed, budget=self.budget, clock=self.clock, model=self.model,
        )  # fmt: skip

    def report(self, families: Mapping[str, str]) -> None:
        """Tell the harness the best answer so far: see ``bench.Task.report``."""
        self.on_report(as_answer(families), None)

    def remaining(self) -> Remaining:
        """What is left of the budget: see ``bench.Task.remaining``."""
        return self.clock.remaining(self.budget)
