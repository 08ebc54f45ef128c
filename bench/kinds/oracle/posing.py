"""What a method is told of an oracle, and what an answer to it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.kinds.disclosing import disclosed, variable_told
from bench.kinds.kind import Disclosure
from bench.method import Answer
from bench.problems.variable import Variable

if TYPE_CHECKING:
    from bench.expression import Expression
    from bench.problems.oracles.problem import OracleProblem

LAW, CORRUPTED, VALUE = "law", "corrupted", "value"
"""The parts of an answer that says more than the law."""


def told(problem: OracleProblem, disclosure: Disclosure) -> dict[str, Any]:
    """The arguments, where they may be asked, and how often."""
    from bench.problems.oracles.problem import ASKED

    return {
        "variables": [disclosed(variable, disclosure) for variable in problem.variables],
        "domain": [list(ASKED) for _ in problem.variables],
        "questions": problem.questions,
        "batch": problem.batch,
    }


def variables(told: Mapping[str, Any]) -> tuple[Variable, ...]:
    """The arguments that were told."""
    return tuple(map(variable_told, told["variables"]))


def domain(told: Mapping[str, Any]) -> NDArray[np.float64]:
    """Where they may be asked: shape (d, 2), low and high."""
    return np.array(told["domain"], dtype=np.float64)


def refusal(answer: Answer, told: Mapping[str, Any]) -> str | None:
    """Why ``answer`` is none to what was told, in a line; None where it is one."""
    try:
        parts(answer, variables(told))
    except ValueError as error:
        return f"{error}".partition("\n")[0]
    return None


def parts(answer: Answer, variables: tuple[Variable, ...]) -> dict[str, Expression]:
    """The expressions of an answer by ``law``, ``corrupted`` and ``value``.

    One expression alone is the law. Raises ValueError where ``answer`` is none.
    """
    from bench.expression import read

    texts = {LAW: answer} if isinstance(answer, str) else dict(answer)
    if set(texts) not in ({LAW}, {LAW, CORRUPTED, VALUE}):
        raise ValueError(
            f"an answer is one expression, or '{LAW}', '{CORRUPTED}' and '{VALUE}' together; "
            f"not {', '.join(map(repr, texts)) or 'nothing'}"
        )
    found = {}
    for name, text in texts.items():
        where = "" if isinstance(answer, str) else f"{name}: "
        try:
            reading = read(text, variables)
        except ValueError as error:
            raise ValueError(f"{where}{error}") from None
        if reading.constants:
            raise ValueError(f"{where}{', '.join(reading.constants)} has no value")
        found[name] = reading.filled
    return found
