"""GP-Elite (0.9, 2026): genetic programming in NumPy that learns which fragments are good.

Its operators are protected; its formulas say so where it matters (``sqrt(abs(u))``), and it checks
them against its own predictions. They are taken with all digits of their constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from bench import Budget, Discovery, Task, Variable
from methods import warm
from methods.engines.found import Found

_BASE = ("m", "s", "kg", "K", "V")
"""What ``Variable.unit`` counts exponents of."""
_FEWEST_ROWS = 3
_OPERATORS = ("physical", "trig", "full", "poly", "conserve")
_SPEEDS = ("ultrafast", "fast", "normal", "thorough")


@dataclass(frozen=True)
class GPElite:
    """GP-Elite; ``units`` makes units that the task discloses a hard constraint of its search."""

    requires: ClassVar[tuple[str, ...]] = ("gp_elite",)

    operators: str = "trig"
    speed: str = "normal"
    units: bool = False
    rows: int = 1000
    scale: bool = True

    def __post_init__(self) -> None:
        if self.operators not in _OPERATORS:
            known = ", ".join(_OPERATORS)
            raise ValueError(f"operators is '{self.operators}'; choose from {known}")
        if self.speed not in _SPEEDS:
            raise ValueError(f"speed is '{self.speed}'; choose from {', '.join(_SPEEDS)}")

    def warm_up(self, budget: Budget) -> None:
        """Load what fits constants."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Search with one seed after the other until the budget is spent."""
        from gp_elite import symbolic_regression

        found = Found(task, self.rows, scale=self.scale)
        if len(found.y) < _FEWEST_ROWS:
            return found.discovery()
        for k, seconds in enumerate(found.slices()):
            result = symbolic_regression(
                found.X, found.y, feature_names=[f"x{j}" for j in range(found.X.shape[1])],
                operators=self.operators, speed=self.speed, generations=1_000_000,
                parallel=task.budget.threads > 1, time_limit=seconds,
                seed=(task.seed + k) % 2**32, **self._units(task),
            )  # fmt: skip
            found.take(_printed(one) for one in (result, *(result.pareto or ())))
        return found.discovery()

    def _units(self, task: Task) -> dict[str, Any]:
        if not self.units or any(one.unit is None for one in (*task.variables, task.target)):
            return {}
        return {
            "units": [_dimensions(variable) for variable in task.variables],
            "target_units": _dimensions(task.target),
        }


def _printed(result: Any) -> str:
    """A result's formula with all digits; empty where it has none in the columns as given."""
    try:
        return str(result.sympy())
    except RuntimeError:
        return ""


def _dimensions(variable: Variable) -> dict[str, float]:
    powers = zip(_BASE, variable.unit or (), strict=False)
    return {base: power for base, power in powers if power}
