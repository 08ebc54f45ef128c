"""PSRN (Ruan et al., Nature Computational Science 6, 2026): every formula of a depth, in PyTorch.

It pins deap 1.3.3 and symengine 0.11 and so runs in an environment of its own; docs/methods.md
says how that is made. On a graphics processor it tries billions of formulas; without one a share.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bench import Budget, Discovery, Task
from methods.engines.found import Found

_SHARE = 0.6
"""Of the budget: it looks at the time between two passes, which take seconds."""


@dataclass(frozen=True)
class PSRN:
    """PSRN's regressor on its mask of the given ``operators`` and ``inputs``.

    A mask for the operators and inputs must be among those it ships; ``inputs`` are variables and
    constants of the last layer together.
    """

    requires: ClassVar[tuple[str, ...]] = ("psrn",)

    operators: tuple[str, ...] = (
        "Add",
        "Mul",
        "Sub",
        "Div",
        "Identity",
        "Sin",
        "Cos",
        "Exp",
        "Log",
    )
    inputs: int = 3
    layers: int = 3
    top: int = 10
    constants: bool = True
    rows: int = 25
    scale: bool = True

    def warm_up(self, budget: Budget) -> None:
        """Load PyTorch, on the budget's threads."""
        import torch

        torch.set_num_threads(budget.threads)

    def discover(self, task: Task) -> Discovery:
        """Search with one seed after the other until the budget is spent."""
        found = Found(task, self.rows, scale=self.scale)
        for k, seconds in enumerate(found.slices(_SHARE)):
            self._seed(task.seed + k)
            found.take(self._search(found, max(1, int(seconds))))
        return found.discovery()

    def _seed(self, seed: int) -> None:
        import torch

        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002  (it draws from the global one)
        torch.manual_seed(seed)

    def _search(self, found: Found, seconds: int) -> list[str]:
        import torch
        from psrn import PSRN_Regressor

        tokens: dict[str, Any] = {"has_const": self.constants, "tokens": list(self.operators)}
        regressor = PSRN_Regressor(
            variables=[f"x{j}" for j in range(found.X.shape[1])],
            use_const=self.constants,
            n_symbol_layers=self.layers,
            device=torch.device("cuda" if torch.cuda.is_available() else "cpu"),
            token_generator_config={"base": tokens},
            stage_config={
                "default": {
                    "operators": list(self.operators), "time_limit": seconds,
                    "n_psrn_inputs": self.inputs, "n_sample_variables": 3,
                },
                "stages": [{}],
            },
        )  # fmt: skip
        _, front = regressor.fit(
            found.X, found.y.reshape(-1, 1), n_down_sample=len(found.y), use_threshold=False,
            threshold=1e-20, probe=None, prun_const=True, prun_ndigit=6, top_k=self.top,
        )  # fmt: skip
        return [str(row[0]) for row in front]
