"""The control of panels: factors of the same length as a search's, drawn and kept unseen."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import ClassVar

from bench import Discovery, PanelTask
from methods.panels.growing import drawn, small


@dataclass(frozen=True)
class RandomFactors:
    """A pool of random factors of at most ``nodes`` nodes: no search, no look at returns.

    What a search is worth is what it has over this.
    """

    kinds: ClassVar[tuple[str, ...]] = ("panel",)

    nodes: int = 12

    def discover(self, task: PanelTask) -> Discovery:
        """As many as a pool may have, each with a value somewhere."""
        rng = random.Random(task.seed)
        pool: dict[str, str] = {}
        while len(pool) < task.most:
            factor = drawn(rng, list(task.fields))
            if small(factor, self.nodes) and (task.values(factor) == task.values(factor)).any():
                pool[f"factor{len(pool) + 1}"] = str(factor)
        return Discovery.of(pool)
