"""Five dimensions by which an alpha is judged against those that were found before.

Relative ranks (arXiv:2505.11122, section 3.2): the score in a dimension is 1 less the share of the
zoo that is better. Overfitting is judged by a model in the paper; here it is how far the RankIC of
the worse half of the days falls behind the other's, which nobody has to be asked for.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from methods.panels.zoo import UNLIKE, Evaluator, Measured

DIMENSIONS = ("effectiveness", "stability", "turnover", "diversity", "overfitting")

LEAST_IC, _LEAST_IR, _MOST_TURNOVER, _MOST_RANK = 0.015, 0.3, 1.6, 0.95
"""What a factor must have to enter the zoo, as published."""


@dataclass(frozen=True)
class AlphaScores:
    """The score in each dimension, 0 to 1, and their mean over those that count."""

    by_name: Mapping[str, float]
    reward: float


class Zoo:
    """The effective alphas, and the scores of others against them."""

    def __init__(self, evaluator: Evaluator, counted: Sequence[str]) -> None:
        self._evaluator, self._counted = evaluator, counted
        self.members: list[Measured] = []

    def scores(self, one: Measured) -> AlphaScores:
        """Against the zoo as it is now."""
        others = self.members
        nearness = self.nearness(one)
        found = {
            "effectiveness": _rank([other.rank_ic > one.rank_ic for other in others]),
            "stability": _rank([other.rank_ir > one.rank_ir for other in others]),
            "turnover": _rank([other.turnover < one.turnover for other in others]),
            "diversity": 1.0 - nearness,
            "overfitting": min(max(one.steadiness, 0.0), 1.0),
        }
        reward = sum(found[name] for name in self._counted) / len(self._counted)
        return AlphaScores(found, reward)

    def nearness(self, one: Measured) -> float:
        """The largest likeness to a member, 0 where there is none."""
        return max((self._evaluator.likeness(one.factor, other.factor) for other in self.members),
                   default=0.0)  # fmt: skip

    def admit(self, one: Measured, scores: AlphaScores) -> bool:
        """Take ``one`` in where it is effective, stable, cheap to trade and unlike the others."""
        good = one.rank_ic >= LEAST_IC and one.rank_ir >= _LEAST_IR
        worst = 1.0 - scores.by_name["effectiveness"]
        fits = good and one.turnover <= _MOST_TURNOVER and worst <= _MOST_RANK
        if not fits or self.nearness(one) >= UNLIKE:
            return False
        self.members.append(one)
        return True


def _rank(better: Sequence[bool]) -> float:
    return 1.0 - sum(better) / len(better) if better else 1.0


def chosen_dimension(
    scores: AlphaScores, counted: Sequence[str], rng: random.Random, temperature: float
) -> str:
    """The dimension to improve: the further from the best it is, the likelier."""
    weights = [math.exp((1.0 - scores.by_name[name]) / temperature) for name in counted]
    return rng.choices(list(counted), weights)[0]
