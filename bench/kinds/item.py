"""What is to be scored of an answer, put together for the processes that score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.kinds.find import kind_of
from bench.kinds.kind import AnyProblem
from bench.method import Answer

if TYPE_CHECKING:
    from bench.scoring.steps import Item


def item_of(
    answer: Answer | None,
    problem: AnyProblem,
    data_seed: int = 0,
    predicted: Mapping[str, NDArray[np.float64]] | None = None,
) -> Item:
    """What is to be scored: ``answer``, as the kind of ``problem`` scores it, with what its own
    predictor ``predicted`` by split, where it kept one."""
    from bench.kinds.metrics import metrics_of
    from bench.scoring.steps import Item

    scheme = kind_of(problem).scheme()
    metrics = partial(metrics_of, problem.kind)
    return Item(answer, problem, scheme, metrics, data_seed, predicted=predicted or {})
