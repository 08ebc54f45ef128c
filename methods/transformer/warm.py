"""Imported for its effect: PyTorch loaded and the compiled code ready before a run's clock starts.

Without PyTorch it loads what the prior needs, and that is all.
"""

from __future__ import annotations

import importlib
import importlib.util

import numpy as np
import sklearn.ensemble  # noqa: F401

import methods.warm  # noqa: F401
from methods.transformer.skeletons.generator import draw_batch, draw_skeletons

draw_skeletons(1, 1, 0)
draw_batch(1, 0, np.zeros(0, np.int64))
if importlib.util.find_spec("torch"):
    importlib.import_module("methods.transformer.decoding")
