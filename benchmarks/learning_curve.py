"""What more training would give, by a power law through the losses that a training has told.

    python -m benchmarks.learning_curve networks/transformer_small [--since 12500] [--behind 12000]

``loss = a * n**-b``, n in millions of functions seen since step ``behind``, fitted by least squares
to the losses from step ``since`` on (Kaplan et al., arXiv:2001.08361, eq. 1.1, without a floor:
over so few decades a floor cannot be told from the slope). Prints a, b and their deviations, and
the loss at 1, 3, 10 and 100 times as many functions. A rate that comes down lowers the loss by
itself, so what is told is the more hopeful.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_TIMES = (1, 3, 10, 100)
Array = NDArray[np.float64]


class LearningCurve(NamedTuple):
    """``scale * n**-slope``, and the standard deviations of both."""

    scale: float
    slope: float
    scale_off: float
    slope_off: float

    @classmethod
    def through(cls, n: Array, losses: Array) -> LearningCurve:
        """Fitted to losses (k,) after ``n`` (k,) functions, in logarithms."""
        design = np.column_stack([np.ones(len(n)), -np.log(n)])
        found, _, _, _ = np.linalg.lstsq(design, np.log(losses), rcond=None)
        rest = np.log(losses) - design @ found
        spread = np.linalg.inv(design.T @ design) * (rest @ rest) / (len(n) - 2)
        scale = float(np.exp(found[0]))
        off = np.sqrt(np.diag(spread))
        return cls(scale, float(found[1]), scale * float(off[0]), float(off[1]))

    def __call__(self, n: float) -> float:
        """The loss after ``n`` million functions."""
        return float(self.scale * n**-self.slope)


def main() -> None:
    """Fit, and print what the fit foretells."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where `rediscover train` has trained")
    parser.add_argument("--since", type=int, default=0, help="the first step that is fitted")
    parser.add_argument("--behind", type=int, default=0, help="the step from which n counts")
    wanted = parser.parse_args()
    lines = (wanted.folder / "progress.jsonl").read_text().splitlines()
    print("\n".join(told(list(map(json.loads, lines)), wanted.since, wanted.behind)))


def told(lines: list[dict[str, float]], since: int, behind: int) -> Iterator[str]:
    """The law through what a training has told, in words."""
    before = next((one["samples"] for one in lines if one["step"] >= behind), 0) if behind else 0
    chosen = [one for one in lines if one["step"] >= since and one["samples"] > before]
    if len(chosen) < 3:
        raise SystemExit(f"{len(chosen)} losses from step {since} on: a fit needs 3 or more")
    n = np.array([one["samples"] - before for one in chosen]) / 1e6
    law = LearningCurve.through(n, np.array([one["loss"] for one in chosen]))
    yield (
        f"loss = {law.scale:.3f} (+- {law.scale_off:.3f}) * n**-{law.slope:.4f} "
        f"(+- {law.slope_off:.4f}), n in millions of functions, through {len(chosen)} losses"
    )
    for times in _TIMES:
        yield f"{times * n[-1]:8.1f} million ({times} x): {law(times * n[-1]):.3f}"


if __name__ == "__main__":
    main()
