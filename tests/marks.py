"""Marks that tests of several rooms carry."""

from __future__ import annotations

import importlib.util

import pytest

KERNELS = [
    pytest.mark.usefixtures("kernels"),
    pytest.mark.timeout(1800),  # the first of them may wait for the compiler
]
NEURAL = pytest.mark.skipif(
    None in map(importlib.util.find_spec, ("torch", "safetensors")),
    reason="PyTorch is not installed (the extra neural)",
)
