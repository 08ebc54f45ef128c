"""What a method is told of a table beside its rows, and what an answer to it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.kinds.disclosing import disclosed, variable_told
from bench.kinds.kind import Disclosure
from bench.method import Answer
from bench.problems.variable import Variable

if TYPE_CHECKING:
    from bench.problems.problem import Problem


def told(problem: Problem, disclosure: Disclosure) -> dict[str, Any]:
    """The columns' names and, as far as they are disclosed, symbols, meanings and units."""
    return {
        "variables": [disclosed(variable, disclosure) for variable in problem.variables],
        "target": disclosed(problem.target.variable, disclosure),
        "description": problem.meaning if disclosure == "full" else "",
    }


def variables(told: Mapping[str, Any]) -> tuple[Variable, ...]:
    """The variables that were told."""
    return tuple(map(variable_told, told["variables"]))


def target(told: Mapping[str, Any]) -> Variable:
    """The target that was told."""
    return variable_told(told["target"])


def refusal(answer: Answer, told: Mapping[str, Any]) -> str | None:
    """Why ``answer`` is no expression in the variables that were told; None where it is one."""
    from bench.expression import read

    if not isinstance(answer, str):
        names = ", ".join(answer) or "none"
        return f"one expression is asked for, not {len(answer)} by name ({names})"
    try:
        read(answer, variables(told))
    except ValueError as error:
        return f"{error}".partition("\n")[0]
    return None
