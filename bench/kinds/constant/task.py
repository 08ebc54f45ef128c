"""ConstantTask: all that a method may see of a problem of the kind ``constant``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.clock import Clock, Remaining
from bench.method import Answer, Budget, as_answer


def _ignore(answer: Answer, loss: float | None) -> None:
    return None


@dataclass(frozen=True)
class ConstantTask:
    """A number x, of which a relation k0 + k1 x + k2 c + k3 x c = 0 is asked for.

    c is one of ``constants``, named. ``number`` is floor(x * 10**digits) or, where the number is
    the limit of a continued ``fraction``, None: then there are its polynomials a and b, each by
    coefficients of falling powers. A hit must hold to 100 digits more, and be short: its integers
    have at most half of ``digits`` digits together.

    An answer is ``"none"``, or ``{"constant": "pi", "relation": "4 0 0 -1"}``: 4 = x pi. Seed,
    budget and clock are as in ``bench.Task``.
    """

    constants: tuple[str, ...]
    digits: int
    number: int | None = None
    fraction: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    on_report: Callable[[Answer, float | None], None] = field(default=_ignore, repr=False)
    clock: Clock = field(default_factory=Clock, repr=False, compare=False)
    model: Any = field(default=None, repr=False, compare=False)

    def scaled(self, digits: int) -> int:
        """floor(x * 10**digits), up to one unit.

        Raises ValueError for more digits than are shown of a number, and where a continued
        fraction does not converge to so many.
        """
        if self.fraction is not None:
            from bench.problems.numbers.continued import limit_scaled

            return limit_scaled(*self.fraction, digits)
        if self.number is None or digits > self.digits:
            raise ValueError(f"{digits} digits are asked for, and {self.digits} are shown")
        return self.number // int(10 ** (self.digits - digits))

    def constant(self, name: str, digits: int) -> int:
        """floor(c * 10**digits) of a constant. Raises KeyError where there is none of the name."""
        from bench.problems.numbers.named import scaled

        return scaled(name, digits)

    def report(self, answer: str | Mapping[str, str]) -> None:
        """Tell the harness the best answer so far: see ``bench.Task.report``."""
        self.on_report(as_answer(answer), None)

    def remaining(self) -> Remaining:
        """What is left of the budget: see ``bench.Task.remaining``."""
        return self.clock.remaining(self.budget)
