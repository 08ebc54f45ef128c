"""What a method is shown of a market, and what an answer to it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.expression.errors import shown
from bench.expression.factors import Factor, parse_factor
from bench.kinds.kind import Conditions, Disclosure
from bench.kinds.noise import noise_seed, root_mean_square
from bench.method import Answer

if TYPE_CHECKING:
    from bench.problems.panels.data import PanelData
    from bench.problems.panels.problem import PanelProblem

Array = NDArray[np.float64]

_LONGEST_NAME = 100


def told(problem: PanelProblem, disclosure: Disclosure) -> dict[str, Any]:
    """The names of the fields, the horizon in days, and how many factors a pool may have."""
    return {
        "fields": list(problem.fields),
        "horizon": problem.horizon,
        "most": problem.most,
        "description": problem.meaning if disclosure == "full" else "",
    }


def arrays(problem: PanelProblem, data: PanelData, conditions: Conditions) -> tuple[Array, ...]:
    """The fields of the days that are shown, and the returns: noisy, and only those that were known
    by then.

    Noise has the level times the root mean square of the returns.
    """
    returns = data.returns[: data.cut].copy()
    returns[max(0, data.cut - problem.horizon) :] = np.nan
    if conditions.noise:
        from bench.problems.portable.normal import standard_normal

        size = root_mean_square(returns[~np.isnan(returns)])
        draws = standard_normal(returns.size, noise_seed(problem, conditions))
        returns += conditions.noise * size * draws.reshape(returns.shape)
    fields = (np.ascontiguousarray(data.fields[name][: data.cut]) for name in problem.fields)
    return (*fields, returns)


def pool(answer: Answer, fields: Sequence[str], most: int) -> dict[str, Factor]:
    """The factors of ``answer`` by name; one text is a pool of one.

    Raises ValueError for none, more than ``most``, and what is no factor.
    """
    texts: Mapping[str, str] = {"factor": answer} if isinstance(answer, str) else answer
    if not texts:
        raise ValueError("a pool has one factor or more; there is none")
    if len(texts) > most:
        raise ValueError(f"a pool has {most} factors at most; there are {len(texts)}")
    found = {}
    for name, text in texts.items():
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise ValueError(
                f"a factor is called '{shown(name)}'; a name has 1 to {_LONGEST_NAME} characters "
                "that print"
            )
        try:
            found[name] = parse_factor(text, fields)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return found


def refusal(answer: Answer, fields: Sequence[str], most: int) -> str | None:
    """Why ``answer`` is no pool of factors; None where it is one."""
    try:
        pool(answer, fields, most)
    except ValueError as error:
        return f"{error}".partition("\n")[0]
    return None
