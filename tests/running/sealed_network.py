"""A method that needs PyTorch, behind its walls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench import Discovery, Task


@dataclass(frozen=True)
class Learns:
    """Fits a line with PyTorch."""

    def discover(self, task: Task) -> Discovery:
        import torch

        X = torch.tensor(np.array(task.X))
        found = torch.linalg.lstsq(X, torch.tensor(np.array(task.y))[:, None]).solution
        return Discovery.of(f"{float(found[0, 0])!r}*x0")
