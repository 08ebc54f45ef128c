"""PyTorch loaded and the compiled code ready before a run's clock starts."""

from __future__ import annotations

import importlib
from functools import cache

import numpy as np

from methods import warm


@cache
def drawing() -> None:
    """What the prior needs."""
    import sklearn.ensemble  # noqa: F401

    from methods.transformer.skeletons.drawing import draw_skeletons
    from methods.transformer.skeletons.generator import draw_batch

    warm.fitting()
    draw_skeletons(1, 1, 0)
    draw_batch(1, 0, np.zeros(0, np.int64))


def decoding() -> None:
    """What the network needs."""
    drawing()
    importlib.import_module("methods.transformer.rounds")
